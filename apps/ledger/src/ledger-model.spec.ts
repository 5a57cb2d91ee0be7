import * as fc from 'fast-check';
import type { BalancesAsOfView, LedgerClock } from '@ballast/contracts/ledger';
import { unitsText } from '@ballast/money';
import type { StoredPosting } from './domain/verify-chain.js';
import { ReadBalances } from './read-balances.js';
import { anyStep } from './testing/ledger-steps.js';
import type { Step } from './testing/ledger-steps.js';
import { WatchedLedger } from './testing/watched-ledger.js';

/** Steps of one run, at most; and runs. */
const STEPS_MAX = 50;
const RUNS = 60;
const OPERATIONS = 10_000;
const SEED = 20_261_121;
/** Operations after which the accounts are compared, and an instant of the past is remembered. */
const CHECK_EVERY = 100;

/** Milliseconds that the longer tests may take on a machine that is busy with others. */
const PATIENCE_MS = 300_000;

/** `LEDGER_REPLAY=<seed>:<path>`, as a failure prints them, repeats that run alone. */
function replayed(): fc.Parameters<[Step[]]> {
  const [seed, ...path] = (process.env['LEDGER_REPLAY'] ?? '').split(':');
  return seed === undefined || seed === '' ? { numRuns: RUNS } : { seed: Number(seed), path: path.join(':') };
}

// Two replicas lose races on purpose; how long they pause then is nothing to wait for.
beforeEach(() => {
  jest.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => jest.restoreAllMocks());

describe('a ledger beside its model', () => {
  it(
    'agrees after every step, whoever asks twice, hears late, or dies between two effects',
    async () => {
      const steps = fc.array(anyStep({ crashes: true }), { maxLength: STEPS_MAX, size: 'max' });
      const property = fc.asyncProperty(steps, async (taken) => {
        const ledger = new WatchedLedger();
        await ledger.run.open();
        for (const step of taken) {
          await ledger.take(step);
          await ledger.check();
        }
        await ledger.run.settle();
        await ledger.check();
      });
      await fc.assert(property, replayed());
    },
    PATIENCE_MS,
  );
});

describe(`${OPERATIONS} operations`, () => {
  const ledger = new WatchedLedger();
  const remembered: BalancesAsOfView[] = [];
  const balancesAt = async (question: { profileId: string; asOf: string; clock: LedgerClock; bookedBy: string }) => {
    const [owner] = ledger.run.profiles;
    const view = await ledger.replicas[0]
      .get(ReadBalances)
      .execute(question, { userId: owner?.ownerId ?? '', role: 'trader' });
    return view as BalancesAsOfView;
  };
  const instantOf = (ms: number): string => new Date(ms).toISOString();

  beforeAll(async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0);
    await ledger.run.open();
    const startMs = ledger.clock.ms;
    const steps = fc.sample(anyStep({ crashes: true }), { numRuns: OPERATIONS, seed: SEED });
    for (const [index, step] of steps.entries()) {
      await ledger.take(step);
      if (index % CHECK_EVERY !== 0) continue;
      await ledger.check();
      const asOf = instantOf(startMs + ((index * 7_919) % (ledger.clock.ms - startMs)));
      for (const clock of ['booked', 'occurred'] as const) {
        const { profileId } = ledger.run.profiles[index % 2] as { profileId: string };
        remembered.push(await balancesAt({ profileId, asOf, clock, bookedBy: instantOf(ledger.clock.ms) }));
      }
    }
    await ledger.run.settle();
  }, PATIENCE_MS);

  it('end in accounts that are what the model says, in whole chains', async () => {
    await ledger.check();
    const postings = ledger.run.profiles.map(({ profileId }) => ledger.memory.postingsOf(profileId).length);
    expect(Math.min(...postings)).toBeGreaterThan(1_000);
  });

  it('leave a sum of zero in every asset', () => {
    const sums = new Map<string, bigint>();
    for (const { profileId } of ledger.run.profiles) {
      for (const { asset, legs, assetLegs = {} } of ledger.memory.postingsOf(profileId)) {
        for (const [name, of] of Object.entries({ [asset]: legs, ...assetLegs })) {
          sums.set(
            name,
            Object.values(of).reduce((sum, units) => sum + BigInt(units), sums.get(name) ?? 0n),
          );
        }
      }
    }
    expect(Object.fromEntries(sums)).toEqual({ USD: 0n, AAPL: 0n });
  });

  it('can be asked again for any instant of either clock, and it is the sum of what was known then', async () => {
    expect(remembered.length).toBe((2 * OPERATIONS) / CHECK_EVERY);
    expect(remembered.some(({ lateBookings }) => lateBookings > 0)).toBe(true);
    for (const view of remembered) {
      const { profileId, asOf, clock, bookedBy, asset } = view;
      expect({ ...(await balancesAt({ profileId, asOf, clock, bookedBy })), isFinal: view.isFinal }).toEqual(view);
      const known = ledger.memory.postingsOf(profileId).filter((posting) => posting.at <= bookedBy);
      const then = known.filter(
        (posting) => (clock === 'booked' ? posting.at : (posting.occurredAt ?? posting.at)) <= asOf,
      );
      expect(view).toMatchObject({
        available: unitsText(sumOf(then, 'available'), asset),
        fees: unitsText(sumOf(then, 'fees'), asset),
        allocated: unitsText(-sumOf(then, 'funding'), asset),
        reservedForOrders: unitsText(sumOf(then, 'reserved-for-orders'), asset),
      });
    }
  });
});

function sumOf(postings: readonly StoredPosting[], account: string): bigint {
  return postings.reduce((sum, { legs }) => sum + BigInt(legs[account] ?? 0), 0n);
}
