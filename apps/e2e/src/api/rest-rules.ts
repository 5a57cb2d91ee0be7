import { randomUUID } from 'node:crypto';
import { BODY_BYTES_MAX } from '@ballast/service-host';
import { resolved } from '../../../gateway/src/domain/openapi.js';
import type { Parameter, PlacedOperation, Schema } from '../../../gateway/src/domain/openapi.js';
import type { ApiPlatform, Ask, Told } from './api-platform.js';
import { API, producedBy } from './document.js';

/** A rule that an answer breaks, in words; nothing where it keeps it. */
export type Breach = string;

const PROBLEM = /^application\/problem\+json(;|$)/;
/** Headers of every answer. */
const EVERY_ANSWER = ['x-request-id', 'x-trace-id', 'ratelimit', 'ratelimit-policy'];
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
/** Levels of objects that no body has. */
const TOO_DEEP = 100;

/** The parameter of that name; `undefined` where the operation has none. */
export function parameterOf({ operation }: PlacedOperation, name: string): Parameter | undefined {
  return operation.parameters?.find((parameter) => parameter.name.toLowerCase() === name);
}

/** Whether the operation writes, as far as its method tells. */
export const isWrite = ({ method }: PlacedOperation): boolean => method !== 'GET';

/** The schema of its body; `undefined` where it takes none. */
export function bodySchemaOf({ operation }: PlacedOperation): Schema | undefined {
  const schema = operation.requestBody?.content['application/json']?.schema;
  return schema && resolved(schema, API);
}

/** What the answers lack that all have, to whoever may and to a stranger. Nothing is written. */
export async function commonBreaches(platform: ApiPlatform, placed: PlacedOperation, own: Ask): Promise<Breach[]> {
  const asks = [isWrite(placed) ? { ...own, body: '{' } : own, { ...own, token: 'no' }];
  return (await Promise.all(asks.map((ask) => answerBreaches(platform, placed, ask)))).flat();
}

/** Ids of request and trace, which are the caller's, what is left, problems as such. */
async function answerBreaches(platform: ApiPlatform, placed: PlacedOperation, ask: Ask): Promise<Breach[]> {
  const requestId = `req-${randomUUID()}`;
  const own = { 'x-request-id': requestId, traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01` };
  const traced = { ...ask, headers: { ...ask.headers, ...own } };
  const isStream = producedBy(placed).includes('text/event-stream');
  const told = await (isStream ? platform.ask(traced) : platform.inject(traced));
  return [
    ...headerBreaches(told),
    ...(told.headers.get('x-request-id') === requestId ? [] : ['the id of the request is another']),
    ...(told.headers.get('x-trace-id') === TRACE_ID ? [] : ['the trace is another']),
    ...problemBreaches(told, requestId),
  ];
}

/** Headers that every answer has, and this one has not. */
export function headerBreaches({ headers }: Told): Breach[] {
  return EVERY_ANSWER.filter((name) => !headers.has(name)).map((name) => `there is no ${name}`);
}

function problemBreaches({ status, headers, json }: Told, requestId: string): Breach[] {
  if (status < 400) return [];
  const { type, code, ...problem } = (json ?? {}) as Record<string, unknown>;
  return [
    ...(PROBLEM.test(headers.get('content-type') ?? '') ? [] : [`${status} is no problem`]),
    ...(problem['status'] === status ? [] : ['its status is another']),
    ...(type === `urn:ballast:problem:${String(code)}` ? [] : ['its type is another']),
    ...(problem['requestId'] === requestId ? [] : ['it does not name the request']),
  ];
}

/** What a write does with bodies that none may have. */
export async function bodyBreaches(platform: ApiPlatform, placed: PlacedOperation, ask: Ask): Promise<Breach[]> {
  const schema = bodySchemaOf(placed);
  const tries: (readonly [what: string, body: unknown, status: number, code: string, pointer?: string])[] = [
    ['no JSON', '{', 400, 'malformed-json'],
    ['too large', `{"a":"${'x'.repeat(BODY_BYTES_MAX)}"}`, 413, 'body-too-large'],
    ['too deep', `${'{"a":'.repeat(TOO_DEEP)}1${'}'.repeat(TOO_DEEP)}`, 400, 'invalid-request'],
    ...(schema === undefined ? [] : unknownFields(ask.body as object)),
  ];
  const breaches = tries.map(async ([what, body, status, code, pointer]) => {
    const told = await platform.inject({ ...ask, body });
    const { code: saidCode, errors = [] } = (told.json ?? {}) as { code?: string; errors?: { pointer: string }[] };
    const isNamed = pointer === undefined || errors.some((error) => error.pointer === pointer);
    return told.status === status && saidCode === code && isNamed ? [] : [`${what}: ${told.status} ${told.text}`];
  });
  return (await Promise.all(breaches)).flat();
}

/** An unknown field at the root, and one in each object of the body. */
function unknownFields(body: object): (readonly [string, unknown, number, string, string])[] {
  const inner = Object.entries(body).filter(
    ([, value]) => typeof value === 'object' && value !== null && !Array.isArray(value),
  );
  return [
    ['unknown field', { ...body, unknown: 1 }, 400, 'invalid-request', '/unknown'],
    ...inner.map(([name, value]) => {
      const spoilt = { ...body, [name]: { ...(value as object), 'un~/known': 1 } };
      return ['unknown inner field', spoilt, 400, 'invalid-request', `/${name}/un~0~1known`] as const;
    }),
  ];
}
