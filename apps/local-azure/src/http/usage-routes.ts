import type { Usage } from '../usage.js';
import type { HttpReply, HttpRequest } from './http-server.js';

/** Answers `/health`, `/usage`, `/usage/reset` and `/metrics`; undefined for every other path. */
export function usageRoute(request: HttpRequest, usage: Usage): HttpReply | undefined {
  switch (`${request.method} ${request.target}`) {
    case 'GET /health':
      return json({ status: 'ok' });
    case 'GET /usage':
      return json(usage.snapshot());
    case 'POST /usage/reset':
      usage.reset();
      return { status: 204, headers: {} };
    case 'GET /metrics':
      return { status: 200, headers: { 'content-type': 'text/plain; version=0.0.4' }, body: usage.prometheus() };
    default:
      return undefined;
  }
}

const json = (value: unknown): HttpReply => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
