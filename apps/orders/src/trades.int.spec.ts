import { Parking } from '@ballast/service-host';
import { RecordTrade } from './record-trade.js';
import type { EventEnvelope } from '@ballast/contracts';
import type { TradeClosedV1 } from '@ballast/contracts/orders';
import type { OrdersSnapshot, StreamEvents } from '@ballast/contracts/streams';
import { Bench, until } from './testing/bench.js';
import type { TestProfile } from './testing/bench.js';

describe('what a profile holds and has traded', () => {
  let bench: Bench;
  let profile: TestProfile;
  beforeAll(async () => {
    bench = await Bench.start();
  });
  beforeEach(async () => {
    profile = await bench.openProfile();
  });
  afterAll(() => bench.close());

  const listOf = async (what: 'positions' | 'trades', query = '') =>
    (await bench.ask(profile, 'GET', `/v1/profiles/${profile.profileId}/${what}${query}`)).body;
  const items = async (what: 'positions' | 'trades') => (await listOf(what))['items'] as object[];

  const buy = async (quantity: string, price: string) => {
    const entry = await bench.resting(profile, { quantity });
    await bench.venue.execute(entry.brokerKey, quantity, price);
    return bench.order(profile, entry.orderId);
  };
  const sell = async (quantity: string, price: string) => {
    const { body } = await bench.place(profile, { side: 'sell', quantity, limitPrice: '100' });
    await until('the exit rests', async () => (await bench.order(profile, body.orderId)).state === 'open');
    await bench.venue.execute(bench.venue.received.at(-1)?.brokerKey ?? '', quantity, price);
    return body.orderId;
  };
  const roundTrip = async (price: string) => {
    await buy('4', '99');
    return sell('4', price);
  };

  it('is valued at the best bid while it is held', async () => {
    const { tradeId } = await buy('10', '99');
    await sell('4', '110');
    expect(await items('positions')).toEqual([
      {
        symbol: 'AAPL',
        tradeId,
        quantity: '6',
        exiting: '0',
        liveEntries: 0,
        cost: '594.00',
        averageCost: '99',
        marketPrice: '99.99',
        unrealizedPnl: '5.94',
        realizedPnl: '44.00',
        fees: '1.43',
      },
    ]);
    expect(await items('trades')).toEqual([]);
  });

  it('is owed and valued at the best offer where it was sold short, until it is bought back', async () => {
    const limits = { body: { shortSelling: true } };
    const operator = { token: await bench.tokenFor('operator') };
    await bench.ask(operator, 'PUT', `/v1/profiles/${profile.profileId}/trading-limits`, limits);
    const entry = await bench.resting(profile, { side: 'sell', intent: 'entry', quantity: '10' });
    const venueGot = bench.venue.received.at(-1);
    expect([venueGot?.side, venueGot?.limitPrice?.toFixed()]).toEqual(['sell', '100']);
    await bench.venue.execute(entry.brokerKey, '10', '101');
    expect(await items('positions')).toMatchObject([
      {
        quantity: '-10',
        exiting: '0',
        cost: '-1010.00',
        averageCost: '101',
        collateral: '1575.00',
        marketPrice: '100',
        unrealizedPnl: '10.00',
      },
    ]);
    const { body } = await bench.place(profile, { side: 'buy', intent: 'exit', quantity: '4' });
    await until('the exit rests', async () => (await bench.order(profile, body.orderId)).state === 'open');
    await bench.venue.execute(bench.venue.received.at(-1)?.brokerKey ?? '', '4', '99');
    expect(await items('positions')).toMatchObject([
      { quantity: '-6', cost: '-606.00', collateral: '945.00', realizedPnl: '8.00' },
    ]);
    const { body: rest } = await bench.place(profile, { side: 'buy', intent: 'exit', quantity: '6' });
    await until('the exit rests', async () => (await bench.order(profile, rest.orderId)).state === 'open');
    await bench.venue.execute(bench.venue.received.at(-1)?.brokerKey ?? '', '6', '102');
    await until('the trade is history', async () => (await items('trades')).length === 1);
    expect(await items('trades')).toMatchObject([
      { direction: 'short', quantity: '10', cost: '1008.00', proceeds: '1010.00', realizedPnl: '2.00' },
    ]);
  });

  it('becomes history when the last of it is sold, once', async () => {
    const { tradeId } = await buy('4', '99');
    const exitId = await sell('4', '110');
    await until('the trade is history', async () => (await items('trades')).length === 1);
    const closed = {
      tradeId,
      symbol: 'AAPL',
      quantity: '4',
      cost: '396.00',
      proceeds: '440.00',
      realizedPnl: '44.00',
      fees: '0.84',
      closedBy: exitId,
    };
    expect(await items('trades')).toMatchObject([closed]);
    expect(await items('positions')).toEqual([]);
    await until('it is published', () => bench.published(tradeId).length === 1);
    const [event] = bench.published(tradeId);
    expect(event?.type).toBe('trade.closed.v1');
    await bench.orders.app.get(RecordTrade, { strict: false }).execute(event as EventEnvelope<TradeClosedV1>);
    expect(await items('trades')).toHaveLength(1);
  });

  it('closes once more when a fill comes after it was over', async () => {
    const entry = await bench.resting(profile, { quantity: '10' });
    await bench.venue.execute(entry.brokerKey, '4', '99');
    await sell('4', '100');
    await bench.venue.end(entry.brokerKey, 'cancelled');
    await until('the trade is history', async () => (await items('trades')).length === 1);
    await bench.venue.execute(entry.brokerKey, '2', '99');
    await sell('2', '100');
    await until('it is history again', async () => (await items('trades')).length === 2);
    expect(await items('trades')).toMatchObject([
      { quantity: '2', cost: '198.00' },
      { quantity: '4', cost: '396.00' },
    ]);
  });

  it('is listed newest first, page by page', async () => {
    const exits = [await roundTrip('100'), await roundTrip('101'), await roundTrip('102')];
    await until('all are history', async () => (await items('trades')).length === 3);
    const first = await listOf('trades', '?limit=2');
    const second = await listOf('trades', `?limit=2&cursor=${String(first['nextCursor'])}`);
    const seen = [first, second].flatMap((page) => page['items'] as { closedBy: string }[]);
    expect(seen.map(({ closedBy }) => closedBy)).toEqual(exits.reverse());
    expect((await listOf('trades', '?cursor=garbage')).code).toBe('invalid-cursor');
  });

  describe('as the gateway streams it', () => {
    /** Request units of a replay of at most twenty events, its read of the book included. */
    const REPLAY_REQUEST_UNITS_MAX = 20;
    const streamed = async (what: string) =>
      (await bench.ask(profile, 'GET', `/v1/streams/${profile.profileId}/${what}`)).body;
    const eventsAfter = async (after: number) => (await streamed(`events?after=${after}`)) as unknown as StreamEvents;

    it('is replayed from any sequence on, each event as it was published', async () => {
      const { tradeId } = await buy('4', '99');
      const exit = await sell('4', '110');
      // What asks from time to time has nothing to do with it: for parked messages, and for what is to be published.
      await bench.orders.app.get(Parking).list.stop();
      bench.azure.usage.reset();
      const all = await eventsAfter(0);
      const { read, query } = bench.azure.usage.snapshot().cosmos.byContainer['trade_orders'] ?? {};
      expect([read, query].reduce((sum, used) => sum + (used?.requestUnits ?? 0), 0)).toBeLessThan(
        REPLAY_REQUEST_UNITS_MAX,
      );
      expect(all.events.map(({ sequence }) => sequence)).toEqual(
        Array.from({ length: all.sequence }, (_, at) => at + 1),
      );
      await until('all of it is published', () => bench.published(tradeId).length === 1);
      await until('the exit is told', () => bench.typesOf(exit).includes('order.executed.v1'));
      const published = [profile.profileId, exit, tradeId].flatMap((subject) => bench.published(subject));
      expect(all.events).toEqual(expect.arrayContaining(JSON.parse(JSON.stringify(published)) as object[]));
      expect((await eventsAfter(3)).events).toEqual(all.events.slice(3));
      expect(await eventsAfter(all.sequence)).toEqual({ sequence: all.sequence, events: [], isComplete: true });
      expect(await eventsAfter(all.sequence + 1)).toMatchObject({ events: [], isComplete: false });
    });

    it('is a snapshot that the next event follows', async () => {
      await buy('4', '99');
      const { body } = await bench.place(profile, { side: 'sell', quantity: '4', limitPrice: '100' });
      await until('the exit rests', async () => (await bench.order(profile, body.orderId)).state === 'open');
      const snapshot = (await streamed('snapshot')) as unknown as OrdersSnapshot;
      expect(snapshot).toMatchObject({
        orders: [{ orderId: body.orderId, state: 'open' }],
        positions: [{ symbol: 'AAPL', quantity: '4', exiting: '4' }],
      });
      expect((await eventsAfter(0)).sequence).toBe(snapshot.sequence);
    });

    it.each(['events', 'events?after=-1', 'events?after=x', 'events?after=1&more=1'])(
      'is no answer to %s',
      async (what) => {
        expect((await streamed(what)).code).toBe('invalid-request');
      },
    );
  });

  it('is nobody else’s to know', async () => {
    const other = await bench.openProfile();
    for (const what of [
      'profiles/:id/positions',
      'profiles/:id/trades',
      'streams/:id/snapshot',
      'streams/:id/events?after=0',
    ])
      expect((await bench.ask(other, 'GET', `/v1/${what.replace(':id', profile.profileId)}`)).status).toBe(404);
  });
});
