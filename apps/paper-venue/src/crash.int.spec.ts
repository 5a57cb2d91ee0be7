import { Decimal, decimal } from '@ballast/money';
import { KillableVenue, buildVenue, type Json } from './testing/killable-venue.js';

const ORDER_QUANTITY = 120;
const INITIAL_CASH = '1000000';
const AAPL = { symbol: 'AAPL', time_in_force: 'gtc' };
const sell = (qty: string, terms: object): object => ({ ...AAPL, side: 'sell', qty, ...terms });
const buy = (qty: string, terms: object): object => ({ ...AAPL, side: 'buy', qty, ...terms });

/** An order of every type and every kind of group, none of which trades at 99 to 100. */
const EVERY_TYPE: readonly object[] = [
  sell('7', { type: 'stop', stop_price: '95' }),
  sell('7', { type: 'stop_limit', stop_price: '96', limit_price: '94' }),
  sell('7', { type: 'trailing_stop', trail_price: '4' }),
  sell('7', { type: 'trailing_stop', trail_percent: '3' }),
  sell('7', {
    type: 'limit',
    order_class: 'oco',
    take_profit: { limit_price: '104' },
    stop_loss: { stop_price: '93' },
  }),
  buy('7', {
    type: 'limit',
    limit_price: '98',
    order_class: 'bracket',
    take_profit: { limit_price: '103' },
    stop_loss: { stop_price: '92' },
  }),
  buy('7', { type: 'limit', limit_price: '97', order_class: 'oto', stop_loss: { stop_price: '91' } }),
  { symbol: 'AAPL', side: 'buy', type: 'limit', time_in_force: 'day', notional: '700', limit_price: '96' },
  buy('7', { type: 'stop', stop_price: '105' }),
];
/** The bid goes up and down through every price that matters; each tick offers less than an order wants. */
const WALK = [100, 101, 102, 103, 104, 105, 103, 101, 99, 97, 96, 95, 94, 93, 92, 91, 93, 96].flatMap((bid) =>
  Array.from({ length: 3 }, () => ({ symbol: 'AAPL', bid: `${bid}`, ask: `${bid}.5`, volume: '4' })),
);

const sum = (values: (string | undefined)[]): Decimal =>
  Decimal.sum(0, ...values.map((value) => decimal(value ?? '0')));

describe('a venue that is killed', () => {
  let build: ReturnType<typeof buildVenue>;
  let venue: KillableVenue;

  beforeAll(() => {
    build = buildVenue();
  });
  beforeEach(() => {
    venue = new KillableVenue(build.program, INITIAL_CASH);
  });
  afterEach(() => venue.remove());
  afterAll(() => build.remove());

  const tick = (...ticks: object[]): Promise<unknown> => venue.call('POST', '/control/ticks', { ticks });
  const everyOrder = async (): Promise<Json[]> =>
    (await venue.call('GET', '/v2/orders?status=all&limit=500')) as Json[];

  /** The fill file, taken for the truth, explains every order, the position and the cash. */
  const expectExplained = async (): Promise<Json[]> => {
    const [file, fills, orders] = [venue.fillFile(), await venue.fills(), await everyOrder()];
    const account = (await venue.call('GET', '/v2/account')) as Json;
    const positions = (await venue.call('GET', '/v2/positions')) as Json[];
    expect(new Set(file.map(({ id }) => id)).size).toBe(file.length);
    expect(fills.map(({ id }) => id?.split('::')[1])).toEqual(file.map(({ id }) => id));
    for (const order of orders) {
      const filled = sum(file.filter(({ orderId }) => orderId === order['id']).map(({ quantity }) => quantity));
      expect([order['id'], order['filled_qty']]).toEqual([order['id'], filled.toFixed()]);
      if (order['qty'] !== null && order['qty'] !== undefined) expect(filled.lte(order['qty'])).toBe(true);
      expect(order['status'] === 'filled' || !filled.eq(order['qty'] ?? '-1')).toBe(true);
    }
    const signed = file.map(({ side, quantity }) => (side === 'buy' ? quantity : decimal(quantity ?? '0').negated()));
    const owned = Decimal.sum(0, ...signed.map((quantity) => new Decimal(quantity ?? 0)));
    const cost = Decimal.sum(0, ...file.map(({ price = '' }, index) => decimal(price).times(signed[index] ?? 0)));
    expect(positions.map(({ qty }) => qty)).toEqual(owned.isZero() ? [] : [owned.toFixed()]);
    const commission = sum(file.map((fill) => fill['commission']));
    expect(account['cash']).toBe(decimal(INITIAL_CASH).minus(cost).minus(commission).toFixed());
    return orders;
  };

  /** Kills the venue after so many executions while it is fed, and starts it again: what it said it still says. */
  const killWhile = async (killAfter: number, feed: () => Promise<unknown>): Promise<void> => {
    const { announced, enough } = await venue.listen(killAfter);
    const fed = feed().catch(() => undefined);
    await enough;
    await venue.end('SIGKILL');
    await fed;
    const before = venue.fillFile().map(({ id }) => id);
    await venue.launch();
    const after = venue.fillFile().map(({ id }) => id);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after).toEqual(expect.arrayContaining(announced));
  };

  it.each([1, 43])('after %d executions of one order loses none and doubles none', async (killAfter) => {
    await venue.launch();
    await tick({ symbol: 'AAPL', bid: '99', ask: '101', volume: '0' });
    await venue.call('POST', '/v2/orders', buy(String(ORDER_QUANTITY), { type: 'limit', limit_price: '100' }));
    const one = { symbol: 'AAPL', bid: '99', ask: '99.37', volume: '1' };
    await killWhile(killAfter, () => Promise.all(Array.from({ length: ORDER_QUANTITY }, () => tick(one))));
    const [halfFilled] = await expectExplained();
    expect(halfFilled?.['status']).toBe('partially_filled');
    await tick({ ...one, volume: String(ORDER_QUANTITY) });
    await expect(expectExplained()).resolves.toMatchObject([{ status: 'filled', filled_qty: String(ORDER_QUANTITY) }]);
    await expect(venue.end('SIGTERM')).resolves.toBe(0);
  });

  it.each([2, 9, 19])(
    'after %d executions of every type of order stands by its fill file, its stops and its groups',
    async (killAfter) => {
      await venue.launch();
      await tick({ symbol: 'AAPL', bid: '99', ask: '100', volume: '100' });
      await venue.call('POST', '/v2/orders', buy('42', { type: 'limit', limit_price: '100' }));
      await tick({ symbol: 'AAPL', bid: '99', ask: '100', volume: '0' });
      for (const order of EVERY_TYPE) await venue.call('POST', '/v2/orders', order);
      const [first] = (await everyOrder()).filter(({ type }) => type === 'stop_limit');
      await venue.call('PATCH', `/v2/orders/${first?.['id']}`, { limit_price: '93.5' });
      const placed = await everyOrder();
      expect(placed.length).toBeGreaterThanOrEqual(EVERY_TYPE.length + 5);
      const stopsBefore = stopsOf(placed);

      let walked = 0;
      await killWhile(killAfter, async () => {
        for (; walked < WALK.length; walked += 1) await tick(WALK[walked] as object);
      });
      const survived = await expectExplained();
      expect(survived.map(({ id }) => id).sort()).toEqual(placed.map(({ id }) => id).sort());
      for (const [id, stop] of stopsOf(survived)) expect(stop.gte(stopsBefore.get(id) ?? 0)).toBe(true);
      expectGroups(survived);

      for (; walked < WALK.length; walked += 1) await tick(WALK[walked] as object);
      expectGroups(await expectExplained());
    },
  );
});

/** Where the trailing stops stand, by order. */
function stopsOf(orders: readonly Json[]): Map<string, Decimal> {
  const trailing = orders.filter(({ type }) => type === 'trailing_stop');
  return new Map(trailing.map((order) => [order['id'] ?? '', decimal(order['stop_price'] ?? '0')]));
}

/** Exits wait as long as their entry has not filled, and two that exclude each other never sell more than one of them. */
function expectGroups(orders: readonly Json[]): void {
  const entries = orders.filter(
    (order) => order['side'] === 'buy' && ['bracket', 'oto'].includes(order['order_class'] ?? ''),
  );
  expect(entries).toHaveLength(2);
  for (const held of orders.filter(({ status }) => status === 'held')) {
    expect(entries.some(({ status }) => status !== 'filled')).toBe(true);
    expect(held['filled_qty']).toBe('0');
  }
  const pair = orders.filter((order) => order['order_class'] === 'oco');
  expect(sum(pair.map((order) => order['filled_qty'])).lte('7')).toBe(true);
}
