import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the stub's one market is. */
const MARKET = {
  symbol: 'BTCUSD',
  status: 'TRADING',
  baseAsset: 'BTC',
  baseAssetPrecision: 8,
  quoteAsset: 'USD',
  quotePrecision: 8,
  quoteAssetPrecision: 8,
  orderTypes: ['LIMIT', 'MARKET'],
  isSpotTradingAllowed: true,
  permissions: ['SPOT'],
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: '0.01', maxPrice: '1000000', tickSize: '0.01' },
    { filterType: 'LOT_SIZE', minQty: '0.00001', maxQty: '9000', stepSize: '0.00001' },
  ],
};

/** What the exchange takes as a name for an order. */
const CLIENT_ORDER_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;

/** An order in the exchange's own words. */
interface WireOrder {
  readonly symbol: string;
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly price: string;
  readonly origQty: string;
  readonly executedQty: string;
  readonly cummulativeQuoteQty: string;
  readonly status: 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED';
  readonly timeInForce: string;
  readonly type: string;
  readonly side: string;
  readonly time: number;
}

interface Refusal {
  readonly code: number;
  readonly msg: string;
}

/**
 * The part of Binance's spot REST that a look-up, an order and its fills need, on the loopback: requests are signed forms,
 * times are milliseconds, lists of ended orders and of fills answer for one symbol, and nothing is found by our key.
 */
export class BinanceStub {
  readonly orders = new Map<number, WireOrder>();
  readonly trades: object[] = [];
  /** Takes the next order and gives no answer to it. */
  losesNextAnswer = false;

  private constructor(
    private readonly server: Server,
    private readonly secret: string,
  ) {
    server.on('request', (request, response) => {
      void this.answer(request).then((answer) => {
        if (answer === undefined) return response.destroy();
        const isRefused = 'code' in answer;
        return response
          .writeHead(isRefused ? 400 : 200, { 'content-type': 'application/json' })
          .end(JSON.stringify(answer));
      });
    });
  }

  static async open(secret: string): Promise<BinanceStub> {
    const server = createServer();
    const stub = new BinanceStub(server, secret);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return stub;
  }

  /** Where ccxt's addresses lead. */
  get urls(): Record<string, string> {
    const url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/api/v3`;
    return { public: url, private: url };
  }

  /** Fills a part of an order that is open. */
  fill(orderId: number, quantity: string, price: string, executedQty: string): void {
    const order = this.orders.get(orderId);
    if (order === undefined) throw new Error(`no order ${orderId}`);
    const status = executedQty === order.origQty ? 'FILLED' : 'PARTIALLY_FILLED';
    this.orders.set(orderId, { ...order, executedQty, status });
    const { symbol, side } = order;
    const id = this.trades.length + 1;
    const amounts = { price, qty: quantity, quoteQty: '0', commission: '0.1', commissionAsset: 'USD' };
    this.trades.push({ symbol, id, orderId, ...amounts, time: Date.now(), isBuyer: side === 'BUY', isMaker: true });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage): Promise<object | undefined> {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    if (path.endsWith('/exchangeInfo')) return { serverTime: Date.now(), symbols: [MARKET] };
    const form = chunks.length > 0 ? Buffer.concat(chunks).toString() : query;
    const [signed = '', signature] = form.split('&signature=');
    if (createHmac('sha256', this.secret).update(signed).digest('hex') !== signature)
      return { code: -1022, msg: 'Signature for this request is not valid.' } satisfies Refusal;
    return this.private(`${request.method} ${path.split('/').at(-1)}`, new URLSearchParams(signed));
  }

  private private(call: string, form: URLSearchParams): object | undefined {
    if (call === 'POST order') return this.take(form);
    if (call === 'GET openOrders')
      return [...this.orders.values()].filter(({ status }) => status === 'NEW' || status === 'PARTIALLY_FILLED');
    if (form.get('symbol') !== MARKET.symbol) return { code: -1102, msg: "Mandatory parameter 'symbol' was not sent." };
    if (call === 'GET allOrders') return [...this.orders.values()];
    if (call === 'GET myTrades') return this.trades;
    const order = this.orders.get(Number(form.get('orderId')));
    if (order === undefined) return { code: -2013, msg: 'Order does not exist.' };
    if (call !== 'DELETE order') return order;
    const cancelled = { ...order, status: 'CANCELED' as const };
    this.orders.set(order.orderId, cancelled);
    return cancelled;
  }

  private take(form: URLSearchParams): object | undefined {
    if (!CLIENT_ORDER_ID.test(form.get('newClientOrderId') ?? ''))
      return { code: -1100, msg: "Illegal characters found in parameter 'newClientOrderId'." } satisfies Refusal;
    const order: WireOrder = {
      symbol: form.get('symbol') ?? '',
      orderId: 1_000 + this.orders.size,
      clientOrderId: form.get('newClientOrderId') ?? '',
      price: form.get('price') ?? '0',
      origQty: form.get('quantity') ?? '0',
      executedQty: '0',
      cummulativeQuoteQty: '0',
      status: 'NEW',
      timeInForce: form.get('timeInForce') ?? 'GTC',
      type: form.get('type') ?? '',
      side: form.get('side') ?? '',
      time: Date.now(),
    };
    this.orders.set(order.orderId, order);
    const isLost = this.losesNextAnswer;
    this.losesNextAnswer = false;
    return isLost ? undefined : order;
  }
}
