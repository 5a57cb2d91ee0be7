import { GUARDS } from '@ballast/faults';
import type { Guard } from '@ballast/faults';
import { run } from './simulation/run.js';
import { installVirtualTime, restoreRealTime } from './simulation/virtual-process.js';

/** Seeds of every test run, from `SIMULATION_SEED` on. */
const SEEDS = Number(process.env['SIMULATION_SEEDS'] ?? 500);
const FIRST_SEED = Number(process.env['SIMULATION_SEED'] ?? 1);
/** Milliseconds that they may take on a machine that is busy with others. */
const PATIENCE_MS = 300_000;

/** Seeds within which a run without a precaution must go wrong, and from which on it is known to do so soon. */
const SEEDS_WITHOUT_MAX = 500;
const BEGIN_WITH: Readonly<Record<Guard, number>> = {
  'handled-rows': 3,
  'deterministic-ids': 5,
  'etag-check': 1,
  'checkpoint-after-send': 1,
  'idempotency-key': 1,
  'look-up-before-retry': 1,
  'hold-check': 3,
};

beforeAll(() => installVirtualTime());
afterAll(() => restoreRealTime());

describe('orders, ledger and audit, two replicas each, in a simulated world', () => {
  it(
    'keep all promises whatever is lost, late, doubled, throttled or killed',
    async () => {
      for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) {
        const { violations } = await run({ seed, isTold: false });
        expect({ seed, violations }).toEqual({ seed, violations: [] });
      }
    },
    PATIENCE_MS,
  );

  it('go the same way again for the same seed', async () => {
    const [first, second, other] = [
      await run({ seed: 12, isTold: true }),
      await run({ seed: 12, isTold: true }),
      await run({ seed: 8, isTold: true }),
    ];
    expect(second.story).toBe(first.story);
    expect(second.digest).toBe(first.digest);
    expect(other.digest).not.toBe(first.digest);
    expect(first.executions).toBeGreaterThan(0);
  });

  it.each(GUARDS)(
    'break one without %s',
    async (without) => {
      let seed = BEGIN_WITH[without];
      const found: string[] = [];
      for (; found.length === 0 && seed < BEGIN_WITH[without] + SEEDS_WITHOUT_MAX; seed += 1)
        found.push(...(await run({ seed, isTold: false, without })).violations);
      expect(found).not.toEqual([]);
    },
    PATIENCE_MS,
  );
});
