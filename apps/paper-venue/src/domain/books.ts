import type { Decimal } from '@ballast/money';
import type { Execution } from './execution.js';
import { isOpen, type Order } from './order.js';
import type { Position } from './position.js';
import type { Tick } from './tick.js';

/** What the venue keeps at hand: the account and every order it still works on, oldest first. */
export interface Books {
  cash: Decimal;
  readonly positions: Map<string, Position>;
  readonly open: Map<string, Order>;
  readonly ticks: Map<string, Tick>;
}

/** Everything that one turn changed; it is committed as a whole or not at all. */
export interface Changes {
  orders: readonly Order[];
  executions: readonly Execution[];
  positions: readonly Position[];
  cash: Decimal;
  /** The symbol's market with what this turn traded taken off. */
  tick: Tick | undefined;
}

/** Puts what a turn changed into the books. */
export function applyChanges(books: Books, changes: Changes): void {
  books.cash = changes.cash;
  for (const position of changes.positions) {
    if (position.quantity.isZero()) books.positions.delete(position.symbol);
    else books.positions.set(position.symbol, position);
  }
  for (const order of changes.orders) {
    if (isOpen(order)) books.open.set(order.id, order);
    else books.open.delete(order.id);
  }
  if (changes.tick) books.ticks.set(changes.tick.symbol, changes.tick);
}
