import { once } from 'node:events';
import { WebSocket } from 'ws';
import { Bench, type Json } from './testing/bench.js';

const MINUTE_MS = 60_000;
const EPOCH_MS = Date.parse('2026-01-02T03:00:00.000Z');

describe('bars', () => {
  let bench: Bench;
  let nowMs = EPOCH_MS;

  beforeAll(async () => {
    nowMs = EPOCH_MS;
    bench = await Bench.open({ nowMs: () => nowMs, barsPerSecond: 1 });
    nowMs = EPOCH_MS + 10 * MINUTE_MS;
  });

  afterAll(() => bench.close());

  const barsOf = async (query: string): Promise<{ bars: Record<string, Json[]>; next: unknown }> => {
    const { json } = await bench.call('GET', query);
    return { bars: json['bars'] as Record<string, Json[]>, next: json['next_page_token'] };
  };
  const SPX = '/v2/stocks/bars?symbols=SPX&start=2026-01-02T03:00:00Z&end=2026-01-02T04:00:00Z';

  it('are the days of the replay put together, as many as are over', async () => {
    const { bars, next } = await barsOf(`${SPX}&timeframe=1Min`);
    expect([bars['SPX']?.length, next]).toEqual([10, null]);
    // The first 60 days of the index in 2000: the open of the first, the close of the last.
    expect(bars['SPX']?.[0]).toMatchObject({ t: '2026-01-02T03:00:00.000Z', o: 1469.25, c: 1507.73, n: 1200 });
    const whole = await barsOf(`${SPX}&timeframe=5Min`);
    const parts = bars['SPX']?.slice(0, 5) ?? [];
    expect(whole.bars['SPX']?.[0]).toMatchObject({
      o: parts[0]?.['o'],
      c: parts[4]?.['c'],
      h: Math.max(...parts.map((bar) => bar['h'] as number)),
      l: Math.min(...parts.map((bar) => bar['l'] as number)),
      v: parts.reduce((sum, bar) => sum + (bar['v'] as number), 0),
    });
  });

  it('come in pages, over symbols too, and go back before the first start', async () => {
    const first = await barsOf(`${SPX.replace('SPX', 'SPX,AAPL')}&timeframe=1Min&limit=13`);
    expect([first.bars['SPX']?.length, first.bars['AAPL']?.length]).toEqual([10, 3]);
    const rest = await barsOf(
      `${SPX.replace('SPX', 'SPX,AAPL')}&timeframe=1Min&limit=13&page_token=${String(first.next)}`,
    );
    expect([rest.bars['SPX'], rest.bars['AAPL']?.length, rest.next]).toEqual([undefined, 7, null]);
    const { json } = await bench.call(
      'GET',
      '/v2/stocks/IBM/bars?timeframe=1Hour&start=2026-01-01T00:00:00Z&end=2026-01-01T02:00:00Z',
    );
    expect(json).toMatchObject({ symbol: 'IBM', bars: [{ n: 72_000 }, { n: 72_000 }] });
  });

  it('of a pair are asked for elsewhere, and of an unknown symbol there are none', async () => {
    const query = 'symbols=BTC/USD,NOPE&timeframe=1min&start=2026-01-02T03:00:00Z&end=2026-01-02T03:02:00Z';
    const { bars } = await barsOf(`/v1beta3/crypto/us/bars?${query}`);
    expect([bars['BTC/USD']?.length, bars['NOPE']]).toEqual([2, []]);
    await expect(bench.call('GET', `${SPX}&timeframe=1Year`)).resolves.toMatchObject({ status: 422 });
  });

  it('and the calendar names every day', async () => {
    const days = await bench.list('/v2/calendar?start=2026-01-01&end=2026-01-03');
    expect(days.map(({ date }) => date)).toEqual(['2026-01-01', '2026-01-02', '2026-01-03']);
  });
});

describe('the stream of quotes', () => {
  let bench: Bench;
  const sockets: WebSocket[] = [];

  beforeAll(async () => {
    bench = await Bench.open();
  });

  afterEach(() => sockets.splice(0).forEach((socket) => socket.terminate()));

  afterAll(() => bench.close());

  const open = async (path: string): Promise<{ socket: WebSocket; next(): Promise<Json> }> => {
    const socket = new WebSocket(`${bench.venue.url.replace('http', 'ws')}${path}`);
    sockets.push(socket);
    const heard: Json[] = [];
    let wake = (): void => undefined;
    socket.on('message', (raw) => {
      heard.push(...(JSON.parse(String(raw)) as Json[]));
      wake();
    });
    const next = async (): Promise<Json> => {
      while (heard.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return heard.shift() ?? {};
    };
    await once(socket, 'open');
    return { socket, next };
  };

  it.each([
    ['/v2/iex', 'AAPL'],
    ['/v1beta3/crypto/us', 'BTC/USD'],
  ])('%s sends the quotes of what was subscribed to', async (path, symbol) => {
    const { socket, next } = await open(path);
    await expect(next()).resolves.toEqual({ T: 'success', msg: 'connected' });
    socket.send(JSON.stringify({ action: 'auth', key: bench.venue.keyId, secret: bench.venue.secret }));
    await expect(next()).resolves.toEqual({ T: 'success', msg: 'authenticated' });
    socket.send(JSON.stringify({ action: 'subscribe', quotes: [symbol] }));
    await expect(next()).resolves.toEqual({ T: 'subscription', trades: [], quotes: [symbol], bars: [] });
    await bench.tick('1', '2', '3', symbol === 'AAPL' ? 'MSFT' : 'AAPL');
    await bench.tick('7.01', '7.03', '5', symbol);
    for (let quote = await next(); quote['bp'] !== 7.01; quote = await next()) expect(quote['S']).toBe(symbol);
  });

  it('is for those who show the keys', async () => {
    const { socket, next } = await open('/v2/iex');
    await next();
    socket.send(JSON.stringify({ action: 'subscribe', quotes: ['AAPL'] }));
    await expect(next()).resolves.toMatchObject({ T: 'error', code: 401 });
    socket.send(JSON.stringify({ action: 'auth', key: bench.venue.keyId, secret: 'wrong' }));
    await expect(next()).resolves.toMatchObject({ T: 'error', code: 402 });
  });
});
