import type { Decimal } from '@ballast/money';
import type { VenueOrder } from '@ballast/venue';

const OPEN: readonly VenueOrder['status'][] = ['open', 'partially-filled', 'pending'];

/**
 * Two exits of which one ends the other, as one order of `quantity`: what either has filled is filled, it is open while
 * either is, and it has ended as the first one did when both have.
 */
export function asOne(order: VenueOrder, quantity: Decimal): VenueOrder {
  const all = [order, ...(order.legs ?? [])];
  const filledQuantity = all.reduce((sum, one) => sum.plus(one.filledQuantity), order.filledQuantity.times(0));
  if (filledQuantity.gte(quantity)) return { ...order, filledQuantity, status: 'filled' };
  const isOpen = all.some(({ status }) => OPEN.includes(status));
  const end = order.status === 'filled' ? 'cancelled' : order.status;
  return { ...order, filledQuantity, status: isOpen ? 'open' : end };
}
