import type { EventEnvelope } from '@ballast/contracts';
import { Decimal, decimal } from '@ballast/money';
import type { OrderPlacedV1, OrderTriggeredV1 } from '@ballast/contracts/orders';
import type { State } from './model-state.js';
import type { OrdersWorld } from './orders-world.js';

/** An order that waits, and the best price of its side since it was placed: the lowest for a purchase. */
interface Waiter {
  readonly placed: OrderPlacedV1;
  readonly firstStop: Decimal;
  best: Decimal;
  state: 'waits' | 'set-off' | 'over';
}

/** The rules of orders that wait here: set off once, by the market, and sent only then. */
export class WaitingModel {
  readonly broken: string[] = [];
  private readonly waiters = new Map<string, Waiter>();

  constructor(private readonly world: OrdersWorld) {}

  heard({ type, data }: EventEnvelope): void {
    if (type === 'order.placed.v1') this.place(data as OrderPlacedV1);
    if (type === 'order.triggered.v1') this.trigger(data as OrderTriggeredV1);
    if (type === 'order.ended.v1') this.end(data as OrderTriggeredV1);
  }

  /** An order is about to reach the broker. */
  submission(orderId: string): void {
    this.must(!this.isWaiting(orderId), `${orderId} is sent and the market has not set it off`);
  }

  /** Whether the order is here until the market sets it off. */
  isWaiting(orderId: string): boolean {
    return this.waiters.get(orderId)?.state === 'waits';
  }

  /** Holds after every step. */
  check(): void {
    expect(this.broken).toEqual([]);
    for (const waiter of this.waiters.values()) {
      const price = this.priceOf(waiter.placed);
      waiter.best = waiter.placed.side === 'buy' ? Decimal.min(waiter.best, price) : Decimal.max(waiter.best, price);
    }
  }

  /** Holds when every replica has looked: what the market sets off does not wait any more. */
  checkAtRest({ live }: State): void {
    for (const { id, state } of live.filter((order) => this.isWaiting(order.id))) {
      const { placed, firstStop } = this.of(id);
      const isSetOff = isReached(placed, firstStop, this.priceOf(placed));
      expect({ id, state, isSetOff }).toEqual({ id, state: 'accepted', isSetOff: false });
    }
  }

  private place(placed: OrderPlacedV1): void {
    if (placed.triggeredHere !== true) return;
    const firstStop = decimal(placed.stopPrice ?? '');
    this.waiters.set(placed.orderId, { placed, firstStop, best: this.priceOf(placed), state: 'waits' });
  }

  private trigger({ orderId, stopPrice, marketPrice }: OrderTriggeredV1): void {
    const waiter = this.of(orderId);
    const { placed, firstStop, best } = waiter;
    this.must(waiter.state === 'waits', `${orderId} is set off and does not wait`);
    waiter.state = 'set-off';
    const [stop, market] = [decimal(stopPrice), decimal(marketPrice)];
    this.must(market.eq(this.priceOf(placed)), `${orderId} is set off at ${marketPrice}, which is not the market`);
    this.must(isReached(placed, stop, market), `${orderId} is set off at ${marketPrice} by ${stopPrice}`);
    const isHeld = placed.intent === 'exit' || this.world.told.has(`${orderId} 0`);
    this.must(isHeld, `${orderId} is set off before its capital is held`);
    const [low, high] = placed.side === 'buy' ? [behind(placed, best), firstStop] : [firstStop, behind(placed, best)];
    this.must(
      stop.gte(low) && stop.lte(high),
      `${orderId} stands at ${stopPrice}, between ${low.toFixed()} and ${high.toFixed()}`,
    );
  }

  private end({ orderId }: OrderTriggeredV1): void {
    const waiter = this.waiters.get(orderId);
    if (waiter !== undefined) waiter.state = 'over';
  }

  private priceOf({ symbol, side }: OrderPlacedV1): Decimal {
    const { bid, ask } = this.world.broker.market.prices(symbol);
    return side === 'buy' ? ask : bid;
  }

  private of(orderId: string): Waiter {
    const waiter = this.waiters.get(orderId);
    if (waiter === undefined) throw new Error(`${orderId} does not wait here`);
    return waiter;
  }

  private must(isSo: boolean, otherwise: string): void {
    if (!isSo) this.broken.push(otherwise);
  }
}

/** A purchase waits for a rise and a sale for a fall; a touch for the contrary. */
function isReached({ side, type }: OrderPlacedV1, stop: Decimal, market: Decimal): boolean {
  const forRise = type === 'market-if-touched' ? side === 'sell' : side === 'buy';
  return forRise ? market.gte(stop) : market.lte(stop);
}

/** Where an order stands at most when the market was at its best; one that does not trail stands where it was placed. */
function behind({ side, stopPrice, trailPrice, trailPercent }: OrderPlacedV1, best: Decimal): Decimal {
  const trail = trailPrice === undefined ? best.times(trailPercent ?? 0).div(100) : decimal(trailPrice);
  if (trail.isZero()) return decimal(stopPrice ?? '');
  const away = side === 'buy' ? best.plus(trail) : best.minus(trail);
  return away.toDecimalPlaces(2, side === 'buy' ? Decimal.ROUND_UP : Decimal.ROUND_DOWN);
}
