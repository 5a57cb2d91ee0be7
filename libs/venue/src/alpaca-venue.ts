import type { Decimal } from '@ballast/money';
import { AccountBudgets } from './account-budgets.js';
import { alpacaCapabilities } from './alpaca-capabilities.js';
import { AlpacaClient, type CallPlan } from './alpaca-client.js';
import { readAccount, readPosition } from './alpaca-market-wire.js';
import { AlpacaMarket, isPair } from './alpaca-market.js';
import { AlpacaQuoteSession } from './alpaca-quote-session.js';
import { isDuplicate, isRefused } from './alpaca-reply.js';
import { AlpacaStreamSession } from './alpaca-stream-session.js';
import { changeBody, orderBody, readFill, readOrder } from './alpaca-wire.js';
import { MergedStream } from './merged-stream.js';
import { refuseNotOffered } from './offered.js';
import { ReconnectingStream } from './reconnecting-stream.js';
import type { RequestBudget } from './request-budget.js';
import { VenueOutcomeUnknown, VenueUnavailable } from './venue-errors.js';
import { orderMadeBefore } from './order-made-before.js';
import type { Reply } from './venue-http.js';
import type { VenueKeys } from './venue-keys.js';
import type {
  VenueAccount,
  VenueAsset,
  VenueBar,
  VenueBarRequest,
  VenueClock,
  VenuePosition,
  VenueQuote,
} from './venue-market.js';
import type { VenueExecution, VenueOrder, VenueOrderChange, VenueOrderRequest } from './venue-orders.js';
import type { Venue, VenueCapabilities, VenueQuoteHandlers, VenueStream, VenueStreamHandlers } from './venue.js';
import { UnreadableReply, fieldsOf, listOf, textOf } from './wire-fields.js';

/** Where Alpaca is and what opens it; `dataUrl` and `streamUrl` are found from `baseUrl` when they are left out. */
export interface AlpacaVenueOptions {
  baseUrl: string;
  dataUrl?: string;
  streamUrl?: string;
  keys: VenueKeys;
  /** The venue's fee as a share of notional, for executions that report none. */
  feeRate: Decimal;
  /** What the account may ask for in a minute, of trading and of data each; Alpaca's own limit at Alpaca's own address, else none. */
  requestsPerMinute?: number;
  /** Whether the venue takes `post_only` with a limit order; Alpaca itself does not. */
  postOnly?: boolean;
  /** Where the account's budgets are kept; the process's own where left out. */
  budgets?: AccountBudgets;
}

/** Alpaca's limit for one account, "Usage Limit per Account" of its trading API. */
const ALPACA_REQUESTS_PER_MINUTE = 200;
const ALPACA_HOST = /(^|\.)alpaca\.markets$/;
const MINUTE_MS = 60_000;
const ORDERS_PAGE_MAX = 500;
const FILLS_PAGE_MAX = 100;
/** Pages read in one call before it is given up as endless. */
const PAGES_MAX = 10_000;

/** The venue port over Alpaca's Trading API v2; the paper venue is the same adapter with another address. */
export class AlpacaVenue implements Venue {
  readonly capabilities: VenueCapabilities;
  private readonly keys: VenueKeys;
  private readonly client: AlpacaClient;
  private readonly market: AlpacaMarket;
  private readonly tradingUrl: string;
  private readonly dataUrl: string;
  private readonly streamUrl: string;
  private readonly budget: RequestBudget | undefined;

  constructor(options: AlpacaVenueOptions) {
    this.keys = options.keys;
    this.client = new AlpacaClient(this.keys);
    this.tradingUrl = options.baseUrl.replace(/\/+$/, '');
    this.dataUrl = (options.dataUrl ?? options.baseUrl).replace(/\/+$/, '');
    this.streamUrl = options.streamUrl ?? `${socketUrl(this.tradingUrl)}/stream`;
    this.budget = budgetOf('trading', options);
    this.market = new AlpacaMarket(this.client, {
      tradingUrl: this.tradingUrl,
      dataUrl: this.dataUrl,
      tradingBudget: this.budget,
      dataBudget: budgetOf('market data', options),
    });
    this.capabilities = alpacaCapabilities(options.feeRate, options.postOnly === true);
  }

  async submit(request: VenueOrderRequest): Promise<VenueOrder> {
    refuseNotOffered(request, this.capabilities);
    const body = orderBody(request);
    const reply = await this.client.send({ method: 'POST', url: `${this.tradingUrl}/v2/orders`, body }, this.plan());
    return this.made(request.brokerKey, reply);
  }

  async replace(venueOrderId: string, change: VenueOrderChange): Promise<VenueOrder> {
    const url = `${this.tradingUrl}/v2/orders/${encodeURIComponent(venueOrderId)}`;
    const reply = await this.client.send({ method: 'PATCH', url, body: changeBody(change) }, this.plan());
    return this.made(change.brokerKey, reply);
  }

  async lookup(brokerKey: string): Promise<VenueOrder | undefined> {
    const query = new URLSearchParams({ client_order_id: brokerKey });
    const reply = await this.read(`/v2/orders:by_client_order_id?${query}`, { isUrgent: true });
    if (reply.status === 404) return undefined;
    const order = this.client.decode(reply, readOrder);
    return hasLegs(reply) ? this.withLegs(order) : order;
  }

  /** The exits that are tied to an order are shown by its id only. */
  private async withLegs({ venueOrderId }: VenueOrder): Promise<VenueOrder> {
    const reply = await this.read(`/v2/orders/${encodeURIComponent(venueOrderId)}?nested=true`, { isUrgent: true });
    return this.client.decode(reply, readOrder);
  }

  async find(venueOrderId: string): Promise<VenueOrder | undefined> {
    const reply = await this.read(`/v2/orders/${encodeURIComponent(venueOrderId)}`, { isUrgent: true });
    return reply.status === 404 ? undefined : this.client.decode(reply, readOrder);
  }

  async cancel(venueOrderId: string): Promise<'accepted' | 'already-terminal' | 'not-found'> {
    const url = `${this.tradingUrl}/v2/orders/${encodeURIComponent(venueOrderId)}`;
    const reply = await this.client.repeatable({ method: 'DELETE', url }, this.plan({ isUrgent: true }));
    if (reply.status === 404) return 'not-found';
    if (reply.status === 422) return 'already-terminal';
    if (isRefused(reply)) throw this.client.rejection(reply);
    return 'accepted';
  }

  async openOrders(): Promise<VenueOrder[]> {
    const orders = new Map<string, VenueOrder>();
    let after: string | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const query = new URLSearchParams({ status: 'open', direction: 'asc', limit: String(ORDERS_PAGE_MAX) });
      if (after !== undefined) query.set('after', after);
      const reply = await this.read(`/v2/orders?${query}`);
      const rows = this.client.decode(reply, (json) => listOf(json, 'orders'));
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
      const reply = await this.read(`/v2/account/activities/FILL?${query}`);
      const fills = this.client.decode(reply, (json) => listOf(json, 'activities').map(readFill));
      for (const { execution } of fills) {
        if (execution.at >= at) executions.set(execution.executionId, execution);
      }
      pageToken = fills.at(-1)?.activityId;
      if (fills.length < FILLS_PAGE_MAX || pageToken === undefined) return [...executions.values()];
    }
    throw new VenueUnavailable('the list of executions has no end');
  }

  async positions(): Promise<VenuePosition[]> {
    return this.client.decode(await this.read('/v2/positions'), (json) => listOf(json, 'positions').map(readPosition));
  }

  async account(): Promise<VenueAccount> {
    return this.client.decode(await this.read('/v2/account'), readAccount);
  }

  assets(): Promise<VenueAsset[]> {
    return this.market.assets();
  }

  clock(): Promise<VenueClock> {
    return this.market.clock();
  }

  quotes(symbols: string[]): Promise<VenueQuote[]> {
    return this.market.quotes(symbols);
  }

  bars(request: VenueBarRequest): Promise<VenueBar[]> {
    return this.market.bars(request);
  }

  stream(handlers: VenueStreamHandlers): VenueStream {
    const address = { url: this.streamUrl, keys: this.keys };
    return new ReconnectingStream(() => new AlpacaStreamSession(address, handlers), handlers);
  }

  quoteStream(symbols: readonly string[], handlers: VenueQuoteHandlers): VenueStream {
    const base = socketUrl(this.dataUrl);
    const open = (path: string, of: readonly string[]): VenueStream[] => {
      const address = { url: `${base}${path}`, keys: this.keys, symbols: of };
      return of.length === 0 ? [] : [new ReconnectingStream(() => new AlpacaQuoteSession(address, handlers), handlers)];
    };
    const stocks = symbols.filter((symbol) => !isPair(symbol));
    return new MergedStream([...open('/v2/iex', stocks), ...open('/v1beta3/crypto/us', symbols.filter(isPair))]);
  }

  /** The order that a call made, or that was made before under the same key. */
  private async made(brokerKey: string, reply: Reply): Promise<VenueOrder> {
    if (isDuplicate(reply)) return orderMadeBefore(() => this.lookup(brokerKey));
    if (isRefused(reply)) throw this.client.rejection(reply);
    try {
      return readOrder(reply.json);
    } catch (error) {
      if (error instanceof UnreadableReply) throw new VenueOutcomeUnknown(error.message, { cause: error });
      throw error;
    }
  }

  private read(pathAndQuery: string, plan: { isUrgent?: boolean } = {}): Promise<Reply> {
    return this.client.repeatable({ method: 'GET', url: `${this.tradingUrl}${pathAndQuery}` }, this.plan(plan));
  }

  private plan(plan: { isUrgent?: boolean } = {}): CallPlan {
    return { budget: this.budget, ...plan };
  }
}

function budgetOf(name: string, options: AlpacaVenueOptions): RequestBudget | undefined {
  const { baseUrl, keys, requestsPerMinute, budgets = AccountBudgets.ofProcess } = options;
  const { origin, hostname } = new URL(baseUrl);
  const weightMax = requestsPerMinute ?? (ALPACA_HOST.test(hostname) ? ALPACA_REQUESTS_PER_MINUTE : undefined);
  return weightMax === undefined
    ? undefined
    : budgets.of({ venue: origin, keyId: keys.keyId }, { name, weightMax, perMs: MINUTE_MS });
}

function hasLegs({ json }: Reply): boolean {
  const orderClass = fieldsOf(json, 'order')['order_class'];
  return orderClass === 'oco' || orderClass === 'oto' || orderClass === 'bracket';
}

function socketUrl(httpUrl: string): string {
  return httpUrl.replace(/^http/, 'ws');
}

function millisecondBefore(moment: string): string {
  return new Date(Date.parse(moment) - 1).toISOString();
}
