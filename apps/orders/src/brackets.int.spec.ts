import { PlaceExits } from './place-exits.js';
import type { OrderExitsDueV1, OrderView } from '@ballast/contracts/orders';
import { PaperBench } from '../../../libs/venue/src/testing/paper-bench.js';
import { Bench, until } from './testing/bench.js';
import type { TestProfile } from './testing/bench.js';

const BRACKET = { limitPrice: '100', takeProfitPrice: '110', stopLossPrice: '95' };
const QUIET = { bid: '99.99', ask: '100.50' };

describe('an entry with exits, at the paper broker', () => {
  let paper: PaperBench;
  let bench: Bench;
  let profile: TestProfile;
  beforeAll(async () => {
    paper = await PaperBench.open();
    await paper.ticks(QUIET);
    bench = await Bench.start(paper.alpaca());
  });
  beforeEach(async () => {
    await paper.ticks(QUIET);
    profile = await bench.openProfile();
  });
  afterAll(async () => {
    await bench.close();
    await paper.close();
  });

  const orders = async (): Promise<OrderView[]> =>
    (await bench.ask(profile, 'GET', `/v1/orders?profileId=${profile.profileId}`)).body['items'] as OrderView[];
  const exits = async () => (await orders()).filter(({ intent }) => intent === 'exit');
  const covered = async (...quantities: string[]) =>
    until(`exits for ${quantities.join(', ')} rest`, async () => {
      const resting = (await exits()).filter(({ state }) => state === 'open').map(({ quantity }) => quantity);
      return resting.sort().join() === quantities.join();
    });
  const held = async () => {
    const { body } = await bench.ask(profile, 'GET', `/v1/profiles/${profile.profileId}/positions`);
    return (body['items'] as { quantity: string; exiting: string }[]).map(({ quantity, exiting }) => [
      quantity,
      exiting,
    ]);
  };
  const enter = async (changes: object = {}) => {
    const terms = { symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', ...BRACKET, ...changes };
    const request = { body: { profileId: profile.profileId, ...terms } };
    // A quote of the test before may still be in use.
    await until('it would be placed', async () => {
      const { body } = await bench.ask(profile, 'POST', '/v1/orders/preview', request);
      return body['verdict'] === 'placed';
    });
    const { body } = await bench.place(profile, terms);
    await bench.hold(body);
    await until('it rests', async () => (await bench.order(profile, body.orderId)).state === 'open');
    return body.orderId;
  };
  const stateOf = async (orderId: string) => (await bench.order(profile, orderId)).state;

  it('has exits for each fill, and the profit is taken of all of it', async () => {
    const entry = await enter();
    await paper.ticks({ bid: '99.90', ask: '100', volume: '4' }, QUIET);
    await covered('4');
    expect(await held()).toEqual([['4', '4']]);
    await paper.ticks({ bid: '99.90', ask: '100', volume: '6' }, QUIET);
    await covered('4', '6');
    expect([await stateOf(entry), await held()]).toEqual(['filled', [['10', '10']]]);
    await paper.ticks({ bid: '110', ask: '110.10' });
    await until('all is sold', async () => (await held()).length === 0);
    await until('both exits are filled', async () => (await exits()).every(({ state }) => state === 'filled'));
    expect((await exits()).map(({ averagePrice }) => averagePrice)).toEqual(['110', '110']);
  });

  it('tells in its own story which exits its fills have', async () => {
    const entry = await enter();
    await paper.ticks({ bid: '99.90', ask: '100' }, QUIET);
    await covered('10');
    await until('it is told', () => bench.typesOf(entry).includes('order.exits-due.v1'));
    const due = bench.published(entry).find(({ type }) => type === 'order.exits-due.v1');
    const [exit] = await exits();
    expect(due?.data).toMatchObject({ exitOrderId: exit?.orderId, executionNumber: 1, quantity: '10' });
    expect(bench.published(exit?.orderId ?? '')[0]).toMatchObject({ type: 'order.placed.v1', causationid: due?.id });
    await bench.orders.app.get(PlaceExits, { strict: false }).execute(due?.data as OrderExitsDueV1);
    expect(await exits()).toHaveLength(1);
    await paper.ticks({ bid: '94', ask: '94.10' });
    await until('the loss is stopped', async () => (await held()).length === 0);
    expect(await exits()).toMatchObject([{ state: 'filled', averagePrice: '94', executions: 1 }]);
  });

  it('keeps the exits of what was filled when the rest is cancelled', async () => {
    const entry = await enter();
    await paper.ticks({ bid: '99.90', ask: '100', volume: '4' }, QUIET);
    await covered('4');
    await bench.ask(profile, 'DELETE', `/v1/orders/${entry}`);
    await until('it is cancelled', async () => (await stateOf(entry)) === 'cancelled');
    expect(await held()).toEqual([['4', '4']]);
  });

  it('protects the fill that is faster than a cancel', async () => {
    const entry = await enter();
    await Promise.all([
      bench.ask(profile, 'DELETE', `/v1/orders/${entry}`),
      paper.ticks({ bid: '99.90', ask: '100', volume: '4' }, QUIET),
    ]);
    await until('it has ended', async () => ['cancelled', 'filled'].includes(await stateOf(entry)));
    const { filledQuantity } = await bench.order(profile, entry);
    await covered(...(filledQuantity === '0' ? [] : [filledQuantity]));
    expect(await held()).toEqual(filledQuantity === '0' ? [] : [[filledQuantity, filledQuantity]]);
  });

  it('is sold in part by one exit and the rest by the other', async () => {
    // A tick's volume goes to the oldest orders of its symbol; this symbol has none of the tests before.
    const symbol = 'MSFT';
    await paper.ticks({ symbol, ...QUIET });
    await enter({ symbol });
    await paper.ticks({ symbol, bid: '99.90', ask: '100' }, { symbol, ...QUIET });
    await covered('10');
    await paper.ticks({ symbol, bid: '110', ask: '110.10', volume: '4' }, { symbol, ...QUIET });
    await until('a part is sold', async () => (await held())[0]?.[0] === '6');
    await paper.ticks({ symbol, bid: '94', ask: '94.10' });
    await until('all is sold', async () => (await held()).length === 0);
    expect(await exits()).toMatchObject([{ state: 'filled', filledQuantity: '10', executions: 2 }]);
  });

  it('may name one exit only, which is an order like any other', async () => {
    await enter({ takeProfitPrice: undefined });
    await paper.ticks({ bid: '99.90', ask: '100' }, QUIET);
    await covered('10');
    expect(await exits()).toMatchObject([{ type: 'stop', stopPrice: '95', state: 'open' }]);
    const [exit] = await exits();
    await bench.ask(profile, 'DELETE', `/v1/orders/${exit?.orderId ?? ''}`);
    await until('it is cancelled', async () => (await stateOf(exit?.orderId ?? '')) === 'cancelled');
    const pair = await bench.place(profile, { side: 'sell', limitPrice: '110', stopLossPrice: '95' });
    await until('a pair rests in its place', async () => (await stateOf(pair.body.orderId)) === 'open');
    await bench.ask(profile, 'DELETE', `/v1/orders/${pair.body.orderId}`);
    await until('both of it are cancelled', async () => (await stateOf(pair.body.orderId)) === 'cancelled');
    expect(await held()).toEqual([['10', '0']]);
  });

  it('gets its exits although the broker rejects them at first', async () => {
    const symbol = 'IBM';
    await paper.ticks({ symbol, ...QUIET });
    const entry = await enter({ symbol });
    await paper.faults({ kind: 'reject', symbol, message: 'not now' });
    await paper.ticks({ symbol, bid: '99.90', ask: '100' }, { symbol, ...QUIET });
    await covered('10');
    const placed = (await exits()).map(({ state, venueReason = 'rests' }) => `${state}: ${venueReason}`);
    expect(placed.sort()).toEqual(['open: rests', 'rejected: not now']);
    expect(await held()).toEqual([['10', '10']]);
    expect(await stateOf(entry)).toBe('filled');
  });

  it('gets its exits when trading goes on, where it was halted as it was filled', async () => {
    const operator = { token: await bench.tokenFor('operator') };
    const move = (mode: string) => bench.ask(operator, 'PUT', '/v1/admin/controls', { body: { mode, reason: 'test' } });
    await enter();
    await move('halted');
    await paper.ticks({ bid: '99.90', ask: '100' }, QUIET);
    await until('it is filled', async () => (await held())[0]?.[0] === '10');
    expect(await exits()).toEqual([]);
    await move('active');
    await covered('10');
  });
});
