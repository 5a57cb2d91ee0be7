import type { Decimal } from '@ballast/money';
import type { FillFile } from './adapters/fill-file.js';
import type { VenueStore } from './adapters/venue.store.js';
import { heldByBuys } from './domain/admission.js';
import type { Books, Changes } from './domain/books.js';
import type { Announcement } from './domain/execution.js';
import { isOpen } from './domain/order.js';
import type { Tick } from './domain/tick.js';
import { Turn, type TurnSource } from './domain/turn.js';

/** Who hears what happened, once it is durable. */
export type Announce = (announcement: Announcement) => void;

/** The one place where the venue changes: a turn is committed, then written to the fill file, then announced. */
export class Exchange {
  constructor(
    readonly store: VenueStore,
    readonly books: Books,
    readonly source: TurnSource,
    private readonly outlets: { fills: FillFile; announce: Announce },
  ) {}

  /** Cash that no open buy has spoken for, in dollars. */
  buyingPower(): Decimal {
    const held = heldByBuys(this.books.open.values(), (symbol) => this.books.ticks.get(symbol)?.ask);
    return this.books.cash.minus(held);
  }

  /** Begins a change within one symbol. */
  turn(symbol: string): Turn {
    return new Turn(this.books, this.source, this.books.ticks.get(symbol));
  }

  /** Makes a turn durable and known; when it throws before the commit, nothing has happened. */
  commit(turn: Turn): void {
    if (turn.isEmpty) return;
    const changes = turn.changes();
    this.store.commit(changes);
    this.apply(changes);
    this.outlets.fills.append(changes.executions);
    turn.announcements.forEach(this.outlets.announce);
  }

  /** Puts a new price up; it trades nothing by itself. */
  quote(tick: Tick): void {
    this.books.ticks.set(tick.symbol, tick);
  }

  private apply(changes: Changes): void {
    this.books.cash = changes.cash;
    for (const position of changes.positions) {
      if (position.quantity.isZero()) this.books.positions.delete(position.symbol);
      else this.books.positions.set(position.symbol, position);
    }
    for (const order of changes.orders) {
      if (isOpen(order)) this.books.open.set(order.id, order);
      else this.books.open.delete(order.id);
    }
    if (changes.tick) this.books.ticks.set(changes.tick.symbol, changes.tick);
  }
}
