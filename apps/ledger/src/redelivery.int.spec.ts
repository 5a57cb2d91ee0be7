import type { EventEnvelope } from '@ballast/contracts';
import type { ProfileCreatedV1 } from '@ballast/contracts/accounts';
import { Parking } from '@ballast/service-host';
import { partitionOf } from './adapters/ledger-documents.js';
import { OpenAccount } from './open-account.js';
import { profileCreated, startBench } from './testing/bench.js';
import type { Bench, TestProfile } from './testing/bench.js';
import { hearAll, hearingOf, patiently } from './testing/hearing.js';
import type { Hearing } from './testing/hearing.js';
import { OrderScript } from './testing/order-script.js';
import { VerifyLedger } from './verify-ledger.js';

/** Documents of a test's profile, at most. */
const ROWS_MAX = 100;

/** The events of one order of 10 that is filled in two parts and then cancelled, or filled by the second. */
function eventsOf(profile: TestProfile) {
  const buy = new OrderScript(profile, { intent: 'entry', quantity: '10', holdUnits: '100100' });
  const placed = buy.placed();
  const one = buy.executed({ quantity: '4', price: '99', fee: '0.4' });
  const two = buy.executed({ quantity: '3', price: '99.50', fee: '0.3' });
  const ended = buy.ended();
  return { orderId: buy.orderId, placed, one, two, ended, endedEmpty: buy.ended(0), endedAfterOne: buy.ended(1) };
}
type Events = Omit<ReturnType<typeof eventsOf>, 'orderId'>;

describe('an order that is heard of again', () => {
  let bench: Bench;
  let one: Hearing;
  let other: Hearing;
  let remind: (profile: TestProfile) => Promise<void>;
  beforeAll(async () => {
    bench = await startBench();
    const replica = await bench.startReplica();
    // They ask for parked messages from time to time, which would be counted with what an event costs.
    for (const { app } of [bench.ledger, replica]) await app.get(Parking).list.stop();
    [one, other] = [hearingOf(bench.ledger), hearingOf(replica)];
    remind = (profile) => replica.app.get(OpenAccount).execute(profileCreated(profile).data as ProfileCreatedV1);
  });
  afterAll(() => bench.close());

  /** The profile's documents as they are stored, with their ETags. */
  async function stored({ profileId }: TestProfile): Promise<Record<string, unknown>> {
    const query = { query: 'SELECT * FROM c', parameters: {}, partition: partitionOf(profileId), pageSize: ROWS_MAX };
    const { items, continuation } = await bench.store.query<{ id: string }>(query);
    expect(continuation).toBeUndefined();
    return Object.fromEntries(items.map((item) => [item.id, item]));
  }

  /** A profile whose account the other replica has in memory, as it is before its first order. */
  async function fundedProfile(amount: string): Promise<TestProfile> {
    const profile = await bench.openProfile();
    await bench.move(profile, 'deposits', amount);
    await remind(profile);
    return profile;
  }

  /** What is reserved is what is held in the account, and no order has both a hold there and a row. */
  async function isWhole(profile: TestProfile): Promise<void> {
    expect((await bench.ledger.app.get(VerifyLedger).execute(profile.profileId))?.findings).toEqual([]);
    const holds = Object.entries(await bench.liveHolds(profile));
    const remaining = holds.reduce((sum, [, { units, used = '0' }]) => sum + BigInt(units) - BigInt(used), 0n);
    const { reservedForOrders } = (await bench.capital(profile)).body;
    expect(BigInt(reservedForOrders.replace('.', ''))).toBe(remaining);
    const rows = await Promise.all(holds.map(([orderId]) => bench.holdRow(profile, orderId)));
    expect(rows.filter((row) => row !== undefined)).toEqual([]);
  }

  type Standing = 'held' | 'resolved' | 'declined' | 'tombstone';
  const CASES: [string, (events: Events) => EventEnvelope[], Standing, funds?: string][] = [
    ['held', (e) => [e.placed], 'held'],
    ['filled in part', (e) => [e.placed, e.one], 'held'],
    ['filled in part, the later part first', (e) => [e.placed, e.two], 'held'],
    ['ended with executions to come', (e) => [e.placed, e.one, e.ended], 'held'],
    ['ended after its executions', (e) => [e.placed, e.one, e.two, e.ended], 'resolved'],
    ['completed by an execution after its end', (e) => [e.placed, e.endedAfterOne, e.one], 'resolved'],
    ['ended and executed after that', (e) => [e.placed, e.endedEmpty, e.one, e.two], 'resolved'],
    ['declined', (e) => [e.placed], 'declined', '100.00'],
    ['declined and ended', (e) => [e.placed, e.endedEmpty], 'declined', '100.00'],
    ['ended before its placement', (e) => [e.endedEmpty], 'tombstone'],
    ['ended before its placement was heard', (e) => [e.endedEmpty, e.placed], 'tombstone'],
    ['ended and executed before its placement was heard', (e) => [e.ended, e.two, e.placed, e.one], 'tombstone'],
  ];

  it.each(CASES)('changes nothing once it is %s', async (_what, heard, standing, funds = '10000.00') => {
    const profile = await fundedProfile(funds);
    const { orderId, ...events } = eventsOf(profile);
    for (const event of heard(events)) await one(event);
    await isWhole(profile);
    expect(Object.keys(await bench.liveHolds(profile))).toEqual(standing === 'held' ? [orderId] : []);
    expect((await bench.holdRow(profile, orderId))?.state).toBe(standing === 'held' ? undefined : standing);

    // Enough for a second hold, then too little for the first: neither may change what was decided.
    await bench.move(profile, 'deposits', '5000.00');
    await unchanged(profile, async () => {
      for (const event of heard(events).reverse()) await patiently(() => other(event));
      for (const event of heard(events)) await one(event);
      if (standing === 'tombstone') await one(events.placed);
    });
    const { available } = (await bench.capital(profile)).body;
    expect((await bench.move(profile, 'withdrawals', available)).status).toBe(201);
    await unchanged(profile, async () => {
      for (const event of heard(events)) await patiently(() => other(event));
      for (const event of heard(events).reverse()) await one(event);
    });
    await isWhole(profile);
  });

  it('asks the store for nothing when its hold is in the account', async () => {
    const profile = await fundedProfile('10000.00');
    const { placed } = eventsOf(profile);
    await one(placed);
    bench.azure.usage.reset();
    await one(placed);
    const used = bench.azure.usage.snapshot().cosmos.byContainer['capital_ledgers'] ?? {};
    expect([used['batch'], used['read']]).toEqual([undefined, undefined]);
  });

  it('refuses a placement that is not the first event of its order', async () => {
    const profile = await fundedProfile('10000.00');
    const { orderId, one: executed, placed } = eventsOf(profile);
    await expect(one({ ...placed, id: executed.id })).rejects.toThrow(`${executed.id} cannot place ${orderId}`);
    expect((await bench.capital(profile)).body.reservedForOrders).toBe('0.00');
  });

  const ORDERS_OF_ARRIVAL = permutations(['placed', 'one', 'two', 'ended'] as const);

  it.each(ORDERS_OF_ARRIVAL)('ends the same when both replicas hear %s, %s, %s, %s', async (...names) => {
    const profile = await fundedProfile('10000.00');
    const { orderId, ...events } = eventsOf(profile);
    await hearAll(names.flatMap((name) => [one, other].map((hear) => [hear, events[name]] as const)));
    expect((await bench.capital(profile)).body).toMatchObject({
      available: '9304.80',
      reservedForOrders: '0.00',
      reservedForPositions: '694.50',
      fees: '0.70',
      shortfall: '0.00',
    });
    const isTombstone = names.indexOf('ended') < names.indexOf('placed');
    const row = await bench.holdRow(profile, orderId);
    expect(row).toMatchObject({ state: isTombstone ? 'tombstone' : 'resolved', remaining: '0', postedUpTo: 2 });
    expect(await bench.liveHolds(profile)).toEqual({});
    await isWhole(profile);
  });

  async function unchanged(profile: TestProfile, work: () => Promise<void>): Promise<void> {
    const before = await stored(profile);
    await work();
    expect(await stored(profile)).toEqual(before);
  }
});

function permutations<T>(all: readonly T[]): T[][] {
  if (all.length === 0) return [[]];
  return all.flatMap((first) => permutations(all.filter((item) => item !== first)).map((rest) => [first, ...rest]));
}
