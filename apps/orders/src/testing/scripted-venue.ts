import { Decimal, decimal } from '@ballast/money';
import { VenueOutcomeUnknown, VenueRejected, VenueUnavailable } from '@ballast/venue';
import type {
  Venue,
  VenueAccount,
  VenueAsset,
  VenueCapabilities,
  VenueClock,
  VenueExecution,
  VenueOrder,
  VenueOrderChange,
  VenueOrderRequest,
  VenuePosition,
  VenueQuote,
  VenueStream,
  VenueStreamHandlers,
} from '@ballast/venue';

/** What the venue does with the next order that it is sent. */
export type NextAnswer = 'open' | 'rejected' | 'lost-but-accepted' | 'lost-and-never-arrived' | 'unavailable';

/** A broker that does what a test tells it to, and counts what it was asked. */
export class ScriptedVenue implements Venue {
  readonly capabilities: VenueCapabilities = {
    orderTypes: ['market', 'limit', 'stop', 'stop-limit', 'trailing-stop'],
    timesInForce: ['day', 'gtc', 'ioc', 'fok'],
    fractional: false,
    feeRate: decimal('0.001'),
    visibilityDelayMs: 50,
    callDeadlineMs: 50,
    orderClasses: [],
    notional: false,
    short: true,
    replace: true,
    extendedHours: false,
    uniqueKeys: true,
    bars: false,
    quoteStream: false,
  };
  readonly received: VenueOrderRequest[] = [];
  readonly cancelled: string[] = [];
  next: NextAnswer = 'open';
  /** What it does with the next request to replace an order; `open` takes it. */
  nextReplace: NextAnswer = 'open';
  /** Every request to replace an order. */
  readonly asked: VenueOrderChange[] = [];
  /** Runs when such a request arrives, and when it was taken and is not answered. */
  beforeReplace: ((change: VenueOrderChange) => Promise<void>) | undefined;
  beforeReplaceAnswer: ((change: VenueOrderChange) => Promise<void>) | undefined;
  /** Runs after an order has arrived and before it is answered; what it throws is the answer. */
  beforeAnswer: ((request: VenueOrderRequest) => Promise<void>) | undefined;
  /** Answers to the next requests to cancel, in place of the true ones. */
  readonly cancelAnswers: ('accepted' | 'already-terminal' | 'not-found')[] = [];
  /** The best offer that is quoted. */
  ask = '100';
  /** Whether executions are left out of the list, as a broker does that is behind. */
  listsNothing = false;
  /** Whether a look-up finds nothing. */
  hidesOrders = false;
  private readonly orders = new Map<string, VenueOrder>();
  private readonly executions: VenueExecution[] = [];
  /** Who hears it now. */
  readonly streams: VenueStreamHandlers[] = [];

  async submit(request: VenueOrderRequest): Promise<VenueOrder> {
    const answer = this.next;
    this.next = 'open';
    if (answer === 'unavailable') throw new VenueUnavailable('refused to connect');
    if (answer === 'rejected') throw new VenueRejected('40310000', 'insufficient buying power');
    this.received.push(request);
    if (answer === 'lost-and-never-arrived') throw new VenueOutcomeUnknown('timed out');
    const order = this.orders.get(request.brokerKey) ?? this.accept(request);
    await this.beforeAnswer?.(request);
    if (answer === 'lost-but-accepted') throw new VenueOutcomeUnknown('timed out');
    return order;
  }

  async lookup(brokerKey: string): Promise<VenueOrder | undefined> {
    return this.hidesOrders ? undefined : this.orders.get(brokerKey);
  }

  async find(venueOrderId: string): Promise<VenueOrder | undefined> {
    return [...this.orders.values()].find((candidate) => candidate.venueOrderId === venueOrderId);
  }

  async cancel(venueOrderId: string): Promise<'accepted' | 'already-terminal' | 'not-found'> {
    this.cancelled.push(venueOrderId);
    const scripted = this.cancelAnswers.shift();
    if (scripted !== undefined) return scripted;
    const order = [...this.orders.values()].find((candidate) => candidate.venueOrderId === venueOrderId);
    if (order === undefined) return 'not-found';
    return order.status === 'open' || order.status === 'partially-filled' ? 'accepted' : 'already-terminal';
  }

  async replace(venueOrderId: string, change: VenueOrderChange): Promise<VenueOrder> {
    const answer = this.nextReplace;
    this.nextReplace = 'open';
    this.asked.push(change);
    if (answer === 'unavailable') throw new VenueUnavailable('refused to connect');
    if (answer === 'rejected') throw new VenueRejected('42210000', 'not while it is being looked at');
    if (answer === 'lost-and-never-arrived') throw new VenueOutcomeUnknown('timed out');
    await this.beforeReplace?.(change);
    const old = await this.find(venueOrderId);
    const request = this.received.find((candidate) => candidate.brokerKey === old?.brokerKey);
    if (!old || !request) throw new VenueRejected('40410000', 'order not found');
    const isOpen = old.status === 'open' || old.status === 'partially-filled';
    const quantity = (change.quantity ?? request.quantity).minus(old.filledQuantity);
    if (!isOpen || quantity.lte(0)) throw new VenueRejected('42210000', `cannot replace order in ${old.status} status`);
    const next = { ...request, ...change, quantity };
    this.received.push(next);
    const successor = this.accept(next);
    this.orders.set(old.brokerKey, { ...old, status: 'replaced', replacedBy: successor.venueOrderId });
    await this.beforeReplaceAnswer?.(change);
    if (answer === 'lost-but-accepted') throw new VenueOutcomeUnknown('timed out');
    return successor;
  }

  async openOrders(): Promise<VenueOrder[]> {
    return [...this.orders.values()].filter(({ status }) => status === 'open' || status === 'partially-filled');
  }

  /** As at Alpaca, without broker keys. */
  async executionsSince(at: Date): Promise<VenueExecution[]> {
    if (this.listsNothing) return [];
    return this.executions.filter((execution) => execution.at >= at).map(({ brokerKey: _, ...listed }) => listed);
  }

  async positions(): Promise<VenuePosition[]> {
    const owned = new Map<string, Decimal>();
    for (const { symbol, side, quantity } of this.executions) {
      owned.set(symbol, (owned.get(symbol) ?? decimal('0')).plus(side === 'buy' ? quantity : quantity.negated()));
    }
    return [...owned].map(([symbol, quantity]) => ({ symbol, quantity, averagePrice: undefined }));
  }

  async account(): Promise<VenueAccount> {
    const cash = this.executions.reduce(
      (sum, { side, quantity, price }) => sum.plus(quantity.times(price).times(side === 'buy' ? -1 : 1)),
      decimal('1000000'),
    );
    return { currency: 'USD', cash, buyingPower: cash, equity: undefined };
  }

  async clock(): Promise<VenueClock> {
    return { at: new Date(), isOpen: true };
  }

  async bars(): Promise<never> {
    throw new VenueRejected('bars-not-offered', 'this venue has no bars');
  }

  quoteStream(): VenueStream {
    return { connected: true, close: async () => undefined };
  }

  async assets(): Promise<VenueAsset[]> {
    const asset = {
      tradable: true,
      quantityScale: 0,
      priceIncrement: decimal('0.01'),
      quantityMin: decimal('1'),
      assetClass: 'equity' as const,
      shortable: true,
    };
    return ['AAPL', 'MSFT'].map((symbol) => ({ ...asset, symbol, name: symbol }));
  }

  async quotes(symbols: string[]): Promise<VenueQuote[]> {
    return symbols.map((symbol) => ({ symbol, bid: decimal('99.99'), ask: decimal(this.ask), at: new Date() }));
  }

  stream(handlers: VenueStreamHandlers): VenueStream {
    this.streams.push(handlers);
    void handlers.onConnected();
    const close = async (): Promise<void> => void this.streams.splice(this.streams.indexOf(handlers), 1);
    return { connected: true, close };
  }

  /** The broker fills a part; the update is delivered unless the stream `misses` it. */
  async execute(
    brokerKey: string,
    quantity: string,
    price: string,
    options: { executionId?: string; misses?: boolean } = {},
  ): Promise<VenueExecution> {
    const order = this.must(brokerKey);
    const filledQuantity = order.filledQuantity.plus(quantity);
    const request = this.received.find((candidate) => candidate.brokerKey === brokerKey);
    const status = request !== undefined && filledQuantity.eq(request.quantity) ? 'filled' : 'partially-filled';
    const next: VenueOrder = { ...order, filledQuantity, status, averagePrice: new Decimal(price) };
    const execution: VenueExecution = {
      executionId: options.executionId ?? `${order.venueOrderId}-${filledQuantity.toFixed()}`,
      venueOrderId: order.venueOrderId,
      brokerKey,
      symbol: order.symbol,
      side: order.side,
      quantity: new Decimal(quantity),
      price: new Decimal(price),
      cumulativeQuantity: filledQuantity,
      fee: undefined,
      at: new Date(),
    };
    this.orders.set(brokerKey, next);
    this.executions.push(execution);
    if (options.misses !== true) await this.report(execution);
    return execution;
  }

  /** Delivers an execution once more. */
  async report(execution: VenueExecution): Promise<void> {
    const order = this.must(execution.brokerKey ?? '');
    for (const stream of this.streams) await stream.onUpdate({ kind: 'executed', order, execution });
  }

  /** The broker ends an order. */
  async end(brokerKey: string, kind: 'cancelled' | 'expired'): Promise<void> {
    const order: VenueOrder = { ...this.must(brokerKey), status: kind };
    this.orders.set(brokerKey, order);
    for (const stream of this.streams) await stream.onUpdate({ kind, order, at: new Date() });
  }

  /** The stream was away and is back. */
  async reconnect(): Promise<void> {
    for (const stream of this.streams) await stream.onConnected();
  }

  private accept(request: VenueOrderRequest): VenueOrder {
    const order: VenueOrder = {
      brokerKey: request.brokerKey,
      venueOrderId: `venue-${this.orders.size + 1}`,
      symbol: request.symbol,
      side: request.side,
      status: 'open',
      filledQuantity: new Decimal(0),
      averagePrice: undefined,
    };
    this.orders.set(request.brokerKey, order);
    return order;
  }

  private must(brokerKey: string): VenueOrder {
    const order = this.orders.get(brokerKey);
    if (order === undefined) throw new Error(`the venue has no order ${brokerKey}`);
    return order;
  }
}
