import { VenueRejected, type AlpacaVenue } from './index.js';
import { PaperBench, UpdateLog, eventually } from './testing/paper-bench.js';

let bench: PaperBench;
let venue: AlpacaVenue;
let log: UpdateLog | undefined;

beforeAll(async () => {
  bench = await PaperBench.open();
});

beforeEach(async () => {
  venue = bench.alpaca();
  await bench.ticks({ bid: '99', ask: '100', volume: '0' });
});

afterEach(async () => {
  await log?.stream.close();
  log = undefined;
  await bench.heal();
  for (const { venueOrderId } of await venue.openOrders()) await venue.cancel(venueOrderId);
});

afterAll(() => bench.close());

const listen = async (): Promise<UpdateLog> => {
  log = new UpdateLog(venue);
  await log.connected();
  return log;
};

describe('calls', () => {
  it('wait as long as the venue is slow, and only those of the operation', async () => {
    await bench.faults({ kind: 'latency', delayMs: 300, operation: 'submit' });
    await venue.openOrders();
    await expect(bench.pending()).resolves.toBe(1);
    const beganAtMs = Date.now();
    await venue.submit(bench.order());
    expect(Date.now() - beganAtMs).toBeGreaterThanOrEqual(290);
    await expect(bench.pending()).resolves.toBe(0);
  });

  it('are refused for one symbol and one order, as often as asked', async () => {
    await bench.ticks({ symbol: 'MSFT', bid: '99', ask: '100', volume: '0' });
    const named = bench.order();
    await bench.faults(
      { kind: 'reject', symbol: 'MSFT', count: 2, message: 'no more of it' },
      { kind: 'reject', clientOrderId: named.brokerKey },
    );
    await expect(venue.submit(bench.order())).resolves.toMatchObject({ status: 'open' });
    await expect(venue.submit(named)).rejects.toBeInstanceOf(VenueRejected);
    for (const _ of [1, 2]) {
      await expect(venue.submit(bench.order({ symbol: 'MSFT' }))).rejects.toMatchObject({ message: 'no more of it' });
    }
    await expect(venue.submit(bench.order({ symbol: 'MSFT' }))).resolves.toMatchObject({ status: 'open' });
  });
});

describe('updates', () => {
  it('come twice, and the executions are the same', async () => {
    const heard = await listen();
    await bench.faults({ kind: 'duplicate-updates', copies: 1, count: 100 });
    const { brokerKey } = await venue.submit(bench.order());
    await bench.ticks({ bid: '99', ask: '100' });
    await heard.heard(brokerKey, 'executed');
    await eventually(() => heard.updates.filter(({ kind }) => kind === 'executed').length === 2, 'the copy');
    const ids = heard.updates.flatMap((update) => (update.kind === 'executed' ? [update.execution.executionId] : []));
    expect(new Set(ids).size).toBe(1);
  });

  it('overtake each other', async () => {
    const heard = await listen();
    await bench.faults({ kind: 'reorder-updates' });
    await bench.ticks({ bid: '99', ask: '100', volume: '4' });
    const { brokerKey } = await venue.submit(bench.order());
    await heard.heard(brokerKey, 'opened', 'executed');
    expect(heard.kindsOf(brokerKey)).toEqual(['executed', 'opened']);
  });

  it('get lost, and the executions since then tell of them', async () => {
    const heard = await listen();
    const since = new Date();
    await bench.faults({ kind: 'lose-updates', count: 2 });
    await bench.ticks({ bid: '99', ask: '100' });
    const lost = await venue.submit(bench.order());
    const next = await venue.submit(bench.order());
    await heard.heard(next.brokerKey, 'executed');
    expect(heard.kindsOf(lost.brokerKey)).toEqual([]);
    const executions = await venue.executionsSince(since);
    expect(executions.map(({ venueOrderId }) => venueOrderId)).toEqual([lost.venueOrderId, next.venueOrderId]);
  });

  it('stop when the stream is dropped and go on after as many refusals as asked', async () => {
    const heard = await listen();
    await bench.faults({ kind: 'drop-stream', count: 2 });
    await heard.connected(2);
    expect(heard.disconnects).toBeGreaterThanOrEqual(3);
    const { brokerKey } = await venue.submit(bench.order());
    await heard.heard(brokerKey, 'opened');
  });
});

describe('fills', () => {
  it('come in parts no larger than asked', async () => {
    await bench.faults({ kind: 'partial-fills', symbol: 'AAPL', quantity: '3', count: 3 });
    const since = new Date();
    const { brokerKey, venueOrderId } = await venue.submit(bench.order());
    for (const _ of [1, 2, 3, 4]) await bench.ticks({ bid: '99', ask: '100' });
    await expect(venue.lookup(brokerKey)).resolves.toMatchObject({ status: 'filled' });
    const parts = (await venue.executionsSince(since)).filter((each) => each.venueOrderId === venueOrderId);
    expect(parts.map(({ quantity }) => quantity.toFixed())).toEqual(['3', '3', '3', '1']);
  });

  it('wait while a symbol or the market is halted', async () => {
    await bench.ticks({ symbol: 'MSFT', bid: '99', ask: '100' });
    await bench.faults({ kind: 'halt', symbol: 'AAPL' });
    const halted = await venue.submit(bench.order());
    await bench.ticks({ bid: '99', ask: '100' });
    await expect(venue.lookup(halted.brokerKey)).resolves.toMatchObject({ status: 'open' });
    await expect(venue.submit(bench.order({ symbol: 'MSFT' }))).resolves.toMatchObject({ status: 'filled' });
    await expect(venue.clock()).resolves.toMatchObject({ isOpen: true });
    await bench.faults({ kind: 'halt' });
    await expect(venue.clock()).resolves.toMatchObject({ isOpen: false });
    await expect(venue.submit(bench.order({ symbol: 'MSFT' }))).resolves.toMatchObject({ status: 'open' });
    await bench.heal();
    await expect(venue.lookup(halted.brokerKey)).resolves.toMatchObject({ status: 'filled' });
  });
});

describe('quotes', () => {
  it('are as old as asked, of one symbol', async () => {
    await bench.ticks({ symbol: 'MSFT', bid: '99', ask: '100' });
    const beforeMs = Date.now();
    await bench.faults({ kind: 'stale-quotes', symbol: 'AAPL', ageMs: 600_000 });
    const quotes = new Map((await venue.quotes(['AAPL', 'MSFT'])).map((quote) => [quote.symbol, quote.at.getTime()]));
    expect(quotes.get('AAPL')).toBeLessThanOrEqual(Date.now() - 600_000);
    expect(quotes.get('MSFT')).toBeGreaterThanOrEqual(beforeMs);
  });
});
