import type { Decimal } from '@ballast/money';
import { isOpen, leaves, type Order } from './order.js';

/** What becomes of an order because of another one of its group. */
export type Consequence =
  { then: 'activate' | 'cancel'; order: Order } | { then: 'resize'; order: Order; quantity: Decimal };

/**
 * What an order's execution or end does to the open orders it is tied to, by Alpaca's rules: its whole fill activates the
 * exits that wait for it and ends the exit it excludes; a fill in part leaves that exit no more than is left; its end
 * without a fill ends every order of the group.
 */
export function consequencesOf(order: Order, others: Iterable<Order>): Consequence[] {
  const consequences: Consequence[] = [];
  for (const other of others) {
    if (other.id === order.id || !isOpen(other)) continue;
    const isWaiting = other.parentId === order.id && other.status === 'held';
    const isRival = order.ocoGroup !== undefined && other.ocoGroup === order.ocoGroup;
    if (order.status === 'filled') {
      if (isWaiting) consequences.push({ then: 'activate', order: other });
      else if (isRival) consequences.push({ then: 'cancel', order: other });
    } else if (!isOpen(order)) {
      if (isWaiting || isRival) consequences.push({ then: 'cancel', order: other });
    } else if (isRival && leaves(other).gt(leaves(order))) {
      consequences.push({ then: 'resize', order: other, quantity: other.filledQuantity.plus(leaves(order)) });
    }
  }
  return consequences;
}
