import { Decimal, decimal } from '@ballast/money';
import { VenueOutcomeUnknown, VenueRejected, VenueUnavailable } from '@ballast/venue';
import type {
  Venue,
  VenueCapabilities,
  VenueExecution,
  VenueOrder,
  VenueOrderRequest,
  VenueUpdate,
} from '@ballast/venue';
import type { Clock } from '@ballast/service-host';
import type { NextAnswer } from './scripted-venue.js';

const ZERO = new Decimal(0);
const SYMBOLS = ['AAPL', 'MSFT'];
const ASSET = {
  tradable: true,
  quantityScale: 0,
  priceIncrement: decimal('0.01'),
  quantityMin: decimal('1'),
  assetClass: 'equity' as const,
};

/** An order at the broker, and the stop loss beside it where it is one of a pair. */
interface Kept {
  readonly request: VenueOrderRequest;
  readonly order: VenueOrder;
  readonly stopLoss: VenueOrder | undefined;
}

/** Which of a pair is filled. */
export type Side = 'order' | 'stop-loss';

/**
 * A broker by the rules alone, as far as orders use one: an order ends once, a pair shares one quantity and the one that
 * is filled ends the other, of whose fills it tells only when asked. It keeps no dates.
 */
export class ModelBroker implements Partial<Venue> {
  readonly capabilities: VenueCapabilities = {
    orderTypes: ['market', 'limit', 'stop', 'stop-limit'],
    timesInForce: ['day', 'gtc', 'ioc', 'fok'],
    fractional: false,
    feeRate: decimal('0.001'),
    visibilityDelayMs: 50,
    callDeadlineMs: 50,
    orderClasses: ['oco'],
    notional: false,
    short: false,
    replace: false,
    extendedHours: false,
    uniqueKeys: true,
    bars: false,
    quoteStream: false,
  };
  next: NextAnswer = 'open';
  readonly received: VenueOrderRequest[] = [];
  /** Broker's ids of the orders that it was asked to cancel. */
  readonly cancelled = new Set<string>();
  private readonly kept = new Map<string, Kept>();
  private readonly executions: VenueExecution[] = [];

  constructor(
    private readonly times: Clock,
    private readonly hears: {
      /** Before anything else becomes of an order that is sent. */
      submission(request: VenueOrderRequest): void;
      update(update: VenueUpdate): void;
    },
  ) {}

  /** As the verbs take it. */
  get asVenue(): Venue {
    return this as unknown as Venue;
  }

  async submit(request: VenueOrderRequest): Promise<VenueOrder> {
    this.hears.submission(request);
    const answer = this.next;
    this.next = 'open';
    if (answer === 'unavailable') throw new VenueUnavailable('refused to connect');
    if (answer === 'rejected') throw new VenueRejected('40310000', 'insufficient buying power');
    this.received.push(request);
    if (answer === 'lost-and-never-arrived') throw new VenueOutcomeUnknown('timed out');
    const { order } = this.kept.get(request.brokerKey) ?? this.accept(request);
    if (answer === 'lost-but-accepted') throw new VenueOutcomeUnknown('timed out');
    return order;
  }

  async lookup(brokerKey: string): Promise<VenueOrder | undefined> {
    const kept = this.kept.get(brokerKey);
    return kept?.stopLoss === undefined ? kept?.order : { ...kept.order, legs: [kept.stopLoss] };
  }

  async cancel(venueOrderId: string): Promise<'accepted' | 'already-terminal' | 'not-found'> {
    const kept = [...this.kept.values()].find(({ order }) => order.venueOrderId === venueOrderId);
    if (kept === undefined) return 'not-found';
    if (!isOpen(kept.order)) return 'already-terminal';
    this.cancelled.add(venueOrderId);
    return 'accepted';
  }

  /** Those under our keys. */
  async openOrders(): Promise<VenueOrder[]> {
    return [...this.kept.values()].map(({ order }) => order).filter(isOpen);
  }

  /** As at Alpaca, without broker keys. */
  async executionsSince(at: Date): Promise<VenueExecution[]> {
    return this.executions.filter((execution) => execution.at >= at).map(({ brokerKey: _, ...listed }) => listed);
  }

  async assets() {
    return SYMBOLS.map((symbol) => ({ ...ASSET, symbol, name: symbol }));
  }

  async quotes(symbols: string[]) {
    return symbols.map((symbol) => ({ symbol, bid: decimal('99.99'), ask: decimal('100'), at: this.now() }));
  }

  /** Whether a stop loss stands beside an order. */
  isPair(brokerKey: string): boolean {
    return this.must(brokerKey).stopLoss !== undefined;
  }

  /** What of an order, and of the stop loss beside it, has not filled. */
  left(brokerKey: string): Decimal {
    const { request, order, stopLoss } = this.must(brokerKey);
    return request.quantity.minus(order.filledQuantity).minus(stopLoss?.filledQuantity ?? ZERO);
  }

  /** Fills a part of an order, or of the stop loss beside it; the stream may miss it. */
  fill(brokerKey: string, part: Decimal, { price, of, misses }: { price: string; of: Side; misses: boolean }): void {
    const kept = this.must(brokerKey);
    const isStopLoss = of === 'stop-loss' && kept.stopLoss !== undefined;
    const filled = isStopLoss ? kept.stopLoss : kept.order;
    const isDone = part.eq(this.left(brokerKey));
    const wasOpen = isOpen(kept.order);
    const after = this.executed(filled, {
      part,
      price,
      status: wasOpen ? (isDone ? 'filled' : 'partially-filled') : filled.status,
    });
    const ended = (order: VenueOrder): VenueOrder =>
      isDone && isOpen(order) ? { ...order, status: 'cancelled' } : order;
    const next = isStopLoss
      ? { ...kept, order: ended(kept.order), stopLoss: after }
      : { ...kept, order: after, stopLoss: kept.stopLoss && ended(kept.stopLoss) };
    this.kept.set(brokerKey, next);
    if (misses) return;
    const execution = this.executions.at(-1) as VenueExecution;
    if (!isStopLoss) this.hears.update({ kind: 'executed', order: after, execution });
    else if (isDone) this.hears.update({ kind: 'cancelled', order: next.order, at: this.now() });
  }

  /** Ends an order, with the stop loss beside it. */
  end(brokerKey: string, kind: 'cancelled' | 'expired'): void {
    const { order, stopLoss, ...kept } = this.must(brokerKey);
    const ended = { ...order, status: kind };
    this.kept.set(brokerKey, { ...kept, order: ended, stopLoss: stopLoss && { ...stopLoss, status: kind } });
    this.hears.update({ kind, order: ended, at: this.now() });
  }

  /** Ends the orders that are good for the day. */
  async endDay(): Promise<void> {
    for (const { brokerKey } of await this.openOrders())
      if (this.must(brokerKey).request.timeInForce === 'day') this.end(brokerKey, 'expired');
  }

  private executed(
    order: VenueOrder,
    fill: { part: Decimal; price: string; status: VenueOrder['status'] },
  ): VenueOrder {
    const { part, price, status } = fill;
    const filledQuantity = order.filledQuantity.plus(part);
    this.executions.push({
      executionId: `${order.venueOrderId}-${filledQuantity.toFixed()}`,
      venueOrderId: order.venueOrderId,
      brokerKey: order.brokerKey,
      symbol: order.symbol,
      side: order.side,
      quantity: part,
      price: decimal(price),
      cumulativeQuantity: filledQuantity,
      fee: undefined,
      at: this.now(),
    });
    return { ...order, filledQuantity, status, averagePrice: decimal(price) };
  }

  private accept(request: VenueOrderRequest): Kept {
    const { brokerKey, symbol, side } = request;
    const blank = { symbol, side, status: 'open', filledQuantity: ZERO, averagePrice: undefined } as const;
    const id = `venue-${this.kept.size + 1}`;
    const kept: Kept = {
      request,
      order: { ...blank, brokerKey, venueOrderId: id },
      stopLoss:
        request.orderClass === 'oco' ? { ...blank, brokerKey: `${id}-leg`, venueOrderId: `${id}-leg` } : undefined,
    };
    this.kept.set(brokerKey, kept);
    return kept;
  }

  private must(brokerKey: string): Kept {
    const kept = this.kept.get(brokerKey);
    if (kept === undefined) throw new Error(`the broker has no order ${brokerKey}`);
    return kept;
  }

  private now(): Date {
    return new Date(this.times.now());
  }
}

function isOpen({ status }: VenueOrder): boolean {
  return status === 'open' || status === 'partially-filled';
}
