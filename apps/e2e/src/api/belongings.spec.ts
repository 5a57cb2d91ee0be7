import { resolved } from '../../../gateway/src/domain/openapi.js';
import type { PlacedOperation } from '../../../gateway/src/domain/openapi.js';
import { KINDS } from './belongings.js';
import { API, OPERATIONS } from './document.js';

/** What looks like an id, and opens something by itself: nobody else knows it. */
const SECRETS = ['rst'];
/** The three letters with which ids of a pattern begin: `^ord_[0-9a-hj…`, or one of several. */
const KIND = /\b([a-z]{3})(?=(?:\|[a-z]{3})*\)?_\[0-9a-hj)/g;

/** The kinds of ids that a request can name in its parameters or the fields of its body. */
function kindsIn({ operation }: PlacedOperation): string[] {
  const body = operation.requestBody?.content['application/json']?.schema;
  const fields = Object.values(body === undefined ? {} : (resolved(body, API).properties ?? {}));
  const schemas = [...(operation.parameters ?? []).flatMap(({ schema }) => schema ?? []), ...fields];
  const patterns = schemas.map((schema) => resolved(schema, API).pattern ?? '');
  return patterns.flatMap((pattern) => [...pattern.matchAll(KIND)].map(([, kind = '']) => kind));
}

it.each(OPERATIONS)('%s names nothing of a kind of which nobody has one to try it with', (_name, placed) => {
  expect(kindsIn(placed).filter((kind) => !KINDS.includes(kind) && !SECRETS.includes(kind))).toEqual([]);
});

it('sees the kinds of what requests name', () => {
  const seen = new Set(OPERATIONS.flatMap(([, placed]) => kindsIn(placed)));
  expect([...seen].sort()).toEqual(expect.arrayContaining(['key', 'ord', 'pre', 'prf', 'ses', 'trf', 'usr']));
});
