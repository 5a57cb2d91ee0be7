import type { Decimal } from '@ballast/money';
import type { Execution } from './execution.js';
import type { Order } from './order.js';
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
