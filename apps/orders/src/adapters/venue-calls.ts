import { Failure, brokerKeyOf } from '@ballast/contracts';
import { VenueOutcomeUnknown, VenueUnavailable } from '@ballast/venue';
import type { VenueOrderRequest } from '@ballast/venue';
import type { Order } from '../domain/order.js';

/** Token of the one broker that this process trades at. */
export const VENUE = Symbol('venue');

/** A broker that cannot be reached, or whose answer is not known, as something to wait for; any other error as it is. */
export function failureOf(error: unknown): unknown {
  if (error instanceof VenueUnavailable) {
    const { message, retryAfterMs } = error;
    return new Failure('venue-unavailable', message, {
      cause: error,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
  return error instanceof VenueOutcomeUnknown
    ? new Failure('venue-unavailable', error.message, { cause: error })
    : error;
}

/** The call's result; a broker that cannot be reached becomes a `Failure`. */
export async function orFailure<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw failureOf(error);
  }
}

/** The order as the broker gets it: a market buy goes as a limit at its collar, so that its worst cost is known. */
export function requestOf(order: Order): VenueOrderRequest {
  return {
    brokerKey: brokerKeyOf(order.id, 0),
    symbol: order.symbol,
    side: order.side,
    quantity: order.quantity,
    limitPrice: order.boundPrice,
    timeInForce: order.timeInForce,
  };
}
