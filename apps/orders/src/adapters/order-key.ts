import { orderOfBrokerKey, profileOfOrder } from '@ballast/contracts';
import type { OrderKey } from './order-books.js';

/** The order that a broker key belongs to; `undefined` for a key that is not ours, or none. */
export function orderKeyOf(brokerKey: string | undefined): OrderKey | undefined {
  const orderId = brokerKey === undefined ? undefined : orderOfBrokerKey(brokerKey)?.orderId;
  const profileId = orderId === undefined ? undefined : profileOfOrder(orderId);
  return orderId === undefined || profileId === undefined ? undefined : { orderId, profileId };
}
