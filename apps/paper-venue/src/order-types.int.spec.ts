import { Bench, type Json } from './testing/bench.js';

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.open({ initialCash: '10000' });
  await bench.tick('99', '100');
});

afterEach(() => bench.close());

const own = async (quantity = '10'): Promise<void> => {
  await bench.place({ qty: quantity });
};
const sell = { side: 'sell' };

describe('stops', () => {
  it('a sell stop waits for the bid to fall to it and then sells at the market', async () => {
    await own();
    const { json } = await bench.place({ ...sell, type: 'stop', stop_price: '90' });
    await bench.tick('90.01', '91');
    await expect(bench.order(json['id'])).resolves.toMatchObject({ status: 'new', stop_price: '90' });
    await bench.tick('88', '89');
    await expect(bench.order(json['id'])).resolves.toMatchObject({ status: 'filled', filled_avg_price: '88' });
  });

  it('a buy stop never costs more than 2.5 % above its stop, 4 % where the stop is below 50', async () => {
    const { json } = await bench.place({ type: 'stop', stop_price: '110', qty: '1' });
    await bench.tick('112', '112.76');
    await expect(bench.order(json['id'])).resolves.toMatchObject({ status: 'new' });
    await bench.tick('112', '112.75');
    await expect(bench.order(json['id'])).resolves.toMatchObject({ status: 'filled', filled_avg_price: '112.75' });
    await bench.tick('9', '10');
    const cheap = (await bench.place({ type: 'stop', stop_price: '20', qty: '1' })).json;
    await bench.tick('20', '20.8');
    await expect(bench.order(cheap['id'])).resolves.toMatchObject({ status: 'filled' });
  });

  it('a stop-limit that was set off stays within its limit, also after a restart', async () => {
    await own();
    const { json } = await bench.place({ ...sell, type: 'stop_limit', stop_price: '95', limit_price: '94' });
    await bench.tick('93', '94');
    await bench.restart();
    await bench.tick('93.99', '95');
    await expect(bench.order(json['id'])).resolves.toMatchObject({ status: 'new' });
    await bench.tick('96', '97');
    await expect(bench.order(json['id'])).resolves.toMatchObject({ status: 'filled', filled_avg_price: '96' });
  });

  it('a trailing stop follows the market up and not down, by dollars and by percent', async () => {
    await own('20');
    const byPrice = (await bench.place({ ...sell, type: 'trailing_stop', trail_price: '5' })).json;
    const byPercent = (await bench.place({ ...sell, type: 'trailing_stop', trail_percent: '10' })).json;
    expect(byPrice).toMatchObject({ hwm: '99', stop_price: '94' });
    expect(byPercent).toMatchObject({ hwm: '99', stop_price: '89.1' });
    await bench.tick('120', '121');
    await bench.tick('116', '117');
    await bench.restart();
    await expect(bench.order(byPrice['id'])).resolves.toMatchObject({ status: 'new', hwm: '120', stop_price: '115' });
    await bench.tick('115', '116');
    await expect(bench.order(byPrice['id'])).resolves.toMatchObject({ status: 'filled', filled_avg_price: '115' });
    await expect(bench.order(byPercent['id'])).resolves.toMatchObject({ status: 'new', stop_price: '108' });
  });
});

describe('orders that may only rest', () => {
  const rest = { type: 'limit', post_only: true };

  it('are refused where they would take, by a cent', async () => {
    await own();
    for (const terms of [
      { ...rest, limit_price: '100' },
      { ...rest, ...sell, limit_price: '99' },
    ]) {
      const { status, json } = await bench.place(terms);
      expect([status, json['message']]).toEqual([422, expect.stringContaining('would take')]);
    }
    expect((await bench.place({ ...rest, qty: '1', limit_price: '99.99' })).json).toMatchObject({ status: 'new' });
    expect((await bench.place({ ...rest, ...sell, limit_price: '99.01' })).json).toMatchObject({ status: 'new' });
  });

  it('stay so when another takes their place, also after a restart', async () => {
    const { json } = await bench.place({ ...rest, qty: '1', limit_price: '99' });
    await bench.restart();
    const replace = (limit_price: string) => bench.call('PATCH', `/v2/orders/${String(json['id'])}`, { limit_price });
    expect(await replace('100')).toMatchObject({ status: 422 });
    expect(await replace('99.5')).toMatchObject({ status: 200, json: { status: 'new' } });
  });

  it.each([
    ['a market order', { type: 'market' }],
    ['an order to fill at once', { limit_price: '99', time_in_force: 'ioc' }],
    ['a word', { limit_price: '99', post_only: 'yes' }],
  ])('are no %s', async (_name, terms) => {
    expect(await bench.place({ ...rest, ...terms })).toMatchObject({ status: 422 });
  });
});

describe('orders by notional', () => {
  it('spend no more than asked, whatever prices they fill at', async () => {
    await bench.tick('99', '100', '4');
    const { json } = await bench.place({ qty: undefined, notional: '1000', time_in_force: 'day' });
    expect(json).toMatchObject({ notional: '1000', qty: null, filled_qty: '4', status: 'partially_filled' });
    await bench.tick('119', '120');
    const filled = await bench.order(json['id']);
    expect(filled).toMatchObject({ status: 'filled', filled_qty: '9' });
    await expect(bench.call('GET', '/v2/account')).resolves.toMatchObject({ json: { cash: '8999' } });
  });
});

describe('brackets', () => {
  const bracket = {
    order_class: 'bracket',
    take_profit: { limit_price: '110' },
    stop_loss: { stop_price: '90' },
  };

  const legsOf = async (id: unknown): Promise<Json[]> => (await bench.order(id))['legs'] as Json[];

  it('hold their exits until the entry is filled whole, and then let one end the other', async () => {
    await bench.tick('99', '100', '4');
    const { json } = await bench.place(bracket);
    expect(json).toMatchObject({ status: 'partially_filled', legs: [{ status: 'held' }, { status: 'held' }] });
    await bench.tick('99', '100');
    const [profit, loss] = await legsOf(json['id']);
    expect([profit, loss]).toMatchObject([
      { status: 'new', type: 'limit', side: 'sell', qty: '10', limit_price: '110' },
      { status: 'new', type: 'stop', side: 'sell', qty: '10', stop_price: '90' },
    ]);
    await bench.tick('110', '111', '4');
    await expect(legsOf(json['id'])).resolves.toMatchObject([{ filled_qty: '4' }, { status: 'new', qty: '6' }]);
    await bench.restart();
    await bench.tick('89', '90');
    await expect(legsOf(json['id'])).resolves.toMatchObject([
      { status: 'canceled', filled_qty: '4' },
      { status: 'filled', filled_avg_price: '89' },
    ]);
    await expect(bench.list('/v2/positions')).resolves.toEqual([]);
    await expect(bench.list('/v2/orders?status=all&nested=true')).resolves.toHaveLength(1);
  });

  it('end with their entry', async () => {
    const { json } = await bench.place({ ...bracket, type: 'limit', limit_price: '95' });
    await bench.call('DELETE', `/v2/orders/${String(json['id'])}`);
    await expect(legsOf(json['id'])).resolves.toMatchObject([{ status: 'canceled' }, { status: 'canceled' }]);
  });

  it('let the cancellation of one exit end the other', async () => {
    await own();
    const { json } = await bench.place({ ...bracket, ...sell, type: 'limit', order_class: 'oco' });
    await bench.call('DELETE', `/v2/orders/${String(json['id'])}`);
    await expect(bench.list('/v2/orders')).resolves.toEqual([]);
    await expect(legsOf(json['id'])).resolves.toMatchObject([{ status: 'canceled' }]);
  });

  it('an oco pair counts once against the position, and an oto has one exit', async () => {
    await own();
    const pair = { ...bracket, ...sell, type: 'limit', order_class: 'oco' };
    const { status, json } = await bench.place(pair);
    expect([status, json['limit_price']]).toEqual([200, '110']);
    expect(json['legs']).toMatchObject([{ status: 'new', stop_price: '90', type: 'stop' }]);
    await expect(bench.place({ ...sell, qty: '1' })).resolves.toMatchObject({ status: 403 });
    await bench.tick('85', '86');
    await expect(bench.order(json['id'])).resolves.toMatchObject({ status: 'canceled' });
    const oto = await bench.place({ order_class: 'oto', stop_loss: { stop_price: '80', limit_price: '79' } });
    expect(oto.json['legs']).toMatchObject([{ status: 'new', type: 'stop_limit', limit_price: '79' }]);
  });
});

describe('a replaced order', () => {
  it('goes on as another with the changes, of the whole quantity less what had filled', async () => {
    await bench.tick('99', '100', '4');
    const { json: old } = await bench.place({ type: 'limit', limit_price: '100' });
    const { status, json } = await bench.call('PATCH', `/v2/orders/${String(old['id'])}`, {
      qty: '12',
      limit_price: '98',
      client_order_id: 'second',
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({ qty: '8', filled_qty: '0', limit_price: '98', replaces: old['id'], status: 'new' });
    await expect(bench.order(old['id'])).resolves.toMatchObject({ status: 'replaced', replaced_by: json['id'] });
    await bench.tick('97', '98');
    await expect(bench.order(json['id'])).resolves.toMatchObject({ status: 'filled', filled_qty: '8' });
  });

  it('keeps its exits', async () => {
    const { json } = await bench.place({
      type: 'limit',
      limit_price: '95',
      order_class: 'oto',
      take_profit: { limit_price: '120' },
    });
    const { json: next } = await bench.call('PATCH', `/v2/orders/${String(json['id'])}`, { limit_price: '100' });
    await expect(bench.order(next['id'])).resolves.toMatchObject({ status: 'filled', legs: [{ status: 'new' }] });
  });

  it.each<[string, Json, Json]>([
    ['below what has filled', { qty: '4' }, { message: 'qty must be more than what has been filled' }],
    ['a stop it has not', { stop_price: '90' }, { message: 'a limit order has no such price to replace' }],
    ['beyond the cash', { qty: '1000' }, { message: 'insufficient buying power' }],
  ])('is refused %s, and stays as it was', async (_what, change, json) => {
    await bench.tick('99', '100', '4');
    const { json: old } = await bench.place({ type: 'limit', limit_price: '100' });
    await expect(bench.call('PATCH', `/v2/orders/${String(old['id'])}`, change)).resolves.toMatchObject({ json });
    await expect(bench.order(old['id'])).resolves.toEqual(old);
  });
});

describe('short sales', () => {
  it('are refused unless the venue allows them', async () => {
    await expect(bench.place(sell)).resolves.toMatchObject({ status: 403 });
  });

  it('put half as much again as the shares are worth aside, and cash after the cover is exact', async () => {
    await bench.close();
    bench = await Bench.open({ initialCash: '10000', shorting: true });
    await bench.tick('99', '100');
    await bench.place(sell);
    await expect(bench.list('/v2/positions')).resolves.toMatchObject([
      { qty: '-10', side: 'short', cost_basis: '-990' },
    ]);
    await expect(bench.call('GET', '/v2/account')).resolves.toMatchObject({
      json: { cash: '10989.01', buying_power: '9489.01', shorting_enabled: true, short_market_value: '-995' },
    });
    await expect(bench.place({ qty: '11' })).resolves.toMatchObject({ status: 403 });
    await expect(bench.place({ ...sell, qty: '0.5' })).resolves.toMatchObject({ status: 422 });
    await expect(bench.place({ ...sell, qty: '100' })).resolves.toMatchObject({ status: 403 });
    await bench.tick('89', '90');
    await bench.place({});
    await expect(bench.list('/v2/positions')).resolves.toEqual([]);
    await expect(bench.call('GET', '/v2/account')).resolves.toMatchObject({ json: { cash: '10088.11' } });
  });
});

describe('refusals', () => {
  it.each<[string, Json, string]>([
    [
      'a stop that must not rest',
      { type: 'stop', stop_price: '90', time_in_force: 'ioc' },
      'invalid time_in_force "ioc" for this order: must be day, gtc',
    ],
    [
      'a trailing stop without a trail',
      { type: 'trailing_stop' },
      'trailing_stop orders require one of trail_price and trail_percent',
    ],
    [
      'a stop between two cents',
      { type: 'stop', stop_price: '90.001' },
      'invalid stop_price 90.001. sub-penny increment does not fulfill minimum pricing criteria',
    ],
    ['a quantity and a notional', { notional: '10' }, 'qty or notional is accepted, not both'],
    ['a notional that is to rest', { qty: undefined, notional: '10' }, 'notional orders must be DAY orders'],
    ['too small a notional', { qty: undefined, notional: '0.99', time_in_force: 'day' }, 'notional must be >= 1'],
    [
      'a bracket with one exit',
      { order_class: 'bracket', take_profit: { limit_price: '110' } },
      'bracket orders require take_profit and stop_loss',
    ],
    [
      'exits on the wrong sides',
      { order_class: 'bracket', take_profit: { limit_price: '90' }, stop_loss: { stop_price: '95' } },
      'take_profit.limit_price must be > stop_loss.stop_price',
    ],
    [
      'exits without a class',
      { take_profit: { limit_price: '110' } },
      'order_class must be bracket, oco or oto to have exits',
    ],
    ['an opening auction', { time_in_force: 'opg' }, 'invalid time_in_force "opg": must be day, gtc, ioc, fok'],
  ])('%s', async (_what, change, message) => {
    await expect(bench.place(change)).resolves.toMatchObject({ status: 422, json: { message } });
    await expect(bench.list('/v2/orders?status=all')).resolves.toEqual([]);
  });
});
