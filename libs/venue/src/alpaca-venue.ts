import type { Decimal } from '@ballast/money';
import { CALL_DEADLINE_MS, CallFailed, callAlpaca, type AlpacaKeys, type HttpCall, type Reply } from './alpaca-http.js';
import { isDuplicate, isKeyRefused, isRefused, isServerFault, wireRefusal, withRetryAfter } from './alpaca-reply.js';
import { AlpacaStream } from './alpaca-stream.js';
import {
  UnreadableReply,
  fieldsOf,
  listOf,
  orderBody,
  readAsset,
  readFill,
  readOrder,
  readQuote,
  textOf,
} from './alpaca-wire.js';
import { VenueOutcomeUnknown, VenueRejected, VenueUnavailable } from './venue-errors.js';
import type {
  Venue,
  VenueAsset,
  VenueCapabilities,
  VenueExecution,
  VenueOrder,
  VenueOrderRequest,
  VenueQuote,
  VenueStream,
  VenueStreamHandlers,
} from './venue.js';

/** Where Alpaca is and what opens it; `dataUrl` and `streamUrl` are found from `baseUrl` when they are left out. */
export interface AlpacaVenueOptions {
  baseUrl: string;
  dataUrl?: string;
  streamUrl?: string;
  keyId: string;
  secret: string;
  /** The venue's fee as a share of notional, for executions that report none. */
  feeRate: Decimal;
}

const VISIBILITY_DELAY_MS = 1_000;
const ORDERS_PAGE_MAX = 500;
const FILLS_PAGE_MAX = 100;
/** Pages read in one call before it is given up as endless. */
const PAGES_MAX = 10_000;
const MESSAGE_LENGTH_MAX = 300;

/** The venue port over Alpaca's Trading API v2; the paper venue is the same adapter with another address. */
export class AlpacaVenue implements Venue {
  readonly capabilities: VenueCapabilities;
  private readonly keys: AlpacaKeys;
  private readonly tradingUrl: string;
  private readonly dataUrl: string;
  private readonly streamUrl: string;

  constructor(options: AlpacaVenueOptions) {
    this.keys = { keyId: options.keyId, secret: options.secret };
    this.tradingUrl = options.baseUrl.replace(/\/+$/, '');
    this.dataUrl = (options.dataUrl ?? options.baseUrl).replace(/\/+$/, '');
    this.streamUrl = options.streamUrl ?? `${this.tradingUrl.replace(/^http/, 'ws')}/stream`;
    this.capabilities = {
      orderTypes: ['market', 'limit'],
      timesInForce: ['day', 'gtc', 'ioc', 'fok'],
      fractional: true,
      feeRate: options.feeRate,
      visibilityDelayMs: VISIBILITY_DELAY_MS,
      callDeadlineMs: CALL_DEADLINE_MS,
    };
  }

  async submit(request: VenueOrderRequest): Promise<VenueOrder> {
    const reply = await this.send({ method: 'POST', url: `${this.tradingUrl}/v2/orders`, body: orderBody(request) });
    if (isDuplicate(reply)) return this.orderMadeBefore(request.brokerKey);
    if (isRefused(reply)) throw this.rejection(reply);
    return settled(() => readOrder(reply.json));
  }

  async lookup(brokerKey: string): Promise<VenueOrder | undefined> {
    const query = new URLSearchParams({ client_order_id: brokerKey });
    const reply = await this.read(`${this.tradingUrl}/v2/orders:by_client_order_id?${query}`);
    return reply.status === 404 ? undefined : this.decode(reply, readOrder);
  }

  async cancel(venueOrderId: string): Promise<'accepted' | 'already-terminal' | 'not-found'> {
    const url = `${this.tradingUrl}/v2/orders/${encodeURIComponent(venueOrderId)}`;
    const reply = await this.repeatable({ method: 'DELETE', url });
    if (reply.status === 404) return 'not-found';
    if (reply.status === 422) return 'already-terminal';
    if (isRefused(reply)) throw this.rejection(reply);
    return 'accepted';
  }

  async openOrders(): Promise<VenueOrder[]> {
    const orders = new Map<string, VenueOrder>();
    let after: string | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const query = new URLSearchParams({ status: 'open', direction: 'asc', limit: String(ORDERS_PAGE_MAX) });
      if (after !== undefined) query.set('after', after);
      const reply = await this.read(`${this.tradingUrl}/v2/orders?${query}`);
      const rows = this.decode(reply, (json) => listOf(json, 'orders'));
      for (const order of rows.map(readOrder)) orders.set(order.venueOrderId, order);
      const last = rows.at(-1);
      if (rows.length < ORDERS_PAGE_MAX || last === undefined) return [...orders.values()];
      // The next page begins a little before the last row, so that orders of the same moment are not skipped.
      const next = millisecondBefore(textOf(fieldsOf(last, 'order'), 'submitted_at'));
      if (next === after) throw new VenueUnavailable('more open orders in a millisecond than a page holds');
      after = next;
    }
    throw new VenueUnavailable('the list of open orders has no end');
  }

  async executionsSince(at: Date): Promise<VenueExecution[]> {
    const executions = new Map<string, VenueExecution>();
    let pageToken: string | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const query = new URLSearchParams({ direction: 'asc', page_size: String(FILLS_PAGE_MAX) });
      query.set('after', millisecondBefore(at.toISOString()));
      if (pageToken !== undefined) query.set('page_token', pageToken);
      const reply = await this.read(`${this.tradingUrl}/v2/account/activities/FILL?${query}`);
      const fills = this.decode(reply, (json) => listOf(json, 'activities').map(readFill));
      for (const { execution } of fills) {
        if (execution.at >= at) executions.set(execution.executionId, execution);
      }
      pageToken = fills.at(-1)?.activityId;
      if (fills.length < FILLS_PAGE_MAX || pageToken === undefined) return [...executions.values()];
    }
    throw new VenueUnavailable('the list of executions has no end');
  }

  async assets(): Promise<VenueAsset[]> {
    const reply = await this.read(`${this.tradingUrl}/v2/assets?status=active`);
    return this.decode(reply, (json) => listOf(json, 'assets').map(readAsset));
  }

  async quotes(symbols: string[]): Promise<VenueQuote[]> {
    const pairs = symbols.filter((symbol) => symbol.includes('/'));
    const stocks = symbols.filter((symbol) => !symbol.includes('/'));
    const [stockQuotes, pairQuotes] = await Promise.all([
      this.quotesAt('/v2/stocks/quotes/latest', stocks),
      this.quotesAt('/v1beta3/crypto/us/latest/quotes', pairs),
    ]);
    return [...stockQuotes, ...pairQuotes];
  }

  stream(handlers: VenueStreamHandlers): VenueStream {
    return new AlpacaStream({ url: this.streamUrl, keys: this.keys }, handlers);
  }

  private async quotesAt(path: string, symbols: readonly string[]): Promise<VenueQuote[]> {
    if (symbols.length === 0) return [];
    const reply = await this.read(`${this.dataUrl}${path}?${new URLSearchParams({ symbols: symbols.join(',') })}`);
    return this.decode(reply, (json) =>
      Object.entries(fieldsOf(fieldsOf(json, 'quotes')['quotes'], 'quotes'))
        .filter(([, quote]) => quote !== null)
        .map(([symbol, quote]) => readQuote(symbol, quote)),
    );
  }

  private async orderMadeBefore(brokerKey: string): Promise<VenueOrder> {
    try {
      const order = await this.lookup(brokerKey);
      if (order) return order;
    } catch (error) {
      if (!(error instanceof VenueUnavailable)) throw error;
      throw new VenueOutcomeUnknown('the order exists and could not be read', { cause: error });
    }
    throw new VenueOutcomeUnknown('the venue says the order exists and does not show it');
  }

  /** A call that must not be made twice: what is not surely refused or answered is unknown. */
  private async send(call: HttpCall): Promise<Reply> {
    const reply = await this.call(call, (message, cause) => new VenueOutcomeUnknown(message, { cause }));
    if (isServerFault(reply)) throw new VenueOutcomeUnknown(`the venue answered ${reply.status}`);
    return reply;
  }

  /** A call that may be made again whatever became of it. */
  private async repeatable(call: HttpCall): Promise<Reply> {
    const reply = await this.call(call, (message, cause) => new VenueUnavailable(message, { cause }));
    if (isServerFault(reply)) throw new VenueUnavailable(`the venue answered ${reply.status}`);
    return reply;
  }

  private read(url: string): Promise<Reply> {
    return this.repeatable({ method: 'GET', url });
  }

  private async call(call: HttpCall, unanswered: (message: string, cause: unknown) => Error): Promise<Reply> {
    const reply = await callAlpaca(this.keys, call).catch((error: unknown) => {
      if (!(error instanceof CallFailed)) throw error;
      throw error.isSent ? unanswered(error.message, error) : new VenueUnavailable(error.message, { cause: error });
    });
    if (reply.status === 429) {
      throw new VenueUnavailable('the venue limits our rate', withRetryAfter(reply));
    }
    if (isKeyRefused(reply)) throw new VenueUnavailable('the venue does not accept our keys');
    return reply;
  }

  private decode<T>(reply: Reply, read: (json: unknown) => T): T {
    if (isRefused(reply)) throw new VenueUnavailable(this.rejection(reply).message);
    try {
      return read(reply.json);
    } catch (error) {
      if (error instanceof UnreadableReply) throw new VenueUnavailable(error.message, { cause: error });
      throw error;
    }
  }

  private rejection(reply: Reply): VenueRejected {
    const { code, message } = wireRefusal(reply);
    return new VenueRejected(code, this.redact(message));
  }

  private redact(text: string): string {
    const { keyId, secret } = this.keys;
    return text.replaceAll(secret, '[secret]').replaceAll(keyId, '[key]').slice(0, MESSAGE_LENGTH_MAX);
  }
}

function settled<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnreadableReply) throw new VenueOutcomeUnknown(error.message, { cause: error });
    throw error;
  }
}

function millisecondBefore(moment: string): string {
  return new Date(Date.parse(moment) - 1).toISOString();
}
