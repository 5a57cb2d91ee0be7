import { VenueRejected } from './venue-errors.js';
import type { VenueOrderRequest, VenueOrderType } from './venue-orders.js';
import type { VenueCapabilities } from './venue.js';

/** The type of an order that names none. */
export function typeOfRequest({ type, limitPrice, stopPrice }: VenueOrderRequest): VenueOrderType {
  if (type !== undefined) return type;
  if (stopPrice !== undefined) return limitPrice === undefined ? 'stop' : 'stop-limit';
  return limitPrice === undefined ? 'market' : 'limit';
}

/** Throws VenueRejected for what a venue does not offer. */
export function refuseNotOffered(request: VenueOrderRequest, capabilities: VenueCapabilities): void {
  const type = typeOfRequest(request);
  const { timeInForce, orderClass, notional, postOnly, brokerKey } = request;
  if (brokerKey.length > (capabilities.brokerKeyCharsMax ?? Infinity)) {
    throw new VenueRejected('broker-key-too-long', `the venue takes ${capabilities.brokerKeyCharsMax} characters`);
  }
  if (!capabilities.orderTypes.includes(type)) {
    throw new VenueRejected('type-not-offered', `the venue has no ${type} orders`);
  }
  if (!capabilities.timesInForce.includes(timeInForce)) {
    throw new VenueRejected('time-in-force-not-offered', `the venue has no ${timeInForce} orders`);
  }
  if (orderClass !== undefined && !capabilities.orderClasses.includes(orderClass)) {
    throw new VenueRejected('class-not-offered', `the venue has no ${orderClass} orders`);
  }
  if (notional !== undefined && !capabilities.notional) {
    throw new VenueRejected('notional-not-offered', 'the venue has no orders by notional');
  }
  if (postOnly === true && capabilities.postOnly !== true) {
    throw new VenueRejected('post-only-not-offered', 'the venue has no orders that only rest');
  }
}
