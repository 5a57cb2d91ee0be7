import type { Decimal } from '@ballast/money';
import type { VenueOrder, VenueOrderChange, VenueOrderRequest } from '@ballast/venue';

/** An order at the broker, and the stop loss beside it where it is one of a pair. */
export interface Kept {
  /** As it is to be filled: of one that took another's place, what that one had left. */
  readonly request: VenueOrderRequest;
  readonly order: VenueOrder;
  readonly stopLoss: VenueOrder | undefined;
  /** Broker key of the open order whose place it is to take; only while that is not decided. */
  readonly takesPlaceOf?: string;
}

/** What the broker does with the next request for other terms; a lost answer is lost after that. */
export type ReplaceAnswer =
  | 'taken'
  | 'considered'
  | 'rejected'
  | 'lost-but-taken'
  | 'lost-but-considered'
  | 'lost-and-never-arrived'
  | 'unavailable';

/** Whether the broker still fills an order. */
export function isOpen({ status }: VenueOrder): boolean {
  return status === 'open' || status === 'partially-filled';
}

/** The order with the other terms, of which the broker has not decided yet whether it takes the place of `old`. */
export function successorOf(old: Kept, change: VenueOrderChange, venueOrderId: string): Kept {
  const { brokerKey, quantity = old.request.quantity, limitPrice, stopPrice, timeInForce } = change;
  const { symbol, side } = old.order;
  const order: VenueOrder = {
    ...{ brokerKey, venueOrderId, symbol, side, status: 'pending', averagePrice: undefined },
    filledQuantity: old.order.filledQuantity.times(0),
  };
  const prices = {
    ...(limitPrice && { limitPrice }),
    ...(stopPrice && { stopPrice }),
    ...(timeInForce && { timeInForce }),
  };
  const request = { ...old.request, ...prices, brokerKey, quantity };
  return { request, order, stopLoss: undefined, takesPlaceOf: old.order.brokerKey };
}

/** What would be left to fill of a successor that took the place of `old` now. */
export function restOf(old: Kept, next: Kept): Decimal {
  return next.request.quantity.minus(old.order.filledQuantity);
}

/** Both after the successor has taken the place: it gets the stop loss, and trades what the old one has not filled. */
export function takingPlace(
  old: Kept,
  { takesPlaceOf: _, ...next }: Kept,
): { readonly old: Kept; readonly next: Kept } {
  return {
    old: {
      ...old,
      order: { ...old.order, status: 'replaced', replacedBy: next.order.venueOrderId },
      stopLoss: undefined,
    },
    next: {
      request: { ...next.request, quantity: restOf(old, next) },
      order: { ...next.order, status: 'open' },
      stopLoss: old.stopLoss,
    },
  };
}

/** A successor that the broker does not let take the place. */
export function turnedDown({ takesPlaceOf: _, ...next }: Kept): Kept {
  return { ...next, order: { ...next.order, status: 'rejected', rejectReason: 'it cannot take the place' } };
}
