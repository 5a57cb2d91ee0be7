import {
  CAPITAL_ASSET,
  DECIMAL_FRACTION_DIGITS_MAX,
  Decimal,
  decimalText,
  shareOfUnits,
  toUnits,
  unitsBetween,
  unitsText,
} from '@ballast/money';
import type { OrderExecutedV1 } from '@ballast/contracts/orders';
import type { Book } from './book.js';
import { tradeOf } from './book.js';
import { holdPart } from './hold-part.js';
import type { Costs } from './hold-part.js';
import type { Order } from './order.js';
import { remainingQuantity } from './order.js';
import type { OrderEvent } from './order-event.js';
import { reference } from './submission.js';
import { isOfShort, isShort } from './trade.js';

/** One fill as the broker reports it. */
export interface ExecutionReport {
  readonly executionId: string;
  readonly quantity: Decimal;
  readonly price: Decimal;
  /** The broker's fee for this fill in USD, where it reports one. */
  readonly fee: Decimal | undefined;
  /** ISO 8601. */
  readonly at: string;
}

/** More was executed than was ordered. */
export class Overfill extends Error {
  override readonly name = 'Overfill';
}

/** An entry was executed while the profile has a trade in the other direction; at the broker one has closed the other. */
export class FillAgainstTrade extends Error {
  override readonly name = 'FillAgainstTrade';
}

/**
 * The event of one more execution. The caller has made sure that this execution id was not recorded before. The fee is
 * the broker's, else `feeRate` × notional, rounded half-even to cents over the whole order so far. Price, notional and
 * fee are rounded half-even to the decimals that an event can carry. Throws `Overfill`, and `FillAgainstTrade`.
 */
export function decideExecution(order: Order, book: Book, report: ExecutionReport, feeRate: Decimal): OrderEvent {
  const quantityAfter = order.filledQuantity.plus(report.quantity);
  if (report.quantity.gt(remainingQuantity(order))) {
    throw new Overfill(
      `order ${order.id}: execution ${report.executionId} makes ${quantityAfter.toFixed()} of ${order.quantity.toFixed()}`,
    );
  }
  const notionalAfter = carried(order.notional.plus(report.quantity.times(report.price)));
  const feeAfter =
    report.fee === undefined ? scheduledFee(notionalAfter, feeRate) : carried(order.fees.plus(report.fee));
  const after = { filledQuantity: quantityAfter, notional: notionalAfter, fees: feeAfter };
  return {
    fact: 'executed',
    data: {
      ...reference(order),
      executionId: report.executionId,
      executionNumber: order.executions + 1,
      tradeId: order.tradeId,
      symbol: order.symbol,
      side: order.side,
      intent: order.intent,
      quantity: decimalText(report.quantity),
      price: decimalText(carried(report.price)),
      orderQuantity: decimalText(order.quantity),
      quantityBefore: decimalText(order.filledQuantity),
      quantityAfter: decimalText(quantityAfter),
      notionalBefore: decimalText(order.notional),
      notionalAfter: decimalText(notionalAfter),
      feeBefore: decimalText(order.fees),
      feeAfter: decimalText(feeAfter),
      ...(order.intent === 'entry' ? entered(order, book, report.quantity) : closed(order, book, report.quantity)),
      ...partTexts(order, after, { ...report, feeRate }),
      asset: CAPITAL_ASSET,
      fillsOrder: report.quantity.eq(remainingQuantity(order)),
      executedAt: report.at,
      ...(order.revision === 0 ? {} : { revision: order.revision }),
    },
  };
}

/** Half-even at the last decimal that an event can carry. */
export function carried(value: Decimal): Decimal {
  return value.toDecimalPlaces(DECIMAL_FRACTION_DIGITS_MAX, Decimal.ROUND_HALF_EVEN);
}

/** Fee by schedule over everything executed so far, in whole cents, half-even. */
function scheduledFee(notional: Decimal, feeRate: Decimal): Decimal {
  return new Decimal(unitsText(toUnits(notional.times(feeRate), CAPITAL_ASSET, 'half-even'), CAPITAL_ASSET));
}

/** What an entry adds to its trade beside its cost: in a short one the collateral of what was sold. */
function entered(order: Order, book: Book, quantity: Decimal): ClosedAmounts {
  const trade = tradeOf(book, order.symbol);
  if (trade !== undefined && isShort(trade) !== isOfShort(order))
    throw new FillAgainstTrade(`order ${order.id}: it was executed against the open trade in ${order.symbol}`);
  const { collateralPrice, filledQuantity } = order;
  if (collateralPrice === undefined) return { closedCostUnits: '0' };
  const [before, after] = [filledQuantity, filledQuantity.plus(quantity)].map((sold) => sold.times(collateralPrice));
  const collateralUnits = unitsBetween(before ?? ZERO, after ?? ZERO, CAPITAL_ASSET).toString();
  return { closedCostUnits: '0', collateralUnits };
}

/** By average cost: the share of what entering came to that belongs to the part being closed; the last part closes all of it. */
function closed(order: Order, book: Book, quantity: Decimal): ClosedAmounts {
  const trade = tradeOf(book, order.symbol);
  if (trade === undefined || isShort(trade) !== isOfShort(order) || trade.quantity.lt(quantity)) {
    throw new Overfill(`order ${order.id}: more of ${order.symbol} was closed than is held`);
  }
  const share = (units: bigint): string => shareOfUnits(units, quantity, trade.quantity).toString();
  const { costUnits, collateralUnits } = trade;
  return collateralUnits === undefined
    ? { closedCostUnits: share(costUnits) }
    : { closedCostUnits: '0', closedProceedsUnits: share(costUnits), collateralUnits: share(collateralUnits) };
}

function partTexts(order: Order, after: Parameters<typeof holdPart>[1], costs: Costs) {
  const units = order.intent === 'entry' ? holdPart(order, after, costs) : undefined;
  return units === undefined ? {} : { holdPartUnits: units.toString() };
}

type ClosedAmounts = Pick<OrderExecutedV1, 'closedCostUnits' | 'closedProceedsUnits' | 'collateralUnits'>;
const ZERO = new Decimal(0);
