import * as fc from 'fast-check';
import { ContainerStore } from '@ballast/cosmos';
import { PRODUCT_ID } from '@ballast/contracts';
import { LedgerStore } from './adapters/ledger.store.js';
import { PostingRows } from './adapters/posting-rows.js';
import type { StoredPosting } from './domain/verify-chain.js';
import { ReadBalances } from './read-balances.js';
import { startBench, until } from './testing/bench.js';
import type { Bench, TestProfile } from './testing/bench.js';
import { hearingOf, patiently } from './testing/hearing.js';
import { LedgerRun } from './testing/ledger-run.js';
import { anyStep } from './testing/ledger-steps.js';
import { OrderScript } from './testing/order-script.js';
import { VerifyLedger } from './verify-ledger.js';

const ENTRIES = 64;
const AFFORDABLE = 10;
const OPERATIONS = 120;
const SEED = 64_120;
/** Operations after which an instant of the past is remembered. */
const REMEMBER_EVERY = 20;
/** Milliseconds that a test may take on a machine that is busy with others. */
const PATIENCE_MS = 300_000;

describe('a ledger in the store', () => {
  let bench: Bench;
  let other: Awaited<ReturnType<Bench['startReplica']>>;
  beforeAll(async () => {
    bench = await startBench();
    other = await bench.startReplica();
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => bench.close());

  async function postingsOf(profileId: string): Promise<StoredPosting[]> {
    const postings: StoredPosting[] = [];
    for await (const page of bench.ledger.app.get(PostingRows).part(profileId)) postings.push(...page);
    return postings;
  }
  const isWhole = async (profileId: string): Promise<void> =>
    expect((await bench.ledger.app.get(VerifyLedger).execute(profileId))?.findings).toEqual([]);

  /** The first two commits of the profile wait for each other, so that both were decided on the same balances. */
  function firstTwoMeet({ profileId }: TestProfile): { met(): boolean } {
    const commit = ContainerStore.prototype.commit;
    let [arrived, open] = [0, (): void => undefined];
    const both = new Promise<void>((resolve) => {
      open = resolve;
    });
    jest.spyOn(ContainerStore.prototype, 'commit').mockImplementation(async function (this: ContainerStore, ...args) {
      const [[productId, partition]] = args;
      if (productId === PRODUCT_ID && partition === profileId && arrived < 2) {
        arrived += 1;
        if (arrived === 2) open();
        await both;
      }
      return commit.apply(this, args);
    });
    return { met: () => arrived === 2 };
  }

  it(
    `holds for ${AFFORDABLE} of ${ENTRIES} entries that come at once, and never more than there is`,
    async () => {
      const profile = await bench.openProfile();
      await bench.move(profile, 'deposits', '10000.00');
      const hears = [hearingOf(bench.ledger), hearingOf(other)];
      const terms = { intent: 'entry', quantity: '10', holdUnits: '100000' } as const;
      const orders = Array.from({ length: ENTRIES }, () => new OrderScript(profile, terms));
      const barrier = firstTwoMeet(profile);
      await Promise.all(
        orders.map((order, index) => {
          const placed = order.placed();
          const hear = hears[index % hears.length] as (typeof hears)[number];
          return patiently(() => hear(placed));
        }),
      );
      expect(barrier.met()).toBe(true);
      const postings = await postingsOf(profile.profileId);
      expect(postings.map(({ about }) => about)).toEqual(['deposit', ...Array<string>(AFFORDABLE).fill('hold')]);
      expect(postings.filter(({ balances }) => BigInt(balances.available) < 0n)).toEqual([]);
      expect((await bench.capital(profile)).body).toMatchObject({ available: '0.00', reservedForOrders: '10000.00' });
      const types = (): string[] => bench.published(profile.profileId).map(({ type }) => type);
      await until('each is told', () => types().length === 2 + ENTRIES);
      expect(types().filter((type) => type === 'capital.declined.v1')).toHaveLength(ENTRIES - AFFORDABLE);
      await isWhole(profile.profileId);
    },
    PATIENCE_MS,
  );

  it(
    `agrees with its model over ${OPERATIONS} operations by two replicas, and can be asked for any instant again`,
    async () => {
      const ground = {
        arm: () => undefined,
        done: 0,
        isHit: false,
        events: [],
        standing: async (profileId: string) => {
          const standing = await bench.ledger.app.get(LedgerStore).standing(profileId);
          if (standing === undefined) throw new Error(`${profileId} has no account`);
          return standing;
        },
      };
      const run = new LedgerRun([bench.ledger.app, other.app], ground, () => Date.now());
      await run.open();
      const steps = fc.sample(anyStep({ crashes: false }), { numRuns: OPERATIONS, seed: SEED });
      const remembered: unknown[] = [];
      const questions: Parameters<ReadBalances['execute']>[0][] = [];
      const balancesAt = async (question: (typeof questions)[number]) => {
        const caller = { userId: run.profiles[0]?.ownerId ?? '', role: 'trader' } as const;
        return { ...(await other.app.get(ReadBalances).execute(question, caller)), isFinal: true };
      };
      for (const [index, step] of steps.entries()) {
        await run.take(step);
        if (index % REMEMBER_EVERY !== 0) continue;
        await run.compare();
        const { profileId } = run.profiles[0] as TestProfile;
        const at = (await postingsOf(profileId)).at(-1)?.at ?? new Date().toISOString();
        questions.push({ profileId, asOf: at, clock: index % 2 === 0 ? 'occurred' : 'booked', bookedBy: at });
        remembered.push(await balancesAt(questions.at(-1) as (typeof questions)[number]));
      }
      await run.settle();
      await run.compare();
      expect(await Promise.all(questions.map(balancesAt))).toEqual(remembered);
      for (const { profileId } of run.profiles) await isWhole(profileId);
    },
    PATIENCE_MS,
  );
});
