import type { Decimal } from '@ballast/money';
import { assetOf, type Asset } from './asset.js';
import type { Books, Changes } from './books.js';
import { commissionOf } from './commission.js';
import type { Announcement, Execution } from './execution.js';
import { decideMatch, quantityFor, type Match } from './matching.js';
import { consequencesOf } from './order-group.js';
import {
  evolve,
  isOpen,
  isWorking,
  leaves,
  openedOrder,
  type Order,
  type OrderEnd,
  type OrderEvent,
  type OrderTerms,
} from './order.js';
import { afterTrade, flat, type Position } from './position.js';
import { without, type Tick } from './tick.js';
import { boundPrice, watched } from './trigger.js';

/** Names and moments that a turn uses up. */
export interface TurnSource {
  newId(): string;
  nextMoment(): string;
}

/** One change of the books in the making, within one symbol; the books stay as they are until it is committed. */
export class Turn {
  readonly announcements: Announcement[] = [];
  private readonly orders = new Map<string, Order>();
  private readonly executions: Execution[] = [];
  private readonly asset: Asset;
  private position: Position | undefined;
  private cash: Decimal;

  /** `tick` is what may be traded against; undefined while nothing may. Throws for a symbol that is no asset. */
  constructor(
    private readonly books: Books,
    private readonly source: TurnSource,
    private readonly symbol: string,
    private tick: Tick | undefined,
  ) {
    const asset = assetOf(symbol);
    if (!asset) throw new Error(`${symbol} is no asset of this venue`);
    this.asset = asset;
    this.cash = books.cash;
  }

  /** Takes an order in. */
  open(terms: OrderTerms): Order {
    return this.announce({ event: 'new', order: openedOrder(terms), at: terms.createdAt });
  }

  /** Takes an order in that waits until another one activates it. */
  hold(terms: OrderTerms): Order {
    return this.keep(openedOrder(terms, 'held'));
  }

  /** The order as this turn has left it. */
  current(order: Order): Order {
    return this.orders.get(order.id) ?? order;
  }

  /** Shows the tick to every order of the symbol, oldest first, until its volume is used up. */
  matchAll(): void {
    for (const order of this.books.open.values()) {
      if (order.symbol === this.symbol) this.match(order);
    }
  }

  /** Trades an order as far as the tick allows. A buy that the cash cannot pay ends instead: cash never goes below zero. */
  match(order: Order): Order {
    const current = this.current(order);
    if (!this.tick || !isWorking(current)) return current;
    const ready = this.readied(current, this.tick);
    const match = decideMatch(ready, this.tick);
    if (!match) return ready;
    if (!this.canPay(ready, match)) return this.end(ready, ready.filledQuantity.isZero() ? 'rejected' : 'canceled');
    this.tick = without(this.tick, match.quantity);
    return this.execute(ready, match);
  }

  /** Fills the whole rest of an order at its own bound, or where it has none at the market, whatever the tick offers. */
  fill(order: Order, options: { quantity?: Decimal; late?: boolean } = {}): Order {
    const current = this.current(order);
    const market = this.books.ticks.get(this.symbol);
    const price = boundPrice(current) ?? (current.side === 'buy' ? market?.ask : market?.bid);
    if (price === undefined) return current;
    const match = { price, quantity: options.quantity ?? leaves(current) };
    return this.canPay(current, match) ? this.execute(current, match, options.late) : current;
  }

  /** Ends an order that is not filled, and with it those it is tied to; a replaced one leaves them to its successor. */
  end(order: Order, as: OrderEnd, replacedBy?: string): Order {
    const at = this.source.nextMoment();
    const event: OrderEvent = { type: 'ended', as, at, ...(replacedBy === undefined ? {} : { replacedBy }) };
    const ended = this.announce({ event: as, order: evolve(this.current(order), event), at });
    if (as !== 'replaced') this.settleGroup(ended);
    return ended;
  }

  /** Makes an order's legs the legs of the order that has taken its place. */
  adopt(legsOf: Order, successor: Order): void {
    for (const other of this.everyOrder()) {
      if (other.parentId === legsOf.id && isOpen(other)) this.keep({ ...other, parentId: successor.id });
    }
  }

  /** Whether anything happened. */
  get isEmpty(): boolean {
    return this.orders.size === 0;
  }

  /** What there is to commit. */
  changes(): Changes {
    return {
      orders: [...this.orders.values()],
      executions: this.executions,
      positions: this.position ? [this.position] : [],
      cash: this.cash,
      tick: this.tick,
    };
  }

  /** The order with its stop moved and set off by the tick, and a notional turned into what it buys at the tick's price. */
  private readied(order: Order, tick: Tick): Order {
    const { priceIncrement, quantityIncrement } = this.asset;
    const seen = watched(order, tick, { priceIncrement, now: () => this.source.nextMoment() });
    const price = order.side === 'buy' ? tick.ask : tick.bid;
    const rest = seen.notional && quantityFor(seen.notional.minus(seen.filledNotional), price, quantityIncrement);
    const quantity = rest?.gt(0) ? seen.filledQuantity.plus(rest) : seen.quantity;
    if (quantity.eq(seen.quantity)) return seen === order ? order : this.keep(seen);
    return this.keep(evolve(seen, { type: 'resized', quantity, at: seen.updatedAt }));
  }

  private canPay(order: Order, match: Match): boolean {
    return !this.cashAfter(order, match).isNegative();
  }

  private cashAfter(order: Order, match: Match): Decimal {
    const cost = match.quantity.times(match.price);
    const cash = order.side === 'buy' ? this.cash.minus(cost) : this.cash.plus(cost);
    return cash.minus(commissionOf(order, match));
  }

  private execute(order: Order, match: Match, late = false): Order {
    const at = this.source.nextMoment();
    const commission = commissionOf(order, match);
    this.cash = this.cashAfter(order, match);
    const before = this.position ?? this.books.positions.get(order.symbol) ?? flat(order.symbol);
    this.position = afterTrade(before, order.side, match);
    const after = evolve(order, { type: 'executed', ...match, commission, at, late });
    const execution: Execution = {
      id: this.source.newId(),
      orderId: order.id,
      clientOrderId: order.clientOrderId,
      symbol: order.symbol,
      side: order.side,
      ...match,
      cumulativeQuantity: after.filledQuantity,
      leavesQuantity: leaves(after),
      commission,
      positionQuantity: this.position.quantity,
      at,
    };
    this.executions.push(execution);
    const event = leaves(after).isZero() ? 'fill' : 'partial_fill';
    this.announce({ event, order: after, at, execution });
    this.settleGroup(after);
    return after;
  }

  /** Lets the other orders of the group have what the rules give them; activated ones may trade at once. */
  private settleGroup(order: Order): void {
    if (order.ocoGroup === undefined && (order.orderClass ?? 'simple') === 'simple') return;
    for (const consequence of consequencesOf(order, this.everyOrder())) {
      const other = this.current(consequence.order);
      if (!isOpen(other)) continue;
      const at = this.source.nextMoment();
      if (consequence.then === 'cancel') {
        this.announce({ event: 'canceled', order: evolve(other, { type: 'ended', as: 'canceled', at }), at });
      } else if (consequence.then === 'resize') {
        this.keep(evolve(other, { type: 'resized', quantity: consequence.quantity, at }));
      } else {
        this.announce({ event: 'new', order: evolve(other, { type: 'activated', at }), at });
        this.match(other);
      }
    }
  }

  private everyOrder(): Order[] {
    const known = new Map(this.books.open);
    this.orders.forEach((order, id) => known.set(id, order));
    return [...known.values()];
  }

  private announce(announcement: Announcement): Order {
    this.announcements.push(announcement);
    return this.keep(announcement.order);
  }

  private keep(order: Order): Order {
    this.orders.set(order.id, order);
    return order;
  }
}
