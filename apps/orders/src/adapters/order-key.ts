import { orderOfBrokerKey, profileOfOrder } from '@ballast/contracts';
import type { OrderKey } from './order-books.js';

/** An order under one of its names at the broker; each replacement has another. */
export interface NamedOrder extends OrderKey {
  readonly revision: number;
}

/** The order that a broker key belongs to; `undefined` for a key that is not ours, or none. */
export function orderKeyOf(brokerKey: string | undefined): NamedOrder | undefined {
  const { orderId, revision = 0 } = (brokerKey === undefined ? undefined : orderOfBrokerKey(brokerKey)) ?? {};
  const profileId = orderId === undefined ? undefined : profileOfOrder(orderId);
  return orderId === undefined || profileId === undefined ? undefined : { orderId, profileId, revision };
}
