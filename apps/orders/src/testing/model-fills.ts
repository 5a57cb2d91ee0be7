import { Decimal, decimal } from '@ballast/money';
import type { VenueExecution, VenueOrder, VenueOrderRequest } from '@ballast/venue';

/** A part of an order that is filled, and where the order stands then. */
export interface ModelFill {
  readonly part: Decimal;
  readonly price: Decimal;
  readonly status: VenueOrder['status'];
}

/** Everything that the model's broker has ever filled. */
export class ModelFills {
  private readonly all: VenueExecution[] = [];

  /** The order after the fill, which is kept. */
  add(order: VenueOrder, { part, price, status }: ModelFill, at: Date): VenueOrder {
    const filledQuantity = order.filledQuantity.plus(part);
    this.all.push({
      executionId: `${order.venueOrderId}-${filledQuantity.toFixed()}`,
      venueOrderId: order.venueOrderId,
      brokerKey: order.brokerKey,
      symbol: order.symbol,
      side: order.side,
      quantity: part,
      price,
      cumulativeQuantity: filledQuantity,
      fee: undefined,
      at,
    });
    return { ...order, filledQuantity, status, averagePrice: price };
  }

  /** The one that was added last. */
  get last(): VenueExecution {
    const last = this.all.at(-1);
    if (last === undefined) throw new Error('nothing is filled');
    return last;
  }

  /** As at Alpaca, without broker keys. */
  listedSince(at: Date): VenueExecution[] {
    return this.all.filter((execution) => execution.at >= at).map(({ brokerKey: _, ...listed }) => listed);
  }

  /** Of orders under these names. */
  under(brokerKeys: readonly string[]): VenueExecution[] {
    return this.all.filter(({ brokerKey = '' }) => brokerKeys.includes(brokerKey));
  }
}

/** The price nearest to this one at which the order may be filled. */
export function withinLimit({ side, limitPrice }: VenueOrderRequest, price: string): Decimal {
  const wanted = decimal(price);
  if (limitPrice === undefined) return wanted;
  return side === 'buy' ? Decimal.min(wanted, limitPrice) : Decimal.max(wanted, limitPrice);
}
