import { Decimal } from '@ballast/money';
import { VenueRejected } from '@ballast/venue';
import type { VenueExecution, VenueOrder, VenueOrderChange, VenueOrderRequest, VenueQuote } from '@ballast/venue';
import { changedRequest, isOpen, leftOf, legView, priceFor, reported, view } from './exchange-order.js';
import type { ExchangeEar, Fill, Kept } from './exchange-order.js';
import { Market } from './market.js';
import type { Surroundings } from './wire.js';

/** Milliseconds after which a look-up surely shows what was accepted, and a list what was executed. */
export const VISIBILITY_MS_MAX = 300;

const ZERO = new Decimal(0);
/** Milliseconds between two looks at an order that the market would fill. */
const MATCH_MS_MAX = 150;
/** How likely what goes wrong at the exchange is, of every order, fill, cancel and replacement. */
const RATES = { reject: 0.04, partial: 0.35, late: 0.15, slowReplace: 0.3 } as const;

/**
 * A market in two symbols with the books of one account: orders rest until the price comes to them, fill in parts, are
 * rejected, and end late. What it says of itself is always true.
 */
export class Exchange {
  readonly fills: Fill[] = [];
  readonly market: Market;
  private readonly orders: Kept[] = [];

  constructor(
    private readonly world: Surroundings,
    private readonly ear: ExchangeEar,
    /** Whether a broker key that is known finds the order that it made before. */
    private readonly hasUniqueKeys: boolean,
  ) {
    this.market = new Market(world, () => this.orders.forEach((kept) => this.consider(kept)));
  }

  /** Takes an order, or throws `VenueRejected`. */
  submit(request: VenueOrderRequest): VenueOrder {
    this.ear.submitted(request);
    const before = this.hasUniqueKeys ? this.ofKey(request.brokerKey) : undefined;
    if (before !== undefined) return view(before);
    if (this.isUnlucky(RATES.reject)) throw new VenueRejected('40310000', 'the account is restricted for a moment');
    return view(this.take(request, 'open'));
  }

  /** Puts another order in the place of an open one, at once or a little later, or throws `VenueRejected`. */
  replace(venueOrderId: string, change: VenueOrderChange): VenueOrder {
    const old = this.ofId(venueOrderId);
    if (old === undefined || !isOpen(old.status) || old.leg !== undefined)
      throw new VenueRejected('42210000', 'the order cannot be replaced');
    const request = changedRequest(old, change);
    this.ear.submitted(request);
    if (this.ofKey(change.brokerKey) !== undefined) throw new VenueRejected('42210000', 'the key is taken');
    if (request.quantity.lte(0)) throw new VenueRejected('42210000', 'nothing would be left of the order');
    const next = this.take(request, 'pending', old.filled);
    const settle = (): void => this.putInPlace(old, next);
    if (this.isUnlucky(RATES.slowReplace))
      this.world.timeline.after(this.world.chance.between(0, MATCH_MS_MAX), settle);
    else settle();
    return view(next);
  }

  /** The order of a key as it can be seen by now. */
  lookup(brokerKey: string): VenueOrder | undefined {
    const kept = this.ofKey(brokerKey);
    return kept !== undefined && kept.visibleAtMs <= this.world.timeline.nowMs ? view(kept) : undefined;
  }

  find(venueOrderId: string): VenueOrder | undefined {
    const kept = this.ofId(venueOrderId);
    if (kept === undefined) return undefined;
    return kept.leg?.id === venueOrderId ? legView(kept) : view(kept);
  }

  /** Takes a request to cancel; the end comes later, unless a fill is faster. */
  cancel(venueOrderId: string): 'accepted' | 'already-terminal' | 'not-found' {
    const kept = this.ofId(venueOrderId);
    if (kept === undefined) return 'not-found';
    if (!isOpen(kept.status)) return 'already-terminal';
    this.world.timeline.after(this.world.chance.between(0, MATCH_MS_MAX), () => this.end(kept));
    return 'accepted';
  }

  openOrders(): VenueOrder[] {
    return this.orders.filter(({ status }) => isOpen(status)).map(view);
  }

  /** Every order that was ever taken. */
  allOrders(): readonly VenueOrder[] {
    return this.orders.map(view);
  }

  /** What can be seen by now, oldest first, without keys, as at Alpaca. */
  executionsSince(at: Date): VenueExecution[] {
    const { nowMs } = this.world.timeline;
    return this.fills
      .filter((fill) => fill.at >= at && fill.visibleAtMs <= nowMs)
      .map(({ brokerKey: _, isLate: __, visibleAtMs: ___, ...listed }) => listed);
  }

  /** Fills what nobody sees coming: an order that it has told to be at its end. */
  private end(kept: Kept): void {
    if (!isOpen(kept.status)) return;
    kept.status = 'cancelled';
    if (kept.leg !== undefined) kept.leg.status = 'cancelled';
    this.tell(kept, 'cancelled');
    const left = leftOf(kept);
    const isEntry = kept.request.side === 'buy';
    if (!isEntry || !this.isUnlucky(RATES.late) || left.lte(0)) return;
    const { timeline, chance } = this.world;
    timeline.after(chance.between(1, 2_000), () =>
      this.fill(kept, this.partOf(left), { price: priceFor(kept, this.quote(kept)), ofLeg: false }),
    );
  }

  /** Looks at the order, and again and again while the market would fill it. */
  private consider(kept: Kept): void {
    if (kept.isMatching || !isOpen(kept.status) || !this.wouldFill(kept)) return;
    kept.isMatching = true;
    const { timeline, chance } = this.world;
    timeline.after(chance.between(0, MATCH_MS_MAX), () => {
      kept.isMatching = false;
      if (!isOpen(kept.status) || !this.wouldFill(kept)) return;
      const ofLeg = kept.leg?.isSetOff === true;
      this.fill(kept, this.partOf(leftOf(kept)), { price: priceFor(kept, this.quote(kept)), ofLeg });
      this.consider(kept);
    });
  }

  private wouldFill(kept: Kept): boolean {
    if (!this.market.isTradable()) return false;
    const { request, leg } = kept;
    const { bid, ask } = this.quote(kept);
    const isBuy = request.side === 'buy';
    const stop = request.stopPrice;
    if (stop !== undefined && (isBuy ? ask.gte(stop) : bid.lte(stop))) kept.isSetOff = true;
    const legStop = request.exits?.stopLoss?.stopPrice;
    if (leg !== undefined && legStop !== undefined && bid.lte(legStop)) leg.isSetOff = true;
    if (leg?.isSetOff === true) return true;
    if (!kept.isSetOff) return false;
    const limit = request.limitPrice;
    return limit === undefined || (isBuy ? ask.lte(limit) : bid.gte(limit));
  }

  private take(request: VenueOrderRequest, status: 'open' | 'pending', filledBefore = ZERO): Kept {
    const { chance, timeline } = this.world;
    const id = `venue-${this.orders.length + 1}`;
    const kept: Kept = {
      request,
      filledBefore,
      id,
      visibleAtMs: timeline.nowMs + chance.between(0, VISIBILITY_MS_MAX),
      status,
      filled: ZERO,
      isSetOff: request.stopPrice === undefined,
      isMatching: false,
      leg:
        request.orderClass === 'oco' ? { id: `${id}-leg`, status: 'open', filled: ZERO, isSetOff: false } : undefined,
    };
    this.orders.push(kept);
    this.ear.accepted(request.brokerKey);
    this.consider(kept);
    return kept;
  }

  /** The old order is over and the other one works, for what the old one has not filled meanwhile; or nothing changes. */
  private putInPlace(old: Kept, next: Kept): void {
    const request = { ...next.request, quantity: next.request.quantity.minus(old.filled.minus(next.filledBefore)) };
    const isPossible = isOpen(old.status) && request.quantity.gt(0);
    next.request = request;
    next.status = isPossible ? 'open' : 'rejected';
    this.world.story.tell('exchange', () => `${request.brokerKey} ${isPossible ? 'takes its place' : 'is rejected'}`);
    if (!isPossible) return;
    old.status = 'replaced';
    this.ear.updated({ kind: 'replaced', order: view(old), at: new Date(this.world.timeline.nowMs) });
    this.consider(next);
  }

  private fill(kept: Kept, part: Decimal, { price, ofLeg }: { price: Decimal; ofLeg: boolean }): void {
    const { leg, request } = kept;
    const filled = ofLeg && leg !== undefined ? leg : kept;
    const { timeline, chance } = this.world;
    filled.filled = filled.filled.plus(part);
    const isLate = !isOpen(kept.status);
    const isDone = leftOf(kept).lte(0);
    if (!isLate) {
      filled.status = isDone ? 'filled' : 'partially-filled';
      const other = filled === kept ? leg : kept;
      if (isDone && other !== undefined) other.status = 'cancelled';
    }
    const fill: Fill = {
      executionId: `exec-${this.fills.length + 1}`,
      venueOrderId: filled.id,
      brokerKey: ofLeg ? filled.id : request.brokerKey,
      symbol: request.symbol,
      side: request.side,
      quantity: part,
      price,
      cumulativeQuantity: filled.filled,
      fee: undefined,
      at: new Date(timeline.nowMs),
      isLate,
      visibleAtMs: timeline.nowMs + chance.between(0, VISIBILITY_MS_MAX),
    };
    this.fills.push(fill);
    const said = `${request.brokerKey} fills ${part.toFixed()} at ${price.toFixed()}${ofLeg ? ' by its stop loss' : ''}`;
    this.world.story.tell('exchange', () => `${said}${isLate ? ', late' : ''}`);
    if (!ofLeg) this.ear.updated({ kind: 'executed', order: view(kept), execution: reported(fill) });
    else if (isDone) this.tell(kept, 'cancelled');
  }

  private tell(kept: Kept, kind: 'cancelled'): void {
    this.world.story.tell('exchange', () => `${kept.request.brokerKey} is ${kind}`);
    this.ear.updated({ kind, order: view(kept), at: new Date(this.world.timeline.nowMs) });
  }

  /** All that is left, or a part of it. */
  private partOf(left: Decimal): Decimal {
    if (left.lte(1) || !this.isUnlucky(RATES.partial)) return left;
    return new Decimal(this.world.chance.whole(1, left.toNumber() - 1));
  }

  private quote({ request }: Kept): VenueQuote {
    const [quote] = this.market.quotes([request.symbol]);
    if (quote === undefined) throw new VenueRejected('42210000', `${request.symbol} is not traded`);
    return quote;
  }

  private isUnlucky(rate: number): boolean {
    return this.market.isMoving && this.world.chance.happens(rate);
  }

  private ofKey(brokerKey: string): Kept | undefined {
    return this.orders.findLast(({ request }) => request.brokerKey === brokerKey);
  }

  private ofId(venueOrderId: string): Kept | undefined {
    return this.orders.find(({ id, leg }) => id === venueOrderId || leg?.id === venueOrderId);
  }
}
