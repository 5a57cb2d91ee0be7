import { newUserId } from '@ballast/contracts';
import type { Problem } from '@ballast/contracts';
import type { BalancesAsOfView } from '@ballast/contracts/ledger';
import { partitionOf } from './adapters/ledger-documents.js';
import type { PostingDocument } from './adapters/ledger-documents.js';
import { ask, bearer, startBench } from './testing/bench.js';
import type { Answer, Bench, TestProfile } from './testing/bench.js';
import { hearingOf } from './testing/hearing.js';
import { OrderScript } from './testing/order-script.js';

/** Postings of a test's profile, at most. */
const POSTINGS_MAX = 100;
const LONG_AGO = '2026-01-01T00:00:00.000Z';
const ZEROS = { allocated: '0.00', available: '0.00', fees: '0.00', realizedPnl: '0.00', version: 0 };

describe('what was', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench();
  });
  afterAll(() => bench.close());

  const get = <Body>({ profileId, token }: TestProfile, below: string): Promise<Answer<Body>> =>
    ask(`${bench.ledger.url}/v1/profiles/${profileId}/capital/${below}`, { headers: bearer({ token }) });
  const balances = async (profile: TestProfile, query: string): Promise<BalancesAsOfView> => {
    const { status, body } = await get<BalancesAsOfView>(profile, `balances?${query}`);
    expect(status).toBe(200);
    return body;
  };
  const operatorOf = async (profile: TestProfile): Promise<TestProfile> => ({
    ...profile,
    token: await bench.tokenFor(newUserId(Date.now()), 'operator'),
  });

  async function postingsOf({ profileId }: TestProfile): Promise<PostingDocument[]> {
    const { items } = await bench.store.query<PostingDocument>({
      query: "SELECT * FROM c WHERE c.kind = 'posting'",
      parameters: {},
      partition: partitionOf(profileId),
      pageSize: POSTINGS_MAX,
    });
    return items.sort((left, right) => left.number - right.number);
  }

  /** A profile with an order, its fills and their position sold again, and with entries by hand that tell of before. */
  async function profileWithHistory(): Promise<TestProfile> {
    const profile = await bench.openProfile();
    const operator = await operatorOf(profile);
    const hear = hearingOf(bench.ledger);
    const by = (path: string, amount: string, occurredAt: string): Promise<Answer<unknown>> =>
      bench.send(operator, { path, body: { amount, occurredAt, ...(path !== 'deposits' && { reason: 'r' }) } });
    await bench.move(profile, 'deposits', '10000.00');
    await by('fees', '12.34', '2026-11-01T00:00:00.000Z');
    const buy = new OrderScript(profile, { intent: 'entry', quantity: '10', holdUnits: '100100' });
    const events = [
      buy.placed(),
      buy.executed({ quantity: '4', price: '99', fee: '0.4' }),
      buy.executed({ quantity: '3', price: '99.50', fee: '0.3' }),
      buy.ended(),
    ];
    for (const event of events) await hear(event);
    await by('adjustments', '-3.21', '2026-10-01T00:00:00.000Z');
    const sell = new OrderScript(profile, { intent: 'exit', quantity: '7', closedCostUnits: '69450' });
    await hear(sell.executed({ quantity: '7', price: '110', fee: '0.77' }));
    await by('deposits', '50.00', '2026-10-31T23:59:59.999Z');
    await by('fees', '1.00', '2026-11-01T00:00:00.001Z');
    return profile;
  }

  /** What the legs of postings come to in each balance, as decimals. */
  function sumOf(postings: readonly PostingDocument[]): object {
    const of = (account: string, sign = 1n): string => {
      const units = postings.reduce((sum, { legs }) => sum + sign * BigInt(legs[account] ?? 0), 0n);
      const digits = (units < 0n ? -units : units).toString().padStart(3, '0');
      return `${units < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
    };
    return {
      allocated: of('funding', -1n),
      reservedForOrders: of('reserved-for-orders'),
      reservedForPositions: of('reserved-for-positions'),
      inTransit: of('in-transit'),
      realizedPnl: of('realized-pnl', -1n),
      fees: of('fees'),
      shortfall: of('shortfall', -1n),
      available: of('available'),
    };
  }

  function heldIn(postings: readonly PostingDocument[]): object[] {
    const units = postings.reduce((sum, { assetLegs }) => sum + BigInt(assetLegs?.['AAPL']?.['position'] ?? 0), 0n);
    return units === 0n ? [] : [{ asset: 'AAPL', quantity: `${units / 10n ** 18n}` }];
  }

  it('is found again at every instant of both clocks', async () => {
    const profile = await profileWithHistory();
    const postings = await postingsOf(profile);
    expect(postings).toHaveLength(10);
    const times = postings.flatMap(({ at, occurredAt }) => [at, occurredAt ?? at]);
    const instants = times.flatMap((time) => [time, new Date(Date.parse(time) - 1).toISOString()]);
    for (const instant of new Set([LONG_AGO, ...instants])) {
      const booked = postings.filter(({ at }) => at <= instant);
      const version = booked.length;
      expect(await balances(profile, `asOf=${instant}`)).toMatchObject({
        ...sumOf(booked),
        holdings: heldIn(booked),
        version,
        lateBookings: 0,
      });
      const happened = postings.filter(({ at, occurredAt }) => (occurredAt ?? at) <= instant);
      const lateBookings = happened.filter(({ at }) => at > instant).length;
      expect(await balances(profile, `asOf=${instant}&clock=occurred`)).toMatchObject({
        ...sumOf(happened),
        holdings: heldIn(happened),
        version,
        lateBookings,
      });
    }
  });

  it('stays what it was when more is booked of that time, and by event time under the same bookedBy', async () => {
    const profile = await profileWithHistory();
    const { at: asOf } = (await postingsOf(profile))[3] as PostingDocument;
    const booked = await balances(profile, `asOf=${asOf}`);
    const happened = await balances(profile, `asOf=${asOf}&clock=occurred`);
    expect([booked.isFinal, booked.bookedBy]).toEqual([true, asOf]);
    const late = { amount: '7.00', occurredAt: asOf };
    expect(await bench.send(profile, { path: 'deposits', body: late })).toMatchObject({ status: 201 });
    expect(await balances(profile, `asOf=${asOf}`)).toEqual(booked);
    const { bookedBy } = happened;
    const again = await balances(profile, `asOf=${asOf}&clock=occurred&bookedBy=${bookedBy}`);
    expect(again).toEqual({ ...happened, isFinal: true });
    const now = await balances(profile, `asOf=${asOf}&clock=occurred`);
    expect(now.lateBookings).toBe(happened.lateBookings + 1);
    expect([happened.allocated, now.allocated]).toEqual(['10050.00', '10057.00']);
  });

  it('is not final while something may still be booked at that instant', async () => {
    const profile = await bench.openProfile();
    await bench.move(profile, 'deposits', '1.00');
    expect(await balances(profile, '')).toMatchObject({ allocated: '1.00', version: 1, isFinal: false });
    expect(await balances(profile, `asOf=${LONG_AGO}`)).toMatchObject({ ...ZEROS, isFinal: true });
  });

  it.each([
    ['balances?asOf=2999-01-01T00:00:00Z', '/asOf'],
    ['balances?clock=occurred&bookedBy=2999-01-01T00:00:00Z', '/bookedBy'],
    [`balances?bookedBy=${LONG_AGO}`, '/bookedBy'],
    ['balances?asOf=yesterday', '/asOf'],
    ['balances?clock=system', '/clock'],
    ['balances?at=now', '/at'],
  ])('is not told for %s', async (below, pointer) => {
    const profile = await bench.openProfile();
    const { status, body } = await get<Problem>(profile, below);
    expect([status, body.errors?.map((error) => error.pointer)]).toEqual([400, [pointer]]);
  });

  it.each(['balances'])('is not told to others: %s', async (below) => {
    const profile = await bench.openProfile();
    const stranger = { ...profile, token: await bench.tokenFor(newUserId(Date.now()), 'trader') };
    expect((await get(stranger, below)).status).toBe(404);
    expect((await get(await operatorOf(profile), below)).status).toBe(200);
  });
});
