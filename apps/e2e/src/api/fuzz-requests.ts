import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { Parameter, PlacedOperation } from '../../../gateway/src/domain/openapi.js';
import type { Ask } from './api-platform.js';
import { JUNK_TEXT, spoiled, valueOf } from './fuzz-values.js';
import type { KnownIds } from './fuzz-values.js';

/** Bodies that are no JSON object, sent as they are. */
const RAW_BODIES = ['{', '', '[]', 'null', '"text"', '{"a":1}}', '['.repeat(200) + ']'.repeat(200), '{"__proto__":{}}'];
const KEYS = ['key-1', 'key-2', 'key-3', 'key-4', 'key-5'];
/** Values that HTTP can carry in a header. */
const HEADER_JUNK = [
  '',
  ' ',
  'x'.repeat(200),
  'ä',
  '"',
  '*',
  'W/"1"',
  '0',
  'wait=0',
  'wait=1',
  'wait=99',
  ',',
  'text/plain',
];

/** Requests for an operation: most of them almost right. */
export function requestsFor(placed: PlacedOperation, ids: KnownIds, tokens: readonly string[]): Arbitrary<Ask> {
  const parameters = placed.operation.parameters ?? [];
  const of = (where: Parameter['in']): Parameter[] => parameters.filter((parameter) => parameter.in === where);
  return fc.record(
    {
      method: fc.constant(placed.method),
      path: fc.tuple(pathOf(placed.path, of('path'), ids), queryOf(of('query'), ids)).map((parts) => parts.join('')),
      token: fc.constantFrom(...tokens),
      headers: headersOf(of('header'), ids),
      body: bodyOf(placed, ids),
    },
    { requiredKeys: ['method', 'path', 'headers', 'token'] },
  );
}

function pathOf(path: string, parameters: readonly Parameter[], ids: KnownIds): Arbitrary<string> {
  const values = parameters.map(({ schema = {} }) =>
    mostly(
      valueOf(schema, ids).map(String),
      12,
      JUNK_TEXT.map((junk) => junk.slice(0, 250)),
    ),
  );
  return fc
    .tuple(...values)
    .map((chosen) =>
      parameters.reduce((text, { name }, at) => text.replace(`{${name}}`, encoded(chosen[at] ?? '')), path),
    );
}

function queryOf(parameters: readonly Parameter[], ids: KnownIds): Arbitrary<string> {
  const fields = parameters.map(({ name, schema = {}, required }) =>
    fc.tuple(
      fc.constant(name),
      mostly(fc.constant(required === true), 5, fc.boolean()),
      mostly(valueOf(schema, ids).map(String), 4, JUNK_TEXT),
      fc.nat(20),
    ),
  );
  return fc.tuple(...fields).map((chosen) => {
    const pairs = chosen.flatMap(([name, isThere, value, twice]) =>
      isThere ? Array.from({ length: twice === 0 ? 2 : 1 }, () => `${name}=${encoded(value)}`) : [],
    );
    return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
  });
}

function headersOf(parameters: readonly Parameter[], ids: KnownIds): Arbitrary<Record<string, string>> {
  const junk = fc.constantFrom(...HEADER_JUNK);
  const known = parameters.map(({ name, schema = {} }) => {
    const right = name === 'Idempotency-Key' ? keys : valueOf(schema, ids).map(String);
    return [
      name.toLowerCase(),
      mostly(
        right.filter((text) => /^[\x20-\x7e]*$/.test(text)),
        8,
        junk,
      ),
    ] as const;
  });
  const common = { 'x-request-id': junk, traceparent: junk, 'content-type': mostly(json, 20, junk), accept: junk };
  return fc
    .tuple(fc.record(Object.fromEntries(known)), fc.record(common, { requiredKeys: [] }), fc.nat(9))
    .map(([own, extra, dice]) => ({ ...(dice > 0 && own), ...(dice === 1 && extra) }));
}

const json = fc.constantFrom('application/json', 'application/json; charset=utf-8');
const keys = fc.oneof(fc.uuid(), fc.uuid(), fc.constantFrom(...KEYS));

function bodyOf({ operation }: PlacedOperation, ids: KnownIds): Arbitrary<unknown> {
  const schema = operation.requestBody?.content['application/json']?.schema;
  const raw = fc.constantFrom<unknown>(...RAW_BODIES);
  if (schema === undefined) return mostly(fc.constant<unknown>(undefined), 9, raw);
  const right = valueOf(schema, ids);
  return fc.oneof(
    { weight: 5, arbitrary: right },
    { weight: 5, arbitrary: spoiled(right) },
    { weight: 1, arbitrary: raw },
  );
}

function mostly<T>(right: Arbitrary<T>, times: number, wrong: Arbitrary<T>): Arbitrary<T> {
  return fc.oneof({ weight: times, arbitrary: right }, { weight: 1, arbitrary: wrong });
}

/** The text as a part of an address; halves of characters, which no address has, are left out, and dots, which lead elsewhere. */
function encoded(text: string): string {
  if (text === '.' || text === '..') return '%20';
  return encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'));
}
