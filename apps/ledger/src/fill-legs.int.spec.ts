import { DocumentConflict } from '@ballast/cosmos';
import { Clock } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { profileKey, partitionOf } from './adapters/ledger-documents.js';
import { CountHoldings, MARK_EVERY_POSTINGS } from './count-holdings.js';
import { ReadBalances } from './read-balances.js';
import { ResumeTransfers } from './resume-transfers.js';
import { startBench } from './testing/bench.js';
import type { Bench, TestProfile } from './testing/bench.js';
import { hearingOf } from './testing/hearing.js';
import { OrderScript } from './testing/order-script.js';

/** Rows that one batch takes. */
const BATCH_ROWS = 100;

describe('a fill', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench();
  });
  afterAll(() => bench.close());

  const owner = ({ ownerId: userId }: TestProfile): Caller => ({ userId, role: 'trader' });
  async function holdingsOf(profile: TestProfile): Promise<unknown> {
    const { app } = bench.ledger;
    const asOf = app.get(Clock).iso();
    const question = { profileId: profile.profileId, asOf, clock: 'booked', bookedBy: asOf } as const;
    return (await app.get(ReadBalances).execute(question, owner(profile)))?.holdings;
  }

  it('is one posting with legs in what was traded, in capital and for the fee, or nothing at all', async () => {
    const profile = await bench.openProfile();
    await bench.move(profile, 'deposits', '10000.00');
    const hear = hearingOf(bench.ledger);
    const buy = new OrderScript(profile, { intent: 'entry', quantity: '4', holdUnits: '40040' });
    await hear(buy.placed());
    const executed = buy.executed({ quantity: '4', price: '99', fee: '0.4' });
    const partition = partitionOf(profile.profileId);
    const before = [await bench.capital(profile), await bench.liveHolds(profile)];

    // One write of several cannot be done: the row that says what became of the hold is there already.
    const obstacle = { id: `hold:${buy.orderId}`, ...profileKey(profile.profileId) };
    await bench.store.commit(partition, [{ create: obstacle }]);
    await expect(hear(executed)).rejects.toThrow(DocumentConflict);
    expect([await bench.capital(profile), await bench.liveHolds(profile)]).toEqual(before);
    expect(await bench.store.read(`posting:${executed.id}`, partition)).toBeUndefined();
    expect(await holdingsOf(profile)).toEqual([]);

    await bench.store.commit(partition, [{ delete: { id: obstacle.id } }]);
    await hear(executed);
    expect((await bench.store.read(`posting:${executed.id}`, partition))?.document).toMatchObject({
      legs: { available: '400', 'reserved-for-orders': '-40040', 'reserved-for-positions': '39600', fees: '40' },
      assetLegs: { AAPL: { position: '4000000000000000000', market: '-4000000000000000000' } },
    });
    expect(await holdingsOf(profile)).toEqual([{ asset: 'AAPL', quantity: '4' }]);
  });

  it('is counted once into what is held, however many there are', async () => {
    const profile = await bench.openProfile();
    const partition = partitionOf(profile.profileId);
    const rows = Array.from({ length: MARK_EVERY_POSTINGS }, (_, index) => ({
      id: `posting:made-${index}`,
      kind: 'posting',
      ...profileKey(profile.profileId),
      number: index + 1,
      at: new Date(Date.parse('2026-01-01T00:00:00.000Z') + index).toISOString(),
      assetLegs: { AAPL: { position: '1', market: '-1' } },
    }));
    for (let from = 0; from < rows.length; from += BATCH_ROWS) {
      const batch = rows.slice(from, from + BATCH_ROWS);
      await bench.store.commit(
        partition,
        batch.map((row) => ({ create: row })),
      );
    }
    const count = bench.ledger.app.get(CountHoldings);
    const last = rows.at(-1) as (typeof rows)[number];
    const markId = `holdings:${last.number}`;
    const all = { AAPL: BigInt(MARK_EVERY_POSTINGS) };
    expect(await count.execute(profile.profileId, last.at, false)).toEqual(all);
    expect(await bench.store.read(markId, partition)).toBeUndefined();
    expect(await count.execute(profile.profileId, last.at, true)).toEqual(all);
    expect((await bench.store.read(markId, partition))?.document).toMatchObject({ holdings: { AAPL: '500' } });

    const next = { ...last, id: 'posting:made-next', number: last.number + 1, at: '2026-02-01T00:00:00.000Z' };
    await bench.store.commit(partition, [{ create: next }]);
    // It looks for pending transfers from time to time, which would be counted.
    await bench.ledger.app.get(ResumeTransfers).onApplicationShutdown();
    bench.azure.usage.reset();
    expect(await count.execute(profile.profileId, next.at, true)).toEqual({ AAPL: BigInt(MARK_EVERY_POSTINGS) + 1n });
    const used = bench.azure.usage.snapshot().cosmos.byContainer['capital_ledgers'] ?? {};
    expect(used['query']?.requests).toBe(2);
    const tenth = rows[9] as (typeof rows)[number];
    expect(await count.execute(profile.profileId, tenth.at, true)).toEqual({ AAPL: 10n });
  });
});
