import { RecordTrade } from './record-trade.js';
import type { EventEnvelope } from '@ballast/contracts';
import type { TradeClosedV1 } from '@ballast/contracts/orders';
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
    expect((await listOf('trades', '?cursor=garbage')).code).toBe('invalid-request');
  });

  it('is nobody else’s to know', async () => {
    const other = await bench.openProfile();
    for (const what of ['positions', 'trades'])
      expect((await bench.ask(other, 'GET', `/v1/profiles/${profile.profileId}/${what}`)).status).toBe(404);
  });
});
