import type { Decimal } from '@ballast/money';
import type { Books, Changes } from './books.js';
import { commissionOf } from './commission.js';
import type { Announcement, Execution } from './execution.js';
import { decideMatch, type Match } from './matching.js';
import { evolve, isOpen, leaves, openedOrder, type Order, type OrderEnd, type OrderTerms } from './order.js';
import { afterTrade, flat, type Position } from './position.js';
import { without, type Tick } from './tick.js';

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
  private position: Position | undefined;
  private cash: Decimal;

  constructor(
    private readonly books: Books,
    private readonly source: TurnSource,
    private tick: Tick | undefined,
  ) {
    this.cash = books.cash;
  }

  /** Takes an order in. */
  open(terms: OrderTerms): Order {
    return this.note({ event: 'new', order: openedOrder(terms), at: terms.createdAt });
  }

  /** Trades an order as far as the tick allows. A buy that the cash cannot pay ends instead: cash never goes below zero. */
  match(order: Order): Order {
    const match = this.tick && decideMatch(order, this.tick);
    if (!match) return order;
    const commission = commissionOf(order, match);
    const cost = match.quantity.times(match.price);
    const cash = order.side === 'buy' ? this.cash.minus(cost) : this.cash.plus(cost);
    if (cash.minus(commission).lt(0)) return this.end(order, order.filledQuantity.isZero() ? 'rejected' : 'canceled');
    this.cash = cash.minus(commission);
    this.tick = this.tick && without(this.tick, match.quantity);
    return this.execute(order, match, commission);
  }

  /** Ends an order that is not filled. */
  end(order: Order, as: OrderEnd): Order {
    const at = this.source.nextMoment();
    return this.note({ event: as, order: evolve(order, { type: 'ended', as, at }), at });
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

  private execute(order: Order, match: Match, commission: Decimal): Order {
    const at = this.source.nextMoment();
    const before = this.position ?? this.books.positions.get(order.symbol) ?? flat(order.symbol);
    this.position = afterTrade(before, order.side, match);
    const after = evolve(order, { type: 'executed', ...match, commission, at });
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
    return this.note({ event: isOpen(after) ? 'partial_fill' : 'fill', order: after, at, execution });
  }

  private note(announcement: Announcement): Order {
    this.announcements.push(announcement);
    this.orders.set(announcement.order.id, announcement.order);
    return announcement.order;
  }
}
