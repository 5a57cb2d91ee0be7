import { Decimal, decimal } from '@ballast/money';
import { VenueOutcomeUnknown, VenueRejected, VenueUnavailable } from '@ballast/venue';
import type {
  Venue,
  VenueExecution,
  VenueOrder,
  VenueOrderChange,
  VenueOrderRequest,
  VenueUpdate,
} from '@ballast/venue';
import type { Clock } from '@ballast/service-host';
import { ModelFills, withinLimit } from './model-fills.js';
import { MODEL_CAPABILITIES, ModelMarket } from './model-market.js';
import { isOpen, restOf, successorOf, takingPlace, turnedDown } from './model-replacing.js';
import type { Kept, ReplaceAnswer } from './model-replacing.js';
import type { NextAnswer } from './scripted-venue.js';

const ZERO = new Decimal(0);

/** Which of a pair is filled. */
export type Side = 'order' | 'stop-loss';

/**
 * A broker by the rules alone, as far as orders use one: an order ends once, a pair shares one quantity and the one that
 * is filled ends the other, of whose fills it tells only when asked. It keeps no dates.
 */
export class ModelBroker implements Partial<Venue> {
  readonly capabilities = MODEL_CAPABILITIES;
  readonly market = new ModelMarket();
  next: NextAnswer = 'open';
  nextReplace: ReplaceAnswer = 'taken';
  readonly received: VenueOrderRequest[] = [];
  /** Broker's ids of the orders that it was asked to cancel. */
  readonly cancelled = new Set<string>();
  private readonly kept = new Map<string, Kept>();
  private readonly fills = new ModelFills();

  constructor(
    private readonly times: Clock,
    private readonly hears: {
      /** Before anything else becomes of an order that is sent. */
      submission(request: VenueOrderRequest): void;
      /** Before anything becomes of other terms that are asked for. */
      replacement(change: VenueOrderChange): void;
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

  async executionsSince(at: Date): Promise<VenueExecution[]> {
    return this.fills.listedSince(at);
  }

  async assets() {
    return this.market.assets();
  }

  async quotes(symbols: string[]) {
    return this.market.quotes(symbols, this.now());
  }

  async replace(venueOrderId: string, change: VenueOrderChange): Promise<VenueOrder> {
    this.hears.replacement(change);
    const answer = this.nextReplace;
    this.nextReplace = 'taken';
    if (answer === 'unavailable') throw new VenueUnavailable('refused to connect');
    if (answer === 'rejected') throw new VenueRejected('42210000', 'not while it is being looked at');
    if (answer === 'lost-and-never-arrived') throw new VenueOutcomeUnknown('timed out');
    if (!this.kept.has(change.brokerKey)) this.consider(venueOrderId, change);
    if (answer === 'taken' || answer === 'lost-but-taken') this.decide(change.brokerKey, true);
    if (answer.startsWith('lost')) throw new VenueOutcomeUnknown('timed out');
    return this.must(change.brokerKey).order;
  }

  /** Broker keys of all orders that were ever accepted. */
  get names(): string[] {
    return [...this.kept.keys()];
  }

  /** Broker keys of the orders that are to take the place of open ones. */
  get considered(): string[] {
    return [...this.kept.values()].filter(({ takesPlaceOf }) => takesPlaceOf !== undefined).map(keyOf);
  }

  /** Puts the order that was asked for in the place of the other one, or leaves that one as it was. */
  decide(brokerKey: string, takes: boolean): void {
    const next = this.must(brokerKey);
    if (next.takesPlaceOf === undefined) return;
    const old = this.must(next.takesPlaceOf);
    if (!takes || !isOpen(old.order) || restOf(old, next).lte(0)) {
      this.keep(turnedDown(next));
      this.tell('rejected', brokerKey);
      return;
    }
    const after = takingPlace(old, next);
    this.keep(after.old);
    this.keep(after.next);
    this.tell('replaced', old.order.brokerKey);
  }

  /** All that is known of an order under each name that it ever had. */
  under(brokerKeys: readonly string[]): Kept[] {
    return brokerKeys.flatMap((brokerKey) => this.kept.get(brokerKey) ?? []);
  }

  /** Every execution under these names. */
  executionsUnder(brokerKeys: readonly string[]): VenueExecution[] {
    return this.fills.under(brokerKeys);
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
    const status = wasOpen ? (isDone ? 'filled' : 'partially-filled') : filled.status;
    const at = isStopLoss ? decimal(price) : withinLimit(kept.request, price);
    const after = this.fills.add(filled, { part, price: at, status }, this.now());
    const ended = (order: VenueOrder): VenueOrder =>
      isDone && isOpen(order) ? { ...order, status: 'cancelled' } : order;
    const next = isStopLoss
      ? { ...kept, order: ended(kept.order), stopLoss: after }
      : { ...kept, order: after, stopLoss: kept.stopLoss && ended(kept.stopLoss) };
    this.keep(next);
    if (!misses) this.tellFill(next, { isStopLoss, isDone });
    this.turnDownFor(brokerKey);
  }

  /** Ends an order, with the stop loss beside it. */
  end(brokerKey: string, kind: 'cancelled' | 'expired'): void {
    const { order, stopLoss, ...kept } = this.must(brokerKey);
    this.keep({ ...kept, order: { ...order, status: kind }, stopLoss: stopLoss && { ...stopLoss, status: kind } });
    this.tell(kind, brokerKey);
    this.turnDownFor(brokerKey);
  }

  /** Ends the orders that are good for the day. */
  async endDay(): Promise<void> {
    for (const { brokerKey } of await this.openOrders())
      if (this.must(brokerKey).request.timeInForce === 'day') this.end(brokerKey, 'expired');
  }

  private tellFill({ order }: Kept, { isStopLoss, isDone }: { isStopLoss: boolean; isDone: boolean }): void {
    if (!isStopLoss) this.hears.update({ kind: 'executed', order, execution: this.fills.last });
    else if (isDone) this.tell('cancelled', order.brokerKey);
  }

  private tell(kind: Exclude<VenueUpdate['kind'], 'executed'>, brokerKey: string): void {
    this.hears.update({ kind, order: this.must(brokerKey).order, at: this.now() });
  }

  /** Nothing takes the place of an order that has ended. */
  private turnDownFor(brokerKey: string): void {
    if (isOpen(this.must(brokerKey).order)) return;
    for (const next of this.kept.values()) if (next.takesPlaceOf === brokerKey) this.decide(keyOf(next), false);
  }

  private consider(venueOrderId: string, change: VenueOrderChange): void {
    const old = [...this.kept.values()].find(({ order }) => order.venueOrderId === venueOrderId);
    if (old === undefined || !isOpen(old.order)) throw new VenueRejected('42210000', 'it is not open');
    const next = successorOf(old, change, `venue-${this.kept.size + 1}`);
    if (restOf(old, next).lte(0)) throw new VenueRejected('42210000', 'that much is filled');
    this.keep(next);
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
    this.keep(kept);
    return kept;
  }

  private keep(kept: Kept): void {
    this.kept.set(keyOf(kept), kept);
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

function keyOf({ order }: Kept): string {
  return order.brokerKey;
}
