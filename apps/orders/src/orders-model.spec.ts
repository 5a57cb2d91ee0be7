import fc from 'fast-check';
import { OrdersModel } from './testing/orders-model.js';
import { anyStep, comeToRest } from './testing/orders-steps.js';
import type { Step } from './testing/orders-steps.js';
import { OrdersWorld } from './testing/orders-world.js';

const RUNS = 60;
/** Steps of one run. */
const STEPS = { minLength: 10, maxLength: 60, size: 'max' } as const;
const SEED = 20_261_121;
/** Milliseconds after which a busy machine has seen enough runs, or the shrinking of a failure ends. */
const ENOUGH_MS = 60_000;
const PATIENCE_MS = 300_000;

/** `ORDERS_REPLAY=<seed>:<path>`, as a failure prints them, repeats that run alone; a seed alone makes other runs. */
function replayed(): fc.Parameters<[Step[]]> {
  const [seed = '', ...path] = (process.env['ORDERS_REPLAY'] ?? '').split(':');
  if (seed === '') return { numRuns: RUNS, seed: SEED, interruptAfterTimeLimit: ENOUGH_MS };
  return { seed: Number(seed), ...(path.length === 0 ? { numRuns: RUNS } : { path: path.join(':') }) };
}

// Two replicas lose races on purpose; how long they pause then is nothing to wait for.
beforeEach(() => {
  jest.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => jest.restoreAllMocks());

describe('orders, beside their model', () => {
  it(
    'keep their promises through commands, fills, pairs, dates, switches, duplicates, reorderings and crashes',
    async () => {
      const runs = fc.array(anyStep, STEPS);
      const property = fc.asyncProperty(runs, async (run) => {
        const world = new OrdersWorld();
        await world.open();
        const model = new OrdersModel(world);
        for (const step of run) {
          await step(world);
          model.check();
        }
        await comeToRest(world);
        model.check();
        await model.checkAtRest();
      });
      await fc.assert(property, replayed());
    },
    PATIENCE_MS,
  );
});
