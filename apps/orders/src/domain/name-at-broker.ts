import { brokerKeyOf, longBrokerKeyOf } from '@ballast/contracts';
import type { Order } from './order.js';

/**
 * Our name at the broker for one revision of an order: the same whenever it is asked for. An order that was sent under a
 * long name, as all were before, keeps to these.
 */
export function nameAtBroker({ id, hasLongName }: Pick<Order, 'id' | 'hasLongName'>, revision: number): string {
  return hasLongName ? longBrokerKeyOf(id, revision) : brokerKeyOf(id, revision);
}
