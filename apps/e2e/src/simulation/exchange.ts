import { Decimal, decimal } from '@ballast/money';
import { VenueRejected } from '@ballast/venue';
import type { VenueExecution, VenueOrder, VenueOrderRequest, VenueQuote, VenueUpdate } from '@ballast/venue';
import { isOpen, leftOf, legView, priceFor, reported, view } from './exchange-order.js';
import type { Fill, Kept } from './exchange-order.js';
import type { Surroundings } from './wire.js';

/** What can be traded. */
export const SYMBOLS = ['AAPL', 'MSFT'] as const;
export type TradedSymbol = (typeof SYMBOLS)[number];

/** Milliseconds after which a look-up surely shows what was accepted, and a list what was executed. */
export const VISIBILITY_MS_MAX = 300;

const ZERO = new Decimal(0);
const CENT = decimal('0.01');
/** Milliseconds between two looks at an order that the market would fill, and between two prices. */
const MATCH_MS_MAX = 150;
const TICK_MS = { least: 150, most: 900 } as const;
/** By how much a price moves at most, in cents. */
const MOVE_CENTS_MAX = 150;
/** How likely what goes wrong at the exchange is, of every order, fill, cancel and tick. */
const RATES = { reject: 0.04, partial: 0.35, late: 0.15, halt: 0.01, stale: 0.01 } as const;
const HALT_MS_MAX = 5_000;
const STALE_MS = 60_000;

/** Who hears what becomes of orders, the moment it does. */
export interface ExchangeEar {
  /** Before an order is taken. */
  submitted(request: VenueOrderRequest): void;
  /** An order was taken that was not there before. */
  accepted(brokerKey: string): void;
  updated(update: VenueUpdate): void;
}

/**
 * A market in two symbols with the books of one account: orders rest until the price comes to them, fill in parts, are
 * rejected, and end late. What it says of itself is always true.
 */
export class Exchange {
  readonly fills: Fill[] = [];
  /** Whether prices move and orders go wrong. */
  isTroubled = true;
  private readonly orders: Kept[] = [];
  private readonly cents: Record<string, number> = { AAPL: 10_000, MSFT: 20_000 };
  private haltedUntilMs = 0;
  private staleUntilMs = 0;

  constructor(
    private readonly world: Surroundings,
    private readonly ear: ExchangeEar,
    /** Whether a broker key that is known finds the order that it made before. */
    private readonly hasUniqueKeys: boolean,
  ) {
    this.tick();
  }

  /** Takes an order, or throws `VenueRejected`. */
  submit(request: VenueOrderRequest): VenueOrder {
    this.ear.submitted(request);
    const before = this.hasUniqueKeys ? this.ofKey(request.brokerKey) : undefined;
    if (before !== undefined) return view(before);
    if (this.isUnlucky(RATES.reject)) throw new VenueRejected('40310000', 'the account is restricted for a moment');
    const { chance, timeline } = this.world;
    const id = `venue-${this.orders.length + 1}`;
    const leg = { id: `${id}-leg`, status: 'open' as const, filled: ZERO, isSetOff: false };
    const kept: Kept = {
      request,
      id,
      visibleAtMs: timeline.nowMs + chance.between(0, VISIBILITY_MS_MAX),
      status: 'open',
      filled: ZERO,
      isSetOff: request.stopPrice === undefined,
      isMatching: false,
      leg: request.orderClass === 'oco' ? leg : undefined,
    };
    this.orders.push(kept);
    this.ear.accepted(request.brokerKey);
    this.consider(kept);
    return view(kept);
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

  quotes(symbols: readonly string[]): VenueQuote[] {
    const { nowMs } = this.world.timeline;
    const at = new Date(nowMs - (nowMs < this.staleUntilMs ? STALE_MS : 0));
    return symbols.flatMap((symbol) => {
      const cents = this.cents[symbol];
      return cents === undefined ? [] : [{ symbol, bid: CENT.times(cents - 1), ask: CENT.times(cents), at }];
    });
  }

  isTradable(): boolean {
    return this.world.timeline.nowMs >= this.haltedUntilMs;
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

  private tick(): void {
    const { timeline, chance } = this.world;
    timeline.after(chance.between(TICK_MS.least, TICK_MS.most), () => {
      if (!this.isTroubled) return;
      this.tick();
      const symbol = chance.oneOf(SYMBOLS);
      this.cents[symbol] = (this.cents[symbol] ?? 0) + chance.whole(-MOVE_CENTS_MAX, MOVE_CENTS_MAX);
      if (chance.happens(RATES.halt)) this.haltedUntilMs = timeline.nowMs + chance.between(0, HALT_MS_MAX);
      if (chance.happens(RATES.stale)) this.staleUntilMs = timeline.nowMs + chance.between(0, HALT_MS_MAX);
      for (const kept of this.orders) this.consider(kept);
    });
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
    if (!this.isTradable()) return false;
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
    const [quote] = this.quotes([request.symbol]);
    if (quote === undefined) throw new VenueRejected('42210000', `${request.symbol} is not traded`);
    return quote;
  }

  private isUnlucky(rate: number): boolean {
    return this.isTroubled && this.world.chance.happens(rate);
  }

  private ofKey(brokerKey: string): Kept | undefined {
    return this.orders.findLast(({ request }) => request.brokerKey === brokerKey);
  }

  private ofId(venueOrderId: string): Kept | undefined {
    return this.orders.find(({ id, leg }) => id === venueOrderId || leg?.id === venueOrderId);
  }
}
