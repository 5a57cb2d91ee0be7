import { Decimal } from '@ballast/money';
import type { FillFile } from './adapters/fill-file.js';
import type { VenueStore } from './adapters/venue.store.js';
import { applyChanges, type Books } from './domain/books.js';
import type { Announcement } from './domain/execution.js';
import { heldByOpenings, shortCollateral } from './domain/holds.js';
import type { Order } from './domain/order.js';
import type { Tick } from './domain/tick.js';
import { Turn, type TurnSource } from './domain/turn.js';

/** What this installation allows, and what the market is kept from for now. */
export interface ExchangeRules {
  isShortingAllowed: boolean;
  /** Whether nothing of a symbol may trade now. */
  isHalted(symbol: string): boolean;
  /** The most of a symbol that a tick may offer now; undefined where nothing thins it out. */
  volumeMax(symbol: string): Decimal | undefined;
}

/** What the exchange may do, where what happened goes once it is durable, and who hears of a new price. */
export interface Surroundings {
  rules: ExchangeRules;
  fills: FillFile;
  announce(announcement: Announcement): void;
  quoted(tick: Tick): void;
}

/** The one place where the venue changes: a turn is committed, then written to the fill file, then announced. */
export class Exchange {
  constructor(
    readonly store: VenueStore,
    readonly books: Books,
    readonly source: TurnSource,
    private readonly around: Surroundings,
  ) {}

  get rules(): ExchangeRules {
    return this.around.rules;
  }

  /** Cash that no open order (but `without`) and no short position has spoken for, in dollars. */
  buyingPower(without?: Order): Decimal {
    const askOf = (symbol: string): Decimal | undefined => this.books.ticks.get(symbol)?.ask;
    const orders = [...this.books.open.values()].filter((order) => order.id !== without?.id);
    return this.books.cash
      .minus(heldByOpenings(orders, askOf))
      .minus(shortCollateral(this.books.positions.values(), askOf));
  }

  /** Begins a change within one symbol; while it is halted nothing in it trades. */
  turn(symbol: string): Turn {
    const tick = this.rules.isHalted(symbol) ? undefined : this.books.ticks.get(symbol);
    return new Turn(this.books, this.source, symbol, tick);
  }

  /** Makes a turn durable and known; when it throws before the commit, nothing has happened. */
  commit(turn: Turn): void {
    if (turn.isEmpty) return;
    const changes = turn.changes();
    this.store.commit(changes);
    applyChanges(this.books, changes);
    this.around.fills.append(changes.executions);
    turn.announcements.forEach((announcement) => this.around.announce(announcement));
  }

  /** Puts a new price up; it trades nothing by itself. */
  quote(tick: Tick): void {
    const volumeMax = this.rules.volumeMax(tick.symbol);
    const offered = volumeMax ? { ...tick, volume: Decimal.min(tick.volume, volumeMax) } : tick;
    this.books.ticks.set(tick.symbol, offered);
    this.around.quoted(offered);
  }
}
