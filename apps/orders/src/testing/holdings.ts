import { Decimal, decimal } from '@ballast/money';
import type {
  OrderEndedV1,
  OrderExecutedV1,
  OrderPlacedV1,
  OrderPositionReversedV1,
  OrderReplaceRequestedV1,
  OrderReplacedV1,
} from '@ballast/contracts/orders';
import { remainingQuantity } from '../domain/order.js';
import type { Order } from '../domain/order.js';

const ZERO = new Decimal(0);

/** What a live exit may close: what is left of it, and what it would be more under terms that it does not have yet. */
interface Claim {
  readonly symbol: string;
  readonly quantity: Decimal;
  readonly left: Decimal;
  readonly more: Decimal;
}

/** What is held of each symbol, or owed, and what live exits may still close of it, by the events of orders alone. */
export class Holdings {
  private readonly quantities = new Map<string, Decimal>();
  /** By exit order. */
  private readonly claims = new Map<string, Claim>();

  /** Below zero where it was sold short. */
  held(symbol: string): Decimal {
    return this.quantities.get(symbol) ?? ZERO;
  }

  /** What no live exit closes yet. */
  closable(symbol: string): Decimal {
    const claims = [...this.claims.values()].filter((claim) => claim.symbol === symbol);
    return claims.reduce((free, { left, more }) => free.minus(left).minus(more), this.held(symbol).abs());
  }

  /** An exit takes part. */
  claim({ orderId, symbol, quantity }: OrderPlacedV1): void {
    this.claims.set(orderId, { symbol, quantity: decimal(quantity), left: decimal(quantity), more: ZERO });
  }

  /** It asks for another quantity, and takes what that is more at once. */
  ask({ orderId, quantity }: Pick<OrderReplaceRequestedV1, 'orderId' | 'quantity'>): void {
    this.change(orderId, (claim) => ({ ...claim, more: Decimal.max(0, decimal(quantity).minus(claim.quantity)) }));
  }

  /** It has another quantity. */
  replace({ orderId, quantity }: OrderReplacedV1): void {
    this.change(orderId, (claim) => {
      const filled = claim.quantity.minus(claim.left);
      return { ...claim, quantity: decimal(quantity), left: decimal(quantity).minus(filled), more: ZERO };
    });
  }

  /** It stays as it was. */
  leave(orderId: string): void {
    this.change(orderId, (claim) => ({ ...claim, more: ZERO }));
  }

  execute({ orderId, symbol, side, quantity, fillsOrder }: OrderExecutedV1): void {
    const change = decimal(quantity).times(side === 'buy' ? 1 : -1);
    this.quantities.set(symbol, this.held(symbol).plus(change));
    if (fillsOrder) this.claims.delete(orderId);
    else this.change(orderId, (claim) => ({ ...claim, left: claim.left.minus(quantity) }));
  }

  /** What closes nothing is filled all the same. */
  reverse({ orderId, quantity, fillsOrder }: OrderPositionReversedV1): void {
    if (fillsOrder) this.claims.delete(orderId);
    else this.change(orderId, (claim) => ({ ...claim, left: claim.left.minus(quantity) }));
  }

  end({ orderId }: OrderEndedV1): void {
    this.claims.delete(orderId);
  }

  private change(orderId: string, to: (claim: Claim) => Claim): void {
    const claim = this.claims.get(orderId);
    if (claim !== undefined) this.claims.set(orderId, to(claim));
  }
}

/** What an exit may close under the terms that it has or asks for. */
export function mayClose(order: Order): Decimal {
  const asked = order.replacement?.terms.quantity ?? order.quantity;
  return remainingQuantity(order).plus(Decimal.max(0, asked.minus(order.quantity)));
}
