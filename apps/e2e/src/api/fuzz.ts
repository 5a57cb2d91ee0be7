import { appendFileSync } from 'node:fs';
import fc from 'fast-check';
import type { PlacedOperation } from '../../../gateway/src/domain/openapi.js';
import { undocumentedIn } from './answer-check.js';
import type { ApiPlatform, Ask } from './api-platform.js';
import type { Belongings } from './belongings.js';
import { OPERATIONS, producedBy } from './document.js';
import { requestsFor } from './fuzz-requests.js';

/** Requests per operation; `npm run fuzz -- --cases 1000` for a long run. */
export const FUZZ_CASES = Number(process.env['FUZZ_CASES'] ?? 200);
/** The same requests in every run, unless `npm run fuzz -- --seed N` says otherwise. */
export const FUZZ_SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_121);
/** Requests of one operation that are under way at once, and operations. */
const AT_ONCE = 8;
const OPERATIONS_AT_ONCE = 3;
/** The file that gets a line of JSON for each operation that is through: `npm run fuzz` makes a table of them. */
const REPORT = process.env['FUZZ_REPORT'];
/** Frames of an error's stack while it lasts: nearly all requests are refused, and jest wants a hundred of each refusal. */
const STACK_FRAMES = 5;

/** Who asks: owners mostly, and everybody else. */
export interface Cast {
  readonly owners: readonly Belongings[];
  readonly tokens: readonly string[];
}

/** What came of one operation. */
export interface Fuzzed {
  /** Every answer that the document does not have, with its request. */
  readonly found: readonly unknown[];
  /** Requests that were sent, and how often each status was answered. */
  readonly sent: number;
  readonly statuses: Readonly<Record<string, number>>;
}

/** Fuzzes the operations one after the other, a few at once; what came of each can be awaited by its name. */
export function fuzzAll(platform: ApiPlatform, cast: Cast): ReadonlyMap<string, Promise<Fuzzed>> {
  Error.stackTraceLimit = STACK_FRAMES;
  const runs = new Map<string, Promise<Fuzzed>>();
  const lanes = Array.from({ length: OPERATIONS_AT_ONCE }, (): Promise<unknown> => Promise.resolve());
  OPERATIONS.forEach(([name, placed], index) => {
    const lane = index % OPERATIONS_AT_ONCE;
    const run = (lanes[lane] ?? Promise.resolve()).then(() => fuzz(platform, placed, cast));
    runs.set(name, run);
    lanes[lane] = run.catch(() => undefined);
  });
  return runs;
}

/** Sends made-up requests for the operation. */
async function fuzz(platform: ApiPlatform, placed: PlacedOperation, cast: Cast): Promise<Fuzzed> {
  const matching = (pattern: string): string[] => cast.owners.flatMap((owner) => owner.idMatching(pattern) ?? []);
  const asks = fc.sample(requestsFor(placed, { matching }, cast.tokens), { numRuns: FUZZ_CASES, seed: FUZZ_SEED });
  const sent = asks.length;
  const found: unknown[] = [];
  const statuses: Record<string, number> = {};
  const isStream = producedBy(placed).includes('text/event-stream');
  const work = async (): Promise<void> => {
    for (let ask = asks.pop(); ask !== undefined; ask = asks.pop()) {
      const told = isStream ? await platform.ask(ask) : await platform.inject(ask);
      statuses[told.status] = (statuses[told.status] ?? 0) + 1;
      const wrong = undocumentedIn(placed.operation, told);
      if (wrong.length > 0) found.push({ wrong, ask: shown(ask) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const fuzzed = { found, sent, statuses };
  const line = { name: placed.operation.operationId, ...fuzzed, found: found.length };
  if (REPORT !== undefined) appendFileSync(REPORT, `${JSON.stringify(line)}\n`);
  return fuzzed;
}

const shown = ({ token, ...ask }: Ask): object => ({ ...ask, token: token === undefined ? 'none' : 'some' });
