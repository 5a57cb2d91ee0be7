import { Failure } from '@ballast/contracts';
import type { QuoteView } from '@ballast/contracts/streams';
import { ServiceLog } from '@ballast/service-host';
import type { OwnerStreams } from './adapters/owner-streams.js';
import type { Frame } from './domain/frame.js';
import { QuoteFeed } from './quote-feed.js';
import type { StreamClient } from './stream-client.js';
import { StreamHub, quotesRoom } from './stream-hub.js';

const AT = '2026-11-02T10:00:00.000Z';
const quoteOf = (symbol: string, bid: string, at = AT): QuoteView => ({ symbol, bid, ask: '9', at });

class Orders {
  readonly asked: { symbols: readonly string[]; token: string }[] = [];
  market = new Map<string, QuoteView>();
  failure: Error | undefined;

  async quotes(symbols: readonly string[], token: string): Promise<readonly QuoteView[]> {
    this.asked.push({ symbols, token });
    if (this.failure !== undefined) throw this.failure;
    return symbols.flatMap((symbol) => this.market.get(symbol) ?? []);
  }
}

/** A client of the hub that takes what it is sent. */
function clientOf(token: string, expiresAtMs: number): { client: StreamClient; sent: unknown[] } {
  const sent: unknown[] = [];
  const client = {
    who: { token },
    caller: { expiresAtMs },
    wire: {},
    send: (frames: readonly Frame[]) => sent.push(...frames.map(({ body }) => body)),
  };
  return { client: client as unknown as StreamClient, sent };
}

let orders: Orders;
let hub: StreamHub;
let feed: QuoteFeed;
const errors: string[] = [];
beforeEach(() => {
  orders = new Orders();
  hub = new StreamHub();
  errors.length = 0;
  const log = { error: (_fields: object, message: string) => errors.push(message) } as unknown as ServiceLog;
  feed = new QuoteFeed(hub, orders as unknown as OwnerStreams, log);
});

it('answers with the newest quote, and then sends those that are new, of what somebody hears', async () => {
  orders.market.set('AAPL', quoteOf('AAPL', '1')).set('MSFT', quoteOf('MSFT', '5'));
  const [first, second] = [clientOf('short', 1_000), clientOf('long', 2_000)];
  const answers: QuoteView[] = [];
  expect(await feed.begin(first.client, 'AAPL', (quote) => answers.push(quote))).toBe(true);
  await feed.look();
  expect([answers, first.sent]).toEqual([[quoteOf('AAPL', '1')], []]);
  orders.market.set('AAPL', quoteOf('AAPL', '2'));
  await feed.look();
  await feed.begin(second.client, 'AAPL', (quote) => answers.push(quote));
  expect(answers.at(-1)).toEqual(quoteOf('AAPL', '2'));
  orders.market.set('AAPL', quoteOf('AAPL', '2', '2026-11-02T10:00:01.000Z'));
  await feed.look();
  expect([first.sent.length, second.sent.length]).toEqual([2, 1]);
  expect(orders.asked.map(({ symbols }) => symbols)).toEqual([['AAPL'], ['AAPL'], ['AAPL'], ['AAPL']]);
  expect(orders.asked.map(({ token }) => token)).toEqual(['short', 'short', 'short', 'long']);
});

it('asks nothing where nobody hears, and forgets what it knew', async () => {
  orders.market.set('AAPL', quoteOf('AAPL', '1'));
  const { client } = clientOf('t', 1);
  await feed.begin(client, 'AAPL', () => undefined);
  hub.leave(client, quotesRoom('AAPL'));
  await feed.look();
  expect(orders.asked).toHaveLength(1);
  orders.market.set('AAPL', quoteOf('AAPL', '2'));
  const answers: QuoteView[] = [];
  await feed.begin(client, 'AAPL', (quote) => answers.push(quote));
  expect(answers).toEqual([quoteOf('AAPL', '2')]);
});

it('says that there is no such symbol, and throws what is wrong with orders', async () => {
  const { client } = clientOf('t', 1);
  expect(await feed.begin(client, 'NOSUCH', () => undefined)).toBe(false);
  orders.failure = new Failure('owner-unavailable', 'orders is away');
  await expect(feed.begin(client, 'AAPL', () => undefined)).rejects.toThrow(Failure);
  expect([hub.inRoom(quotesRoom('NOSUCH')).size, hub.inRoom(quotesRoom('AAPL')).size]).toEqual([0, 0]);
});

it('goes on when orders is back', async () => {
  orders.market.set('AAPL', quoteOf('AAPL', '1'));
  const { client, sent } = clientOf('t', 1);
  await feed.begin(client, 'AAPL', () => undefined);
  orders.failure = new Failure('owner-unavailable', 'orders is away');
  await feed.look();
  orders.failure = new TypeError('a bug');
  await feed.look();
  orders.failure = undefined;
  orders.market.set('AAPL', quoteOf('AAPL', '2'));
  await feed.look();
  expect([sent, errors.length]).toEqual([[quoteOf('AAPL', '2')], 1]);
});

it('asks for so many at once that an answer stays small', async () => {
  const { client } = clientOf('t', 1);
  for (let index = 0; index < 250; index += 1) {
    const symbol = `S${index}`;
    orders.market.set(symbol, quoteOf(symbol, '1'));
    await feed.begin(client, symbol, () => undefined);
  }
  orders.asked.length = 0;
  await feed.look();
  expect(orders.asked.map(({ symbols }) => symbols.length)).toEqual([100, 100, 50]);
});
