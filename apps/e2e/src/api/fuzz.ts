import fc from 'fast-check';
import type { PlacedOperation } from '../../../gateway/src/domain/openapi.js';
import { undocumentedIn } from './answer-check.js';
import type { ApiPlatform, Ask } from './api-platform.js';
import type { Belongings } from './belongings.js';
import { OPERATIONS, producedBy } from './document.js';
import { requestsFor } from './fuzz-requests.js';

/** Requests per operation; `FUZZ_CASES=1000` for a long run. */
export const FUZZ_CASES = Number(process.env['FUZZ_CASES'] ?? 200);
/** The same requests in every run, unless `FUZZ_SEED` says otherwise. */
const FUZZ_SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_121);
/** Requests of one operation that are under way at once, and operations. */
const AT_ONCE = 8;
const OPERATIONS_AT_ONCE = 3;
/** Who asks: owners mostly, and everybody else. */
export interface Cast {
  readonly owners: readonly Belongings[];
  readonly tokens: readonly string[];
}

/** Fuzzes the operations one after the other, a few at once; what was found in each can be awaited by its name. */
export function fuzzAll(platform: ApiPlatform, cast: Cast): ReadonlyMap<string, Promise<unknown[]>> {
  const runs = new Map<string, Promise<unknown[]>>();
  const lanes = Array.from({ length: OPERATIONS_AT_ONCE }, (): Promise<unknown> => Promise.resolve());
  OPERATIONS.forEach(([name, placed], index) => {
    const lane = index % OPERATIONS_AT_ONCE;
    const run = (lanes[lane] ?? Promise.resolve()).then(() => fuzz(platform, placed, cast));
    runs.set(name, run);
    lanes[lane] = run.catch(() => undefined);
  });
  return runs;
}

/** Sends made-up requests for the operation and gives back every answer that the document does not have, with its request. */
async function fuzz(platform: ApiPlatform, placed: PlacedOperation, cast: Cast): Promise<unknown[]> {
  const matching = (pattern: string): string[] => cast.owners.flatMap((owner) => owner.idMatching(pattern) ?? []);
  const asks = fc.sample(requestsFor(placed, { matching }, cast.tokens), { numRuns: FUZZ_CASES, seed: FUZZ_SEED });
  const found: unknown[] = [];
  const isStream = producedBy(placed).includes('text/event-stream');
  const work = async (): Promise<void> => {
    for (let ask = asks.pop(); ask !== undefined; ask = asks.pop()) {
      const told = isStream ? await platform.ask(ask) : await platform.inject(ask);
      const wrong = undocumentedIn(placed.operation, told);
      if (wrong.length > 0) found.push({ wrong, ask: shown(ask) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}

const shown = ({ token, ...ask }: Ask): object => ({ ...ask, token: token === undefined ? 'none' : 'some' });
