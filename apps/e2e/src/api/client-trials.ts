import { BallastClient } from '@ballast/client';
import type { OperationName } from '@ballast/client';
import type { PlacedOperation } from '../../../gateway/src/domain/openapi.js';
import type { ApiPlatform } from './api-platform.js';
import { requestOf } from './matrix.js';

/** What a call of the client sent, and the status that came back. */
export interface Called {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
}

/** Calls an operation through the client, with the examples of the document, as somebody who may do nothing. */
export async function callThroughClient(platform: ApiPlatform, placed: PlacedOperation): Promise<Called[]> {
  const called: Called[] = [];
  const cancel = new AbortController();
  const own = BallastClient.withToken(
    {
      baseUrl: platform.gateway,
      retries: { triesMax: 1 },
      fetch: async (request) => {
        const answer = await fetch(request);
        called.push({ method: request.method, path: new URL(request.url).pathname, status: answer.status });
        return answer;
      },
    },
    'no.token.ours',
  );
  const { path, body } = requestOf(placed);
  const [address = '', query = ''] = path.split('?');
  const parts = placed.path
    .split('/')
    .map((part, index) => [part.slice(1, -1), address.split('/')[index] ?? ''] as const);
  const given = {
    path: Object.fromEntries(parts.filter((_part, index) => placed.path.split('/')[index]?.startsWith('{'))),
    query: Object.fromEntries(new URLSearchParams(query)),
    ...(body !== undefined && { body }),
    signal: cancel.signal,
  };
  await own.call(placed.operation.operationId as OperationName, given as never).catch(() => undefined);
  cancel.abort();
  return called;
}
