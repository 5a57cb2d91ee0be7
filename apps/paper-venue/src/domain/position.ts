import { Decimal } from '@ballast/money';
import type { Match } from './matching.js';
import type { Side } from './order.js';

/** What the account owns of a symbol and what that cost, without commissions; both are below zero for a short position. */
export interface Position {
  symbol: string;
  quantity: Decimal;
  cost: Decimal;
}

/** A position before anything was bought. */
export function flat(symbol: string): Position {
  return { symbol, quantity: new Decimal(0), cost: new Decimal(0) };
}

/** A position after a trade, at average cost; a trade through zero closes the old position and opens the rest at its own price. */
export function afterTrade(position: Position, side: Side, match: Match): Position {
  const change = side === 'buy' ? match.quantity : match.quantity.negated();
  const quantity = position.quantity.plus(change);
  if (position.quantity.isZero() || position.quantity.isNegative() === change.isNegative()) {
    return { ...position, quantity, cost: position.cost.plus(change.times(match.price)) };
  }
  if (match.quantity.gt(position.quantity.abs())) return { ...position, quantity, cost: quantity.times(match.price) };
  return { ...position, quantity, cost: position.cost.times(quantity).div(position.quantity) };
}
