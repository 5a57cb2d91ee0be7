import { Decimal } from '@ballast/money';
import type { Match } from './matching.js';
import type { Side } from './order.js';

/** What the account owns of a symbol and what that cost, without commissions. */
export interface Position {
  symbol: string;
  quantity: Decimal;
  cost: Decimal;
}

/** A position before anything was bought. */
export function flat(symbol: string): Position {
  return { symbol, quantity: new Decimal(0), cost: new Decimal(0) };
}

/** A position after a trade, at average cost; throws when more is sold than there is. */
export function afterTrade(position: Position, side: Side, match: Match): Position {
  if (side === 'buy') {
    return {
      ...position,
      quantity: position.quantity.plus(match.quantity),
      cost: position.cost.plus(match.quantity.times(match.price)),
    };
  }
  const quantity = position.quantity.minus(match.quantity);
  if (quantity.lt(0)) throw new Error(`position in ${position.symbol} is smaller than what was sold`);
  return { ...position, quantity, cost: position.cost.times(quantity).div(position.quantity) };
}
