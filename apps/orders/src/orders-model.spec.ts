import fc from 'fast-check';
import { OrdersModel } from './testing/orders-model.js';
import { BEGINNINGS } from './testing/directed-steps.js';
import { anyRun, begunWith, comeToRest } from './testing/orders-runs.js';
import { OrdersWorld } from './testing/orders-world.js';
import type { Step } from './testing/step-words.js';

const RUNS = 60;
/** Runs with each beginning that seldom comes about by chance. */
const BEGUN_RUNS = 4;
const SEED = 20_261_121;
/** Milliseconds after which a busy machine has seen enough runs, or the shrinking of a failure ends. */
const ENOUGH_MS = 60_000;
const PATIENCE_MS = 300_000;
/** Milliseconds for as many runs as somebody has asked for. */
const LONG_PATIENCE_MS = 3_600_000;
/** `ORDERS_RUNS`, as many runs as somebody wants to see. */
const WANTED = Number(process.env['ORDERS_RUNS'] ?? 0);

/** `ORDERS_REPLAY=<seed>:<path>`, as a failure prints them, repeats that run alone; a seed alone makes other runs. */
function replayed(runs = RUNS): fc.Parameters<[Step[]]> {
  const [seed = SEED, ...path] = (process.env['ORDERS_REPLAY'] || undefined)?.split(':') ?? [];
  if (path.length > 0) return { seed: Number(seed), path: path.join(':') };
  if (WANTED > 0) return { seed: Number(seed), numRuns: WANTED };
  return { seed: Number(seed), numRuns: runs, interruptAfterTimeLimit: ENOUGH_MS };
}

async function goesWell(run: Step[]): Promise<void> {
  const world = new OrdersWorld();
  await world.open();
  const model = new OrdersModel(world);
  for (const step of run) {
    await step(world);
    model.check();
  }
  await comeToRest(world);
  model.check();
  model.checkAtRest();
}

// Two replicas lose races on purpose; how long they pause then is nothing to wait for.
beforeEach(() => {
  jest.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => jest.restoreAllMocks());

describe('orders, beside their model', () => {
  it(
    'keep their promises through commands, other terms, short sales, waiting, fills, pairs, switches and crashes',
    async () => {
      await fc.assert(fc.asyncProperty(anyRun, goesWell), replayed());
    },
    WANTED > 0 ? LONG_PATIENCE_MS : PATIENCE_MS,
  );

  it.each(BEGINNINGS)(
    'keep them after %s',
    async (_name, beginning) => {
      await fc.assert(fc.asyncProperty(begunWith(beginning), goesWell), replayed(BEGUN_RUNS));
    },
    WANTED > 0 ? LONG_PATIENCE_MS : PATIENCE_MS,
  );
});
