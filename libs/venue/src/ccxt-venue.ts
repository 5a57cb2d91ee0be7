import { decimalText, type Decimal } from '@ballast/money';
import { AccountBudgets } from './account-budgets.js';
import { ccxtCapabilities } from './ccxt-capabilities.js';
import { CcxtClient, CcxtTroubled } from './ccxt-client.js';
import { openCcxtExchange, type CcxtExchangeOptions, type CcxtOrderWords, type CcxtRecord } from './ccxt-exchange.js';
import { CcxtFills } from './ccxt-fills.js';
import { CcxtMarket } from './ccxt-market.js';
import { CcxtOrderList, type CcxtAccess } from './ccxt-order-list.js';
import { paramsOf } from './ccxt-params.js';
import { quirksOf } from './ccxt-quirks.js';
import { CcxtUpdateSession } from './ccxt-update-session.js';
import { readCcxtOrder } from './ccxt-wire.js';
import { refuseNotOffered } from './offered.js';
import { QuotePollSession } from './quote-poll-session.js';
import { ReconnectingStream } from './reconnecting-stream.js';
import { VenueRejected } from './venue-errors.js';
import { orderMadeBefore } from './order-made-before.js';
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

/** Which of ccxt's exchanges, what opens it and where it is. */
export interface CcxtVenueOptions extends CcxtExchangeOptions {
  /** The currency that cash is counted in; USD where left out. */
  currency?: string;
  /** The symbols traded, for exchanges that list one symbol at a time. */
  symbols?: readonly string[];
  /** The venue's fee as a share of notional, for executions that report none. */
  feeRate: Decimal;
  /** How often updates and quotes are asked for, in milliseconds. */
  pollMs?: number;
  /** Where the account's budget is kept; the process's own where left out. */
  budgets?: AccountBudgets;
}

const POLL_MS = 1_000;
const MINUTE_MS = 60_000;
const LIVE: readonly VenueOrder['status'][] = ['open', 'partially-filled', 'pending'];

/** The venue port over any exchange of ccxt's: limit, market and stop-limit orders of currency pairs; updates are asked for. */
export class CcxtVenue implements Venue {
  // Hidden from whoever shows the venue: an exchange of ccxt's holds the keys in the open.
  readonly #access: CcxtAccess;
  readonly #market: CcxtMarket;
  readonly #orders: CcxtOrderList;
  readonly #fills: CcxtFills;

  private constructor(
    access: CcxtAccess,
    readonly capabilities: VenueCapabilities,
    private readonly options: CcxtVenueOptions,
  ) {
    this.#access = access;
    this.#market = new CcxtMarket(access.exchange, access.client, options.currency ?? 'USD');
    this.#orders = new CcxtOrderList(access);
    this.#fills = new CcxtFills(access, this.#orders);
  }

  /** Loads ccxt and opens the exchange; nothing is asked of it yet. Throws VenueRejected for a name that ccxt does not know. */
  static async open(options: CcxtVenueOptions): Promise<CcxtVenue> {
    const { exchange: name, keys, budgets = AccountBudgets.ofProcess } = options;
    const quirks = quirksOf(name);
    const { exchange, budget } = await openCcxtExchange(options, (weightMax) =>
      budgets.of({ venue: `ccxt ${name}`, keyId: keys.keyId }, { name, weightMax, perMs: MINUTE_MS }),
    );
    const client = new CcxtClient({ budget, keys }, quirks);
    const access = { exchange, client, quirks, symbols: options.symbols };
    return new CcxtVenue(access, ccxtCapabilities(exchange, quirks, options.feeRate), options);
  }

  async submit(request: VenueOrderRequest): Promise<VenueOrder> {
    refuseNotOffered(request, this.capabilities);
    const { brokerKey, symbol, side, quantity, limitPrice, stopPrice } = request;
    await this.#market.refuseOffSteps(symbol, quantity, [limitPrice, stopPrice]);
    const words = wordsOf({ symbol, side, quantity, limitPrice });
    const params = paramsOf({ ...request, stopPrice });
    return this.made(brokerKey, symbol, () => this.#access.exchange.createOrder(...words, params));
  }

  async replace(venueOrderId: string, change: VenueOrderChange): Promise<VenueOrder> {
    if (!this.capabilities.replace) throw new VenueRejected('replace-not-offered', 'the venue replaces no orders');
    const old = await this.#orders.byId(venueOrderId);
    if (!old) throw new VenueRejected('order-not-found', 'the venue does not know the order');
    const { symbol, side } = old;
    const quantity = change.quantity ?? old.quantity;
    const limitPrice = change.limitPrice ?? old.limitPrice;
    const stopPrice = change.stopPrice ?? old.stopPrice;
    await this.#market.refuseOffSteps(symbol, quantity, [limitPrice, stopPrice]);
    const words = wordsOf({ symbol, side, quantity, limitPrice });
    const params = paramsOf({ ...change, timeInForce: change.timeInForce ?? 'gtc', stopPrice });
    return this.made(change.brokerKey, symbol, () => this.#access.exchange.editOrder(venueOrderId, ...words, params));
  }

  lookup(brokerKey: string): Promise<VenueOrder | undefined> {
    return this.#orders.byKey(brokerKey);
  }

  find(venueOrderId: string): Promise<VenueOrder | undefined> {
    return this.#orders.byId(venueOrderId);
  }

  async cancel(venueOrderId: string): Promise<'accepted' | 'already-terminal' | 'not-found'> {
    const { exchange, client } = this.#access;
    const order = await this.#orders.byId(venueOrderId);
    if (!order) return 'not-found';
    if (!LIVE.includes(order.status)) return 'already-terminal';
    try {
      await client.repeatable(() => exchange.cancelOrder(venueOrderId, order.symbol), { isUrgent: true });
      return 'accepted';
    } catch (error) {
      if (error instanceof CcxtTroubled) return 'not-found';
      // The order was live a moment ago: what the venue refuses to cancel has ended since.
      if (error instanceof VenueRejected) return 'already-terminal';
      throw error;
    }
  }

  openOrders(): Promise<VenueOrder[]> {
    return this.#orders.open();
  }

  executionsSince(at: Date): Promise<VenueExecution[]> {
    return this.#fills.since(at);
  }

  positions(): Promise<VenuePosition[]> {
    return this.#market.positions();
  }

  account(): Promise<VenueAccount> {
    return this.#market.account();
  }

  assets(): Promise<VenueAsset[]> {
    return this.#market.assets();
  }

  clock(): Promise<VenueClock> {
    return this.#market.clock();
  }

  quotes(symbols: string[]): Promise<VenueQuote[]> {
    return this.#market.quotes(symbols);
  }

  bars(request: VenueBarRequest): Promise<VenueBar[]> {
    return this.#market.bars(request);
  }

  stream(handlers: VenueStreamHandlers): VenueStream {
    const lists = { orders: this.#orders, fills: this.#fills };
    const pollMs = this.options.pollMs ?? POLL_MS;
    return new ReconnectingStream(() => new CcxtUpdateSession(lists, handlers, pollMs), handlers);
  }

  quoteStream(symbols: readonly string[], handlers: VenueQuoteHandlers): VenueStream {
    const pollMs = this.options.pollMs ?? POLL_MS;
    const ask = (): Promise<VenueQuote[]> => this.quotes([...symbols]);
    return new ReconnectingStream(() => new QuotePollSession(ask, handlers, pollMs), handlers);
  }

  /** The order that a call made, or that was made before under the same key. */
  private async made(brokerKey: string, symbol: string, work: () => Promise<CcxtRecord>): Promise<VenueOrder> {
    const { exchange, client } = this.#access;
    try {
      const order = await client.send(async () => {
        const answer = await work();
        const isTold = typeof answer['status'] === 'string';
        return readCcxtOrder(isTold ? answer : await exchange.fetchOrder(String(answer['id']), symbol));
      });
      this.#orders.watch(order);
      return { ...order, brokerKey };
    } catch (error) {
      if (!(error instanceof CcxtTroubled)) throw error;
      if (error.trouble === 'duplicate-key') return orderMadeBefore(() => this.lookup(brokerKey));
      throw new VenueRejected('order-not-found', 'the venue does not know the order');
    }
  }
}

/** ccxt's words for an order; a stop-limit order is a limit order with a trigger to it. */
function wordsOf(order: {
  symbol: string;
  side: string;
  quantity: Decimal | undefined;
  limitPrice: Decimal | undefined;
}): CcxtOrderWords {
  const { symbol, side, quantity, limitPrice } = order;
  const type = limitPrice === undefined ? 'market' : 'limit';
  return [symbol, type, side, quantity && decimalText(quantity), limitPrice && decimalText(limitPrice)];
}
