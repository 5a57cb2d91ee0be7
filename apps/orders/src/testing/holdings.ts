import { Decimal, decimal } from '@ballast/money';
import type { OrderEndedV1, OrderExecutedV1, OrderPlacedV1 } from '@ballast/contracts/orders';

/** What is held of each symbol and what live exits may still sell of it, by the events of orders alone. */
export class Holdings {
  private readonly quantities = new Map<string, Decimal>();
  /** By exit order: what is left of it. */
  private readonly claims = new Map<string, { readonly symbol: string; readonly left: Decimal }>();

  held(symbol: string): Decimal {
    return this.quantities.get(symbol) ?? new Decimal(0);
  }

  sellable(symbol: string): Decimal {
    const claims = [...this.claims.values()].filter((claim) => claim.symbol === symbol);
    return claims.reduce((free, { left }) => free.minus(left), this.held(symbol));
  }

  /** An exit takes part. */
  claim({ orderId, symbol, quantity }: OrderPlacedV1): void {
    this.claims.set(orderId, { symbol, left: decimal(quantity) });
  }

  execute({ orderId, symbol, side, quantity, fillsOrder }: OrderExecutedV1): void {
    const change = decimal(quantity).times(side === 'buy' ? 1 : -1);
    this.quantities.set(symbol, this.held(symbol).plus(change));
    const claim = this.claims.get(orderId);
    if (claim === undefined) return;
    if (fillsOrder) this.claims.delete(orderId);
    else this.claims.set(orderId, { symbol, left: claim.left.minus(quantity) });
  }

  end({ orderId }: OrderEndedV1): void {
    this.claims.delete(orderId);
  }
}
