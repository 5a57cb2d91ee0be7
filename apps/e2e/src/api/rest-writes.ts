import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { answersOf } from '../../../gateway/src/domain/openapi.js';
import type { PlacedOperation } from '../../../gateway/src/domain/openapi.js';
import type { ApiPlatform, Ask, Told } from './api-platform.js';
import { API, OPERATIONS } from './document.js';
import { valueOf } from './fuzz-values.js';
import { bodySchemaOf, headerBreaches, isWrite, parameterOf } from './rest-rules.js';
import type { Breach } from './rest-rules.js';

/** Other bodies that are tried until one is taken for a request at all. */
const OTHER_BODIES = 20;
const SEED = 7;

/** What came of a rule, and the status of the write itself. */
export interface Tried {
  readonly breaches: readonly Breach[];
  readonly status: number;
}

const codeOf = ({ json }: Told): string | undefined => (json as { code?: string } | undefined)?.code;
const isDone = ({ status }: Told): boolean => status < 300;
const withHeader = (ask: Ask, name: string, value: string): Ask => ({
  ...ask,
  headers: { ...ask.headers, [name]: value },
});

function withoutHeader({ headers = {}, ...ask }: Ask, name: string): Ask {
  return { ...ask, headers: Object.fromEntries(Object.entries(headers).filter(([known]) => known !== name)) };
}

/** Why the operation may do without an `Idempotency-Key`; `undefined` where it may not. */
function whyNotRepeatable({ operation }: PlacedOperation): string | undefined {
  return (operation as { 'x-not-repeatable'?: string })['x-not-repeatable'];
}

/** Whether a write under a key has one answer: the first again for the same request, a 422 for another. */
export async function repeatBreaches(platform: ApiPlatform, placed: PlacedOperation, plain: Ask): Promise<Tried> {
  const key = parameterOf(placed, 'idempotency-key');
  if (key === undefined) {
    const isSaid = (whyNotRepeatable(placed) ?? '').length > 0;
    return { status: 0, breaches: isSaid ? [] : ['it neither takes an Idempotency-Key nor says why'] };
  }
  const unnamed = withoutHeader(plain, 'idempotency-key');
  const missing = key.required === true ? codeOf(await platform.inject(unnamed)) : 'idempotency-key-missing';
  const ask = withHeader(plain, 'idempotency-key', randomUUID());
  const [first, second] = [await platform.inject(ask), await platform.inject(ask)];
  const isSame = first.status === second.status && isDeepStrictEqual(shownTwice(first), shownTwice(second));
  return {
    status: first.status,
    breaches: [
      ...(missing === 'idempotency-key-missing' ? [] : ['the key may be missing']),
      ...(isSame ? [] : [`answered by ${first.status} ${first.text}, and then by ${second.status} ${second.text}`]),
      ...headerBreaches(first),
      ...(isDone(first) ? await reuseBreaches(platform, placed, ask) : []),
    ],
  };
}

/** What a repetition shows again: of a problem its code, of an answer all but a secret, which is shown once. */
function shownTwice(told: Told): unknown {
  if (!isDone(told)) return codeOf(told);
  const { secret: _shownOnce, ...rest } = (told.json ?? {}) as Record<string, unknown>;
  return rest;
}

/** What another request under the same key ends with, where another body can be made up that is taken for a request. */
async function reuseBreaches(platform: ApiPlatform, placed: PlacedOperation, ask: Ask): Promise<Breach[]> {
  const schema = bodySchemaOf(placed);
  if (schema === undefined) return [];
  const bodies = fc.sample(valueOf(schema, { matching: () => [] }), { numRuns: OTHER_BODIES, seed: SEED });
  const others = bodies.map((body) => ({ ...(ask.body as object), ...(body as object) }));
  for (const body of others.filter((other) => !isDeepStrictEqual(other, ask.body))) {
    const told = await platform.inject({ ...ask, body });
    if (told.status === 400 || told.status === 404) continue;
    return codeOf(told) === 'idempotency-key-reused' ? [] : [`another body: ${told.status} ${told.text}`];
  }
  return ['no other body was taken for a request'];
}

/** Whether a resource that can be edited has a version: told when it is read, and heeded when it is written. */
export async function versionBreaches(platform: ApiPlatform, placed: PlacedOperation, plain: Ask): Promise<Breach[]> {
  const isEdit = placed.method === 'PUT' || placed.method === 'PATCH';
  if (!isEdit || whyNotRepeatable(placed) !== undefined) return [];
  const ifMatch = parameterOf(placed, 'if-match');
  const read = OPERATIONS.find(([, { method, path }]) => method === 'GET' && path === placed.path)?.[1];
  if (ifMatch === undefined || read === undefined) return ['it takes no If-Match, or what it edits cannot be read'];
  const documented = answersOf(read.operation, API).find(([status]) => status === '200')?.[1].headers ?? {};
  const ask = withHeader(plain, 'idempotency-key', randomUUID());
  const { headers, status } = await platform.inject({
    ...withoutHeader(ask, 'if-match'),
    method: 'GET',
    body: undefined,
  });
  const tag = headers.get('etag');
  if (status === 404) return 'ETag' in documented ? [] : ['the ETag is not documented'];
  const [stale, bare] = await Promise.all([
    platform.inject(withHeader(ask, 'if-match', '"0000"')),
    ifMatch.required === true ? platform.inject(withoutHeader(ask, 'if-match')) : undefined,
  ]);
  const fresh = tag === null ? undefined : await platform.inject(withHeader(ask, 'if-match', tag));
  return [
    ...('ETag' in documented && tag !== null ? [] : ['it is read without an ETag']),
    ...([400, 412].includes(stale.status) ? [] : [`a stale If-Match: ${stale.status} ${stale.text}`]),
    ...(bare === undefined || bare.status === 428 ? [] : [`no If-Match: ${bare.status} ${bare.text}`]),
    ...(fresh !== undefined && [412, 428].includes(fresh.status) ? [`the right If-Match: ${fresh.text}`] : []),
  ];
}

/** What an operation that gives pages has unlike others: a limit, `items`, and cursors that no list of anybody else takes. */
export async function pageBreaches(
  platform: ApiPlatform,
  placed: PlacedOperation,
  { own, foreign }: { own: Ask; foreign: Ask },
): Promise<{ breaches: Breach[]; hasNext: boolean }> {
  if (isWrite(placed) || parameterOf(placed, 'cursor') === undefined) return { breaches: [], hasNext: false };
  const one = (ask: Ask, cursor?: string): Promise<Told> => {
    const link = ask.path.includes('?') ? '&' : '?';
    return platform.inject({
      ...ask,
      path: `${ask.path}${link}limit=1${cursor === undefined ? '' : `&cursor=${cursor}`}`,
    });
  };
  const isOwned = placed.operation['x-roles']?.includes('trader') === true;
  const [first, theirs, junk] = await Promise.all([one(own), one(foreign), one(own, 'junk')]);
  // The example names nothing that is there: that there is no list is no page of it.
  if (first.status === 404) return { breaches: [], hasNext: false };
  const { items, nextCursor } = first.json as { items?: unknown[]; nextCursor?: string };
  const { nextCursor: foreignCursor } = theirs.json as { nextCursor?: string };
  const next = nextCursor === undefined ? undefined : await one(own, nextCursor);
  const tampered = nextCursor === undefined ? undefined : await one(own, `A${nextCursor.slice(1)}A`);
  const crossed = foreignCursor === undefined || !isOwned ? undefined : await one(own, foreignCursor);
  const refusals = [junk, tampered, crossed].filter((told) => told !== undefined);
  return {
    hasNext: nextCursor !== undefined,
    breaches: [
      ...(parameterOf(placed, 'limit') === undefined ? ['there is no limit'] : []),
      ...(Array.isArray(items) && items.length <= 1 ? [] : [`there are no items, or too many: ${first.text}`]),
      ...(next === undefined || (next.status === 200 && next.text !== first.text)
        ? []
        : [`no next page: ${next.text}`]),
      ...refusals
        .filter((told) => told.status !== 400 || codeOf(told) !== 'invalid-cursor')
        .map(({ status, text }) => `a wrong cursor: ${status} ${text}`),
    ],
  };
}
