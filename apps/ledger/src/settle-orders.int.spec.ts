import { newProfileId, newUserId } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import type { CapitalDeclinedV1, HoldPreview } from '@ballast/contracts/ledger';
import type { OrderExecutedV1, OrderPlacedV1 } from '@ballast/contracts/orders';
import { Parking } from '@ballast/service-host';
import { HoldCapital } from './hold-capital.js';
import { PostExecution } from './post-execution.js';
import { ask, bearer, profileCreated, startBench, until } from './testing/bench.js';
import type { Bench, TestProfile } from './testing/bench.js';
import { OrderScript } from './testing/order-script.js';
import { VerifyLedger } from './verify-ledger.js';

/** Request units that the two commits of a filled order may cost; the whole order may cost 200 over all services. */
const REQUEST_UNITS_MAX = 42;

describe('settling orders', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench();
  });
  afterAll(() => bench.close());

  const ENTRY = { intent: 'entry', quantity: '10', holdUnits: '100100' } as const;
  const FILL = { quantity: '4', price: '99', fee: '0.4' };

  async function fundedProfile(amount = '10000.00'): Promise<TestProfile> {
    const profile = await bench.openProfile();
    await bench.move(profile, 'deposits', amount);
    return profile;
  }

  const shows = (profile: TestProfile, expected: object): Promise<void> =>
    until(`capital shows ${JSON.stringify(expected)}`, async () => {
      const { body } = await bench.capital(profile);
      return Object.entries(expected).every(([field, value]) => body[field as keyof typeof body] === value);
    });

  const typesOf = (profile: TestProfile): string[] => bench.published(profile.profileId).map(({ type }) => type);

  const isWhole = async (profile: TestProfile): Promise<void> => {
    const verdict = await bench.ledger.app.get(VerifyLedger).execute(profile.profileId);
    expect(verdict?.findings).toEqual([]);
  };

  it('makes the figures worked by hand, to the cent', async () => {
    const profile = await fundedProfile();
    const buy = new OrderScript(profile, ENTRY);
    await bench.publish('orders', buy.placed());
    await shows(profile, { reservedForOrders: '1001.00', available: '8999.00' });
    await bench.publish('orders', buy.executed(FILL));
    const filled = { reservedForOrders: '600.60', reservedForPositions: '396.00', fees: '0.40', available: '9003.00' };
    await shows(profile, filled);
    await bench.publish('orders', buy.ended());
    await shows(profile, { reservedForOrders: '0.00', available: '9603.60' });
    const sell = new OrderScript(profile, { intent: 'exit', quantity: '4', closedCostUnits: '39600' });
    await bench.publish('orders', sell.executed({ quantity: '4', price: '110', fee: '0.44' }));
    const closed = { reservedForPositions: '0.00', realizedPnl: '44.00', fees: '0.84', available: '10043.16' };
    await shows(profile, { ...closed, allocated: '10000.00', shortfall: '0.00', postings: 5 });
    await until('all is published', () => bench.published(profile.profileId).length === 6);
    expect(typesOf(profile)).toEqual([
      'capital.account-opened.v1',
      'capital.deposited.v1',
      'capital.held.v1',
      'capital.posted.v1',
      'capital.released.v1',
      'capital.posted.v1',
    ]);
    await isWhole(profile);
  });

  it('publishes each event with its place, its owner, its story and balances', async () => {
    const profile = await fundedProfile();
    const buy = new OrderScript(profile, ENTRY);
    const placed = buy.placed();
    await bench.publish('orders', placed);
    await until('it is held', () => typesOf(profile).includes('capital.held.v1'));
    const held = bench.published(profile.profileId)[2] as EventEnvelope;
    expect(held).toMatchObject({
      id: `ledger:${profile.profileId}:3`,
      source: '/ledger',
      subject: buy.orderId,
      partitionkey: profile.profileId,
      ownerid: profile.ownerId,
      sequence: 3,
      correlationid: placed.correlationid,
      causationid: placed.id,
      data: {
        orderId: buy.orderId,
        postingId: `posting:${placed.id}`,
        units: '100100',
        balances: { available: '899900', reservedForOrders: '100100' },
      },
    });
    expect(held.traceparent).toMatch(/^00-/);
  });

  it('ends the same when everything arrives backwards', async () => {
    const profile = await fundedProfile();
    const buy = new OrderScript(profile, ENTRY);
    const placed = buy.placed();
    const one = buy.executed(FILL);
    const two = buy.executed({ quantity: '6', price: '100', fee: '0.6' });
    await bench.publish('orders', two, one, placed);
    await shows(profile, { reservedForOrders: '0.00', reservedForPositions: '996.00', available: '9003.00' });
    await until('all is published', () => bench.published(profile.profileId).length === 5);
    const posted = bench.published(profile.profileId).filter(({ type }) => type === 'capital.posted.v1');
    const released = posted.map(({ data }) => (data as { releasedUnits: string }).releasedUnits);
    expect(released).toEqual(['0', '0']);
    await isWhole(profile);
  });

  it('releases the rest with the execution that completes an order whose end was heard before it', async () => {
    const profile = await fundedProfile();
    const buy = new OrderScript(profile, ENTRY);
    await bench.publish('orders', buy.placed());
    await shows(profile, { available: '8999.00' });
    await bench.publish('orders', buy.ended(1));
    const noted = { [buy.orderId]: { units: '100100', executions: 1 } };
    await until(
      'the end is noted',
      async () => JSON.stringify(await bench.liveHolds(profile)) === JSON.stringify(noted),
    );
    expect((await bench.capital(profile)).body.available).toBe('8999.00');
    await bench.publish('orders', buy.executed(FILL));
    await shows(profile, { available: '9603.60', reservedForOrders: '0.00' });
    expect(await bench.holdRow(profile, buy.orderId)).toMatchObject({ state: 'resolved', remaining: '0' });
    expect(await bench.liveHolds(profile)).toEqual({});
    await until('it is published', () => typesOf(profile).includes('capital.posted.v1'));
    expect(bench.published(profile.profileId).at(-1)?.data).toMatchObject({ releasedUnits: '60060', units: '39600' });
    expect(typesOf(profile)).not.toContain('capital.released.v1');
  });

  it('holds nothing for an order that ended before its placement was heard', async () => {
    const profile = await fundedProfile();
    const early = new OrderScript(profile, ENTRY);
    const placed = early.placed();
    await bench.publish('orders', early.ended());
    await until('the tombstone is there', async () => (await bench.holdRow(profile, early.orderId)) !== undefined);
    const later = new OrderScript(profile, ENTRY);
    await bench.publish('orders', placed, later.placed());
    await shows(profile, { available: '8999.00', postings: 2 });
    expect(bench.published(profile.profileId).filter(({ subject }) => subject === early.orderId)).toEqual([]);
  });

  it('declines what is not there, once, with limit and value', async () => {
    const profile = await fundedProfile('100.00');
    const buy = new OrderScript(profile, ENTRY);
    const placed = buy.placed();
    await bench.publish('orders', placed);
    await until('it is declined', () => typesOf(profile).includes('capital.declined.v1'));
    await bench.ledger.app.get(HoldCapital).execute(placed.data as OrderPlacedV1, placed.id);
    await bench.publish('orders', buy.ended());
    await bench.move(profile, 'deposits', '1.00');
    await until('the deposit is published', () => typesOf(profile).at(-1) === 'capital.deposited.v1');
    expect(bench.published(profile.profileId)[2]?.data).toMatchObject({
      orderId: buy.orderId,
      refusal: { code: 'insufficient-capital', limit: '100.00', value: '1001.00' },
    });
    expect(typesOf(profile)).toHaveLength(4);
    await shows(profile, { available: '101.00', reservedForOrders: '0.00', postings: 2 });
  });

  it('answers beforehand what a hold would be answered, and writes nothing', async () => {
    const profile = await fundedProfile('1001.00');
    const stranger = { ...profile, token: await bench.tokenFor(newUserId(Date.now()), 'trader') };
    const url = `${bench.ledger.url}/v1/profiles/${profile.profileId}/capital/hold-preview?units=`;
    const preview = (units: string, of = profile) => ask<HoldPreview>(url + units, { headers: bearer(of) });
    expect((await preview('100100')).body).toEqual({ verdict: 'held' });
    const { body } = await preview('100101');
    const buy = new OrderScript(profile, { ...ENTRY, holdUnits: '100101' });
    await bench.publish('orders', buy.placed());
    await until('it is declined', () => typesOf(profile).includes('capital.declined.v1'));
    const declined = bench.published(profile.profileId).at(-1)?.data as CapitalDeclinedV1;
    expect(body).toEqual({ verdict: 'declined', refusal: declined.refusal });
    expect([(await preview('1', stranger)).status, (await preview('-1')).status]).toEqual([404, 400]);
    await shows(profile, { available: '1001.00', postings: 1 });
  });

  it('repeats nothing when an event comes again', async () => {
    const profile = await fundedProfile();
    const buy = new OrderScript(profile, { ...ENTRY, quantity: '4', holdUnits: '40040' });
    const sell = new OrderScript(profile, { intent: 'exit', quantity: '4', closedCostUnits: '39600' });
    const [placed, bought] = [buy.placed(), buy.executed(FILL)];
    const sold = sell.executed({ quantity: '4', price: '110', fee: '0.44' });
    await bench.publish('orders', placed, bought, sold);
    await shows(profile, { available: '10043.16', postings: 4 });
    const { app } = bench.ledger;
    for (let again = 0; again < 2; again += 1) {
      await app.get(HoldCapital).execute(placed.data as OrderPlacedV1, placed.id);
      await app.get(PostExecution).execute(bought.data as OrderExecutedV1, bought.id);
      await app.get(PostExecution).execute(sold.data as OrderExecutedV1, sold.id);
    }
    await shows(profile, { available: '10043.16', postings: 4 });
    await isWhole(profile);
  });

  it('waits with a placement until the account is there', async () => {
    const ids = { profileId: newProfileId(Date.now()), ownerId: newUserId(Date.now()) };
    const profile = { ...ids, token: await bench.tokenFor(ids.ownerId, 'trader') };
    const buy = new OrderScript(profile, { ...ENTRY, holdUnits: '0' });
    await bench.publish('orders', buy.placed());
    await bench.publish('accounts', profileCreated(profile));
    await until('it is held', () => typesOf(profile).includes('capital.held.v1'));
    expect(typesOf(profile)).toEqual(['capital.account-opened.v1', 'capital.held.v1']);
  });

  it('posts a fill that comes after the release out of what is available', async () => {
    const profile = await fundedProfile();
    const buy = new OrderScript(profile, ENTRY);
    await bench.publish('orders', buy.placed());
    await shows(profile, { available: '8999.00' });
    await bench.publish('orders', buy.ended());
    await shows(profile, { available: '10000.00' });
    await bench.publish('orders', buy.executed(FILL));
    await shows(profile, { available: '9603.60', reservedForPositions: '396.00', reservedForOrders: '0.00' });
    await isWhole(profile);
  });

  it('needs two commits and no read for a market order filled at once', async () => {
    const profile = await fundedProfile();
    const buy = new OrderScript(profile, { ...ENTRY, quantity: '4', holdUnits: '40040' });
    // It asks for parked messages from time to time, which has nothing to do with the order.
    await bench.ledger.app.get(Parking).list.stop();
    bench.azure.usage.reset();
    await bench.publish('orders', buy.placed());
    await until('it is held', () => typesOf(profile).includes('capital.held.v1'));
    await bench.publish('orders', buy.executed(FILL));
    await until('it is posted', () => typesOf(profile).includes('capital.posted.v1'));
    const used = bench.azure.usage.snapshot().cosmos.byContainer['capital_ledgers'] ?? {};
    expect(used['batch']?.requests).toBe(2);
    expect(used['read']).toBeUndefined();
    expect(used['batch']?.requestUnits).toBeLessThan(REQUEST_UNITS_MAX);
  });

  it('has given up on no message in all of this', async () => {
    const { body } = await ask<object>(`${bench.ledger.url}/health/ready`);
    expect(JSON.stringify(body)).toContain('"deadLettered":0');
  });
});
