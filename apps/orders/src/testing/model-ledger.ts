import { Decimal, decimal } from '@ballast/money';
import type { EventEnvelope } from '@ballast/contracts';
import type {
  OrderEndedV1,
  OrderExecutedV1,
  OrderPlacedV1,
  OrderReplaceRejectedV1,
  OrderReplaceRequestedV1,
  OrderReplacedV1,
} from '@ballast/contracts/orders';

/** More than this the ledger holds for no order, in whole cents. */
const HOLD_CENTS_MAX = 900_000;
const CENTS_OF_A_DOLLAR = 100;
const ZERO = new Decimal(0);
const FEE_RATE = decimal('0.001');

/** What is held for one entry, and what was filled of it; amounts in whole cents. */
interface Held {
  /** Of a short sale: what stands behind each one. */
  collateralPrice: string | undefined;
  /** For the terms that it has, the parts of its fills since it has them, and what is held for other terms. */
  hold: Decimal;
  parts: Decimal;
  raised: Decimal;
  filled: Decimal;
  notional: Decimal;
  isOver: boolean;
}

/** What capital stands behind the position of one trade, and how large that is. */
interface Backed {
  cents: Decimal;
  quantity: Decimal;
}

/** Whether capital is held for an order, or for other terms of it. */
export type Word = 'held' | 'declined' | undefined;

/** A ledger by plain sums over the events of orders, in the order in which they were committed; it hears each at once. */
export class ModelLedger {
  /** What was not as it must be. */
  readonly broken: string[] = [];
  private readonly holds = new Map<string, Held>();
  private readonly trades = new Map<string, Backed>();

  /** Its word, where the event asks for one. */
  hear({ type, data }: EventEnvelope): Word {
    switch (type) {
      case 'order.placed.v1':
        return this.place(data as OrderPlacedV1);
      case 'order.replace-requested.v1':
        return this.raise(data as OrderReplaceRequestedV1);
      case 'order.replaced.v1':
        return this.settle(data as OrderReplacedV1);
      case 'order.replace-rejected.v1':
        return this.giveBack(data as OrderReplaceRejectedV1);
      case 'order.executed.v1':
        return this.execute(data as OrderExecutedV1);
      case 'order.ended.v1':
        return this.release((data as OrderEndedV1).orderId);
      default:
        return undefined;
    }
  }

  /** What is held for an entry, in whole cents: its hold, less the parts of it that belong to its fills. */
  left(orderId: string): Decimal {
    const held = this.holds.get(orderId);
    if (held === undefined || held.isOver) return ZERO;
    return held.hold.plus(held.raised).minus(held.parts);
  }

  private place(placed: OrderPlacedV1): Word {
    if (placed.intent === 'exit') return undefined;
    const isHeld = decimal(placed.holdUnits).lte(HOLD_CENTS_MAX);
    const hold = isHeld ? decimal(placed.holdUnits) : ZERO;
    const nothing = { parts: ZERO, raised: ZERO, filled: ZERO, notional: ZERO };
    const { collateralPrice } = placed;
    this.holds.set(placed.orderId, { collateralPrice, hold, ...nothing, isOver: !isHeld });
    return isHeld ? 'held' : 'declined';
  }

  private raise({ orderId, holdUnits }: OrderReplaceRequestedV1): Word {
    const held = this.holds.get(orderId);
    if (held === undefined || holdUnits === undefined) return undefined;
    if (decimal(holdUnits).gt(HOLD_CENTS_MAX)) return 'declined';
    held.raised = held.raised.plus(Decimal.max(0, decimal(holdUnits).minus(this.left(orderId))));
    return 'held';
  }

  private settle({ orderId, holdUnits, collateralPrice }: OrderReplacedV1): undefined {
    const held = this.holds.get(orderId);
    if (held === undefined || holdUnits === undefined) return;
    held.hold = Decimal.min(this.left(orderId), holdUnits);
    [held.parts, held.raised] = [ZERO, ZERO];
    held.collateralPrice = collateralPrice;
  }

  private giveBack({ orderId, revision }: OrderReplaceRejectedV1): undefined {
    const held = this.holds.get(orderId);
    if (held === undefined || revision === undefined) return;
    held.raised = ZERO;
  }

  private release(orderId: string): undefined {
    const held = this.holds.get(orderId);
    if (held !== undefined) held.isOver = true;
  }

  private execute(fill: OrderExecutedV1): undefined {
    const trade = this.trades.get(fill.tradeId) ?? { cents: ZERO, quantity: ZERO };
    this.trades.set(fill.tradeId, trade);
    const held = this.holds.get(fill.orderId);
    if (held === undefined) this.close(trade, fill);
    else this.enter(trade, held, fill);
    if (fill.fillsOrder) this.release(fill.orderId);
  }

  private enter(trade: Backed, held: Held, fill: OrderExecutedV1): void {
    const [quantity, { collateralPrice }] = [decimal(fill.quantity), held];
    const before = { ...held };
    held.filled = held.filled.plus(quantity);
    held.notional = held.notional.plus(quantity.times(fill.price));
    const backing = ({ filled, notional }: Held): Decimal =>
      cents(collateralPrice === undefined ? notional : filled.times(collateralPrice));
    const fee = ({ notional }: Held): Decimal => cents(notional.times(FEE_RATE));
    const cost = backing(held).minus(backing(before));
    if (collateralPrice !== undefined)
      this.must(cost.eq(fill.collateralUnits ?? 0), `${fill.orderId} has not the collateral of its fill`);
    trade.cents = trade.cents.plus(cost);
    trade.quantity = trade.quantity.plus(quantity);
    if (held.isOver) return;
    const [charge, part] = [cost.plus(fee(held)).minus(fee(before)), decimal(fill.holdPartUnits ?? '0')];
    this.must(charge.lte(part), `a fill of ${fill.orderId} costs ${charge.toFixed()}, its part is ${part.toFixed()}`);
    held.parts = held.parts.plus(part);
    const most = held.hold.plus(held.raised);
    this.must(held.parts.lte(most), `${fill.orderId} has taken ${held.parts.toFixed()} of ${most.toFixed()}`);
  }

  /** What stands behind the part that is closed is free again: never more than there is, and all of it with the last part. */
  private close(trade: Backed, { orderId, quantity, closedCostUnits, collateralUnits }: OrderExecutedV1): void {
    trade.cents = trade.cents.minus(collateralUnits ?? closedCostUnits);
    trade.quantity = trade.quantity.minus(quantity);
    this.must(!trade.cents.isNegative(), `${orderId} sets free more than stands behind its trade`);
    if (trade.quantity.isZero())
      this.must(trade.cents.isZero(), `${orderId} leaves ${trade.cents.toFixed()} behind nothing`);
  }

  private must(isSo: boolean, otherwise: string): void {
    if (!isSo) this.broken.push(otherwise);
  }
}

function cents(dollars: Decimal): Decimal {
  return dollars.times(CENTS_OF_A_DOLLAR).toDecimalPlaces(0, Decimal.ROUND_HALF_EVEN);
}
