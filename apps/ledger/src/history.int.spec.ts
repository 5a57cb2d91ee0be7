import { newUserId } from '@ballast/contracts';
import type { Problem } from '@ballast/contracts';
import type { BalancesAsOfView } from '@ballast/contracts/ledger';
import type { LedgerSnapshot, StreamEvents } from '@ballast/contracts/streams';
import type { PostingDocument } from './adapters/ledger-documents.js';
import { ask, bearer, startBench, until } from './testing/bench.js';
import type { Answer, Bench, TestProfile } from './testing/bench.js';
import { operatorOf, postingsOf, profileWithHistory } from './testing/profile-with-history.js';

const LONG_AGO = '2026-01-01T00:00:00.000Z';
/** Request units of the query of a replay of three events. */
const REPLAY_REQUEST_UNITS_MAX = 10;
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
    const profile = await profileWithHistory(bench);
    const postings = await postingsOf(bench, profile);
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
    const profile = await profileWithHistory(bench);
    const { at: asOf } = (await postingsOf(bench, profile))[3] as PostingDocument;
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
    expect((await get(await operatorOf(bench, profile), below)).status).toBe(200);
  });

  it('is streamed by the gateway: a snapshot, and any event again as it was published', async () => {
    const profile = await bench.openProfile();
    for (const amount of ['10.00', '20.00', '30.00']) await bench.move(profile, 'deposits', amount);
    const streamed = async <Body>({ token }: TestProfile, what: string): Promise<Answer<Body>> =>
      ask(`${bench.ledger.url}/v1/streams/${profile.profileId}/${what}`, { headers: bearer({ token }) });
    const { body: snapshot } = await streamed<LedgerSnapshot>(profile, 'snapshot');
    expect(snapshot).toMatchObject({ sequence: 4, capital: { available: '60.00' } });
    bench.azure.usage.reset();
    const { body: after1 } = await streamed<StreamEvents>(profile, 'events?after=1');
    const used = bench.azure.usage.snapshot().cosmos.byContainer['capital_ledgers'] ?? {};
    expect(used['read']?.requests).toBe(1);
    expect(used['query']?.requestUnits).toBeLessThan(REPLAY_REQUEST_UNITS_MAX);
    await until('all of it is published', () => bench.published(profile.profileId).length === 4);
    const published = JSON.parse(JSON.stringify(bench.published(profile.profileId))) as object[];
    expect(after1).toEqual({ sequence: 4, events: published.slice(1), isComplete: true });
    const stranger = await bench.openProfile();
    for (const what of ['snapshot', 'events?after=0']) expect((await streamed(stranger, what)).status).toBe(404);
  });
});
