import { Decimal } from '@ballast/money';
import { COMMISSION_DECIMALS, COMMISSION_RATE } from './commission.js';
import { isWorking, leaves, type Order, type OrderTerms } from './order.js';
import type { Position } from './position.js';
import { boundPrice } from './trigger.js';

/** The latest ask of a symbol, undefined before its first price. */
export type AskOf = (symbol: string) => Decimal | undefined;

/** A short sale counts at least this much above the ask: Alpaca's rule. */
const SHORT_SALE_FACTOR = new Decimal('1.03');
/** What must stand behind a short position, as a multiple of its value: Regulation T, 12 CFR 220.12(c)(1). */
const SHORT_COLLATERAL_FACTOR = new Decimal('1.5');

/** The most that a buy of a quantity can cost with its commission, in dollars rounded up to cents. */
export function costAtMost(quantity: Decimal, price: Decimal): Decimal {
  return withCommission(quantity.times(price));
}

/** What an order that opens a position speaks for, in dollars: zero for one that closes. */
export function costOfOpening(
  order: OrderTerms & { filledQuantity?: Decimal; filledNotional?: Decimal },
  ask: Decimal,
): Decimal {
  const intent = intentOf(order);
  if (intent === 'buy_to_close' || intent === 'sell_to_close') return new Decimal(0);
  if (order.notional !== undefined) return withCommission(order.notional.minus(order.filledNotional ?? 0));
  const quantity = order.quantity.minus(order.filledQuantity ?? 0);
  if (intent === 'buy_to_open') return costAtMost(quantity, boundPrice(order) ?? ask);
  return costAtMost(quantity, Decimal.max(order.limitPrice ?? 0, ask.times(SHORT_SALE_FACTOR)));
}

/** What an order does to the position; orders that do not say so buy to open and sell to close. */
export function intentOf(order: OrderTerms): NonNullable<OrderTerms['intent']> {
  return order.intent ?? (order.side === 'buy' ? 'buy_to_open' : 'sell_to_close');
}

/** What open orders have spoken for, in dollars; an order without a bound counts at the ask of its symbol now. */
export function heldByOpenings(orders: Iterable<Order>, askOf: AskOf): Decimal {
  let held = new Decimal(0);
  for (const order of orders) {
    if (isWorking(order)) held = held.plus(costOfOpening(order, askOf(order.symbol) ?? new Decimal(0)));
  }
  return held;
}

/** What must stand behind the short positions, in dollars rounded up to cents. */
export function shortCollateral(positions: Iterable<Position>, askOf: AskOf): Decimal {
  let held = new Decimal(0);
  for (const { symbol, quantity } of positions) {
    if (!quantity.isNegative()) continue;
    held = held.plus(
      quantity
        .abs()
        .times(askOf(symbol) ?? 0)
        .times(SHORT_COLLATERAL_FACTOR),
    );
  }
  return held.toDecimalPlaces(COMMISSION_DECIMALS, Decimal.ROUND_UP);
}

/** What the orders that close a symbol's position have spoken for, in units; two exits of which one ends the other count once. */
export function heldByClosings(orders: Iterable<Order>, symbol: string): Decimal {
  const byGroup = new Map<string, Decimal>();
  for (const order of orders) {
    if (order.symbol !== symbol || !isWorking(order) || !intentOf(order).endsWith('_to_close')) continue;
    const group = order.ocoGroup ?? order.id;
    byGroup.set(group, Decimal.max(byGroup.get(group) ?? 0, leaves(order)));
  }
  return [...byGroup.values()].reduce((sum, each) => sum.plus(each), new Decimal(0));
}

function withCommission(notional: Decimal): Decimal {
  return notional.times(COMMISSION_RATE.plus(1)).toDecimalPlaces(COMMISSION_DECIMALS, Decimal.ROUND_UP);
}
