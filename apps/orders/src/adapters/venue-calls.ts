import { Failure, brokerKeyOf } from '@ballast/contracts';
import { VenueOutcomeUnknown, VenueUnavailable } from '@ballast/venue';
import type { VenueCapabilities, VenueOrderRequest } from '@ballast/venue';
import type { Conditions } from '../domain/conditions.js';
import type { Order } from '../domain/order.js';
import { heldBy, sentType } from '../domain/sending.js';

/** Token of the one broker that this process trades at. */
export const VENUE = Symbol('venue');
/** Token of a name for the account that this process trades in, the same in every replica; it tells no key. */
export const VENUE_ACCOUNT = Symbol('venue account');

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

/** The order as a broker with these times in force gets it, bounded by a price wherever it opens a position. */
export function requestOf(order: Order, venue: Pick<VenueCapabilities, 'timesInForce'>): VenueOrderRequest {
  const { expiresAt, postOnly, triggeredHere } = order.conditions;
  const { stopPrice, trailPrice, trailPercent }: Conditions = triggeredHere === true ? {} : order.conditions;
  const timeInForce = heldBy(order.timeInForce, venue);
  return {
    brokerKey: brokerKeyOf(order.id, 0),
    symbol: order.symbol,
    side: order.side,
    quantity: order.quantity,
    type: sentType(order),
    limitPrice: order.boundPrice,
    timeInForce,
    ...(stopPrice === undefined ? {} : { stopPrice }),
    ...(trailPrice === undefined ? {} : { trailPrice }),
    ...(trailPercent === undefined ? {} : { trailPercent }),
    ...(timeInForce === 'gtd' && expiresAt !== undefined ? { expiresAt: new Date(expiresAt) } : {}),
    ...(postOnly === true ? { postOnly } : {}),
    ...pairOf(order),
  };
}

/** The stop loss beside an exit with a limit; one ends the other at the broker. */
function pairOf({ intent, limitPrice, conditions }: Order): Partial<VenueOrderRequest> {
  const { stopLossPrice, stopLossLimitPrice } = conditions;
  if (intent === 'entry' || limitPrice === undefined || stopLossPrice === undefined) return {};
  const stopLoss = { stopPrice: stopLossPrice, ...(stopLossLimitPrice && { limitPrice: stopLossLimitPrice }) };
  return { orderClass: 'oco', exits: { takeProfit: { limitPrice }, stopLoss } };
}
