import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPaperVenue, type PaperVenue, type PaperVenueOptions } from './index.js';

type Json = Record<string, unknown>;

let dataDir: string;
let venue: PaperVenue;
let nowMs: number | undefined;

async function start(options: Partial<PaperVenueOptions> = {}): Promise<void> {
  venue = await startPaperVenue({ dataDir, control: true, nowMs: () => nowMs ?? Date.now(), ...options });
}

async function restart(): Promise<void> {
  await venue.close();
  await start();
}

async function call(method: string, path: string, body?: unknown): Promise<{ status: number; json: Json }> {
  const response = await fetch(`${venue.url}${path}`, {
    method,
    headers: { 'apca-api-key-id': venue.keyId, 'apca-api-secret-key': venue.secret },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, json: text === '' ? {} : (JSON.parse(text) as Json) };
}

async function list(path: string): Promise<Json[]> {
  return (await call('GET', path)).json as unknown as Json[];
}

const tick = (bid: string, ask: string, volume: string, symbol = 'AAPL') =>
  call('POST', '/control/ticks', { ticks: [{ symbol, bid, ask, volume }] });

const limitBuy = (change: Json = {}): Json => ({
  symbol: 'AAPL',
  side: 'buy',
  type: 'limit',
  time_in_force: 'gtc',
  qty: '10',
  limit_price: '100',
  ...change,
});

const place = (change: Json = {}) => call('POST', '/v2/orders', limitBuy(change));
const fillsFile = (): string => readFileSync(join(dataDir, 'fills.ndjson'), 'utf8');

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'paper-venue-'));
  nowMs = undefined;
  await start({ initialCash: '10000.00' });
});

afterEach(async () => {
  await venue.close();
  rmSync(dataDir, { recursive: true });
});

describe('fills', () => {
  it('come in parts as large as the volume of each tick, at the better price', async () => {
    await tick('98', '99', '4');
    const { json: placed } = await place();
    expect(placed).toMatchObject({ status: 'partially_filled', filled_qty: '4', filled_avg_price: '99' });
    await tick('99', '100.01', '50');
    await tick('99', '100', '5');
    await tick('94', '95', '50');
    await expect(call('GET', `/v2/orders/${String(placed['id'])}`)).resolves.toMatchObject({
      json: { status: 'filled', filled_qty: '10', filled_avg_price: '99.1' },
    });
    const fills = await list('/v2/account/activities/FILL?direction=asc');
    expect(fills).toMatchObject([
      { price: '99', qty: '4', cum_qty: '4', leaves_qty: '6', commission: '0.40', type: 'partial_fill' },
      { price: '100', qty: '5', cum_qty: '9', leaves_qty: '1', commission: '0.50', type: 'partial_fill' },
      { price: '95', qty: '1', cum_qty: '10', leaves_qty: '0', commission: '0.09', type: 'fill' },
    ]);
    await expect(call('GET', '/v2/account')).resolves.toMatchObject({ json: { cash: '9008.01' } });
    await expect(call('GET', '/v2/positions/AAPL')).resolves.toMatchObject({
      json: { qty: '10', cost_basis: '991', current_price: '94.5' },
    });
  });

  it('share the volume of a tick: resting orders first, oldest first, then what comes in', async () => {
    await tick('99', '101', '0');
    const first = (await place({ qty: '3' })).json['id'];
    const second = (await place({ qty: '3' })).json['id'];
    await tick('99', '100', '4');
    await expect(call('GET', `/v2/orders/${String(first)}`)).resolves.toMatchObject({ json: { filled_qty: '3' } });
    await expect(call('GET', `/v2/orders/${String(second)}`)).resolves.toMatchObject({ json: { filled_qty: '1' } });
    await expect(place({ qty: '1' })).resolves.toMatchObject({ json: { status: 'new', filled_qty: '0' } });
  });

  it('reproduce the profit of a round trip to the cent', async () => {
    await tick('98', '99', '4');
    const { json } = await place();
    expect((await call('DELETE', `/v2/orders/${String(json['id'])}`)).status).toBe(204);
    await tick('110', '111', '4');
    await expect(place({ side: 'sell', qty: '4', limit_price: '105' })).resolves.toMatchObject({
      json: { status: 'filled', filled_avg_price: '110' },
    });
    await expect(call('GET', '/v2/account')).resolves.toMatchObject({ json: { cash: '10043.16' } });
    await expect(call('GET', '/v2/positions')).resolves.toMatchObject({ json: [] });
  });
});

describe('time in force', () => {
  it.each([
    ['ioc', '4', { status: 'canceled', filled_qty: '4' }],
    ['ioc', '10', { status: 'filled', filled_qty: '10' }],
    ['ioc', '0', { status: 'canceled', filled_qty: '0' }],
    ['fok', '9', { status: 'canceled', filled_qty: '0' }],
    ['fok', '10', { status: 'filled', filled_qty: '10' }],
  ])('%s with %s on offer', async (timeInForce, volume, expected) => {
    await tick('99', '100', volume);
    await expect(place({ time_in_force: timeInForce })).resolves.toMatchObject({ status: 200, json: expected });
    await expect(list('/v2/orders')).resolves.toEqual([]);
  });

  it('day ends at midnight, gtc does not, also while the venue is down', async () => {
    nowMs = Date.parse('2026-01-02T23:59:59.000Z');
    await restart();
    await tick('99', '101', '0');
    const day = (await place({ time_in_force: 'day' })).json;
    const gtc = (await place()).json;
    expect(day['expires_at']).toBe('2026-01-03T00:00:00.000000Z');
    nowMs = Date.parse('2026-01-03T00:00:00.000Z');
    await restart();
    await expect(call('GET', `/v2/orders/${String(day['id'])}`)).resolves.toMatchObject({
      json: { status: 'expired' },
    });
    await expect(call('GET', `/v2/orders/${String(gtc['id'])}`)).resolves.toMatchObject({ json: { status: 'new' } });
  });
});

describe('refusals', () => {
  it.each<[string, Json, number, Json]>([
    ['an unknown symbol', { symbol: 'NOPE' }, 422, { code: 42210000, message: 'asset "NOPE" not found' }],
    ['no symbol', { symbol: undefined }, 422, { code: 40010001, message: 'symbol is required' }],
    [
      'a stop order without its stop',
      { type: 'stop', limit_price: undefined },
      422,
      { code: 42210000, message: 'stop orders require a stop price' },
    ],
    ['a stop price', { stop_price: '1' }, 422, { message: 'limit orders require no stop price' }],
    ['another time in force', { time_in_force: 'opg' }, 422, { code: 42210000 }],
    ['a market order with a limit', { type: 'market' }, 422, { message: 'market orders require no limit price' }],
    ['a limit order without one', { limit_price: null }, 422, { message: 'limit orders require a limit price' }],
    ['a price between two cents', { limit_price: '1.001' }, 422, { code: 42210000 }],
    ['a quantity too fine', { qty: '0.0000000001' }, 422, { code: 42210000 }],
    [
      'too little bitcoin',
      { symbol: 'BTC/USD', qty: '0.00001' },
      422,
      { message: 'qty must be >= 0.0001 for BTC/USD' },
    ],
    ['no quantity', { qty: '0' }, 422, { message: 'qty must be > 0' }],
    ['a negative quantity', { qty: '-1' }, 422, { code: 40010001 }],
    ['a long client order id', { client_order_id: 'x'.repeat(129) }, 422, { code: 40010001 }],
    [
      'more than the cash can pay',
      { qty: '100' },
      403,
      { code: 40310000, message: 'insufficient buying power', cost_basis: '10010', buying_power: '10000' },
    ],
    [
      'a sale of what is not there',
      { side: 'sell' },
      403,
      {
        code: 40310000,
        message: 'insufficient qty available for order (requested: 10, available: 0)',
        existing_qty: '0',
      },
    ],
  ])('%s', async (_what, change, status, json) => {
    await expect(place(change)).resolves.toMatchObject({ status, json });
    await expect(list('/v2/orders?status=all')).resolves.toEqual([]);
  });

  it('a client order id used before, also after a restart', async () => {
    const placed = await place({ client_order_id: 'once' });
    expect(placed.status).toBe(200);
    await restart();
    await expect(place({ client_order_id: 'once' })).resolves.toMatchObject({
      status: 422,
      json: { code: 40010001, message: 'client_order_id must be unique' },
    });
    await expect(call('GET', '/v2/orders:by_client_order_id?client_order_id=once')).resolves.toMatchObject({
      json: { id: placed.json['id'] },
    });
  });

  it('what open orders have spoken for cannot be spent or sold twice', async () => {
    await tick('99', '101', '10');
    await place({ qty: '60' });
    await expect(place({ qty: '60' })).resolves.toMatchObject({ status: 403, json: { buying_power: '3994' } });
    await place({ qty: '10', limit_price: '101' });
    const sale = { side: 'sell', qty: '6', limit_price: '200' };
    expect((await place(sale)).status).toBe(200);
    await expect(place(sale)).resolves.toMatchObject({ status: 403, json: { available: '4', held_for_orders: '6' } });
  });

  it('ends a market buy that the cash cannot pay when its price comes', async () => {
    await tick('99', '100', '0');
    const { json } = await call('POST', '/v2/orders', limitBuy({ type: 'market', limit_price: undefined, qty: '90' }));
    await tick('199', '200', '90');
    await expect(call('GET', `/v2/orders/${String(json['id'])}`)).resolves.toMatchObject({
      json: { status: 'rejected' },
    });
    await expect(call('GET', '/v2/account')).resolves.toMatchObject({ json: { cash: '10000' } });
  });

  it.each([
    ['GET', '/v2/orders/nope', 404, 40410000],
    ['DELETE', '/v2/orders/nope', 404, 40410000],
    ['GET', '/v2/positions/AAPL', 404, 40410000],
    ['GET', '/v2/assets/NOPE', 404, 40410000],
    ['GET', '/v2/nope', 404, 40410000],
    ['GET', '/v2/orders?limit=501', 422, 40010001],
    ['GET', '/v2/orders?after=soon', 422, 40010001],
  ])('%s %s', async (method, path, status, code) => {
    await expect(call(method, path)).resolves.toMatchObject({ status, json: { code } });
  });

  it('a body that is no JSON', async () => {
    await expect(call('POST', '/v2/orders', '{')).resolves.toMatchObject({ status: 400, json: { code: 40010000 } });
  });

  it('anything without the right keys, but for the health check', async () => {
    for (const headers of [undefined, { 'apca-api-key-id': venue.keyId, 'apca-api-secret-key': 'wrong' }]) {
      const response = await fetch(`${venue.url}/v2/account`, { headers });
      expect(response.status).toBe(401);
      await expect(response.json()).resolves.toMatchObject({ code: 40110000 });
    }
    expect((await fetch(`${venue.url}/health`)).status).toBe(200);
    expect(statSync(join(dataDir, 'keys.json')).mode & 0o777).toBe(0o600);
  });

  it('scripted prices, unless they are allowed', async () => {
    await venue.close();
    await start({ control: false });
    expect((await tick('1', '2', '3')).status).toBe(404);
  });
});

describe('lists', () => {
  it('page through orders and fills in both directions', async () => {
    await tick('99', '100', '100');
    for (const id of ['a', 'b', 'c']) await place({ client_order_id: id, qty: '1' });
    const names = async (query: string): Promise<unknown[]> =>
      (await list(`/v2/orders?status=closed&${query}`)).map((order) => order['client_order_id']);
    await expect(names('')).resolves.toEqual(['c', 'b', 'a']);
    await expect(names('direction=asc&limit=2')).resolves.toEqual(['a', 'b']);
    await expect(names('symbols=IBM')).resolves.toEqual([]);
    const second = (await list('/v2/orders?status=all'))[1]?.['submitted_at'];
    await expect(names(`after=${String(second)}`)).resolves.toEqual(['c']);
    await expect(names(`until=${String(second)}`)).resolves.toEqual(['a']);

    const [newest] = await list('/v2/account/activities/FILL?page_size=1');
    const rest = await list(`/v2/account/activities/FILL?page_token=${String(newest?.['id'])}`);
    expect(newest?.['id']).toMatch(/^\d{17}::[0-9a-f-]{36}$/);
    expect(rest).toHaveLength(2);
    await expect(list(`/v2/account/activities/FILL?after=${String(newest?.['transaction_time'])}`)).resolves.toEqual(
      [],
    );
  });

  it('cancels every open order at once', async () => {
    await tick('99', '101', '0');
    await place();
    await place();
    expect((await call('DELETE', '/v2/orders')).status).toBe(207);
    await expect(list('/v2/orders')).resolves.toEqual([]);
  });
});

describe('durability', () => {
  it('keeps orders, cash, positions, scripted prices and their used volume over a restart', async () => {
    await tick('99', '100', '4');
    const { json: placed } = await place();
    const [account, fills] = [await call('GET', '/v2/account'), await list('/v2/account/activities/FILL')];
    await restart();
    await expect(call('GET', '/v2/account')).resolves.toEqual(account);
    await expect(list('/v2/account/activities/FILL')).resolves.toEqual(fills);
    await expect(list('/v2/orders')).resolves.toEqual([placed]);
    await expect(place({ qty: '1' })).resolves.toMatchObject({ json: { status: 'new' } });
    await tick('99', '100', '7');
    await expect(list('/v2/orders')).resolves.toEqual([]);
  });

  it.each<[string, (file: string) => void]>([
    ['torn', (file) => truncateSync(file, statSync(file).size - 10)],
    ['missing', (file) => rmSync(file)],
    ['empty', (file) => writeFileSync(file, '')],
    ['too long', (file) => appendFileSync(file, '{"half":')],
  ])('mends a fill file that is %s', async (_what, damage) => {
    await tick('99', '100', '4');
    await place({ qty: '1' });
    await place({ qty: '2' });
    const whole = fillsFile();
    expect(whole.trim().split('\n')).toHaveLength(2);
    await venue.close();
    damage(join(dataDir, 'fills.ndjson'));
    await start();
    expect(fillsFile()).toBe(whole);
    await place({ qty: '1' });
    expect(fillsFile().startsWith(whole)).toBe(true);
    expect(fillsFile().trim().split('\n')).toHaveLength(3);
  });

  it('follows the replay again when it is told to', async () => {
    await tick('1', '2', '0');
    expect((await call('POST', '/control/resume')).status).toBe(204);
    const { json } = await call('GET', '/v2/stocks/AAPL/quotes/latest');
    expect(json).toMatchObject({ symbol: 'AAPL', quote: { bp: expect.any(Number) } });
    expect((json['quote'] as Json)['bp']).not.toBe(1);
  });

  it('replays on from where the wall clock says', async () => {
    nowMs = Date.parse('2026-01-02T03:04:05.000Z');
    await venue.close();
    rmSync(dataDir, { recursive: true });
    await start({ barsPerSecond: 1 });
    const bid = async (): Promise<unknown> =>
      ((await call('GET', '/v2/stocks/SPX/quotes/latest')).json['quote'] as Json)['bp'];
    await expect(bid()).resolves.toBe(1469.24);
    nowMs += 950;
    await venue.close();
    await start({ barsPerSecond: 1 });
    await expect(bid()).resolves.toBe(1455.21);
  });
});
