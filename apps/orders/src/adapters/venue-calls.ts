import type { Decimal } from '@ballast/money';
import { Failure } from '@ballast/contracts';
import { faults } from '@ballast/faults';
import { VenueOutcomeUnknown, VenueUnavailable } from '@ballast/venue';
import type { VenueCapabilities, VenueOrderChange, VenueOrderRequest } from '@ballast/venue';
import type { Conditions } from '../domain/conditions.js';
import { nameAtBroker } from '../domain/name-at-broker.js';
import type { Order } from '../domain/order.js';
import type { Replacement } from '../domain/replacement.js';
import { heldBy, sentType } from '../domain/sending.js';

/** Token of the one broker that this process trades at. */
export const VENUE = Symbol('venue');
/** Token of a name for the account that this process trades in, the same in every replica; it tells no key. */
export const VENUE_ACCOUNT = Symbol('venue account');

/**
 * Milliseconds after the commit that says that the broker is asked within which the call must begin. A call that began
 * later could arrive after the order was looked up, found absent and decided about.
 */
export const CALL_DELAY_MS_MAX = 2_000;

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
    brokerKey: nameAtBroker(order, faults.isWithout('look-up-before-retry') ? order.attempts - 1 : order.revision),
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

/**
 * What the broker is to change: only what is different from what it was told before. The quantity is the whole of the order
 * as it knows it, so without what was filled under earlier names.
 */
export function changeOf(
  order: Order,
  { revision, terms }: Replacement,
  venue: Pick<VenueCapabilities, 'timesInForce'>,
): VenueOrderChange {
  const [before, after] = [order.conditions, terms.conditions];
  const trail = after.trailPrice ?? after.trailPercent;
  const isLonger = heldBy(order.timeInForce, venue) !== heldBy(terms.timeInForce, venue);
  return {
    brokerKey: nameAtBroker(order, revision),
    ...differing('quantity', order.quantity.minus(order.filledEarlier), terms.quantity.minus(order.filledEarlier)),
    ...differing('limitPrice', order.boundPrice, terms.boundPrice),
    ...differing('stopPrice', before.stopPrice, after.stopPrice),
    ...differing('trail', before.trailPrice ?? before.trailPercent, trail),
    ...(isLonger ? { timeInForce: heldBy(terms.timeInForce, venue) } : {}),
  };
}

function differing<Name extends string>(
  name: Name,
  before: Decimal | undefined,
  after: Decimal | undefined,
): Partial<Record<Name, Decimal>> {
  return after === undefined || before?.eq(after) === true ? {} : ({ [name]: after } as Record<Name, Decimal>);
}

/** The stop loss beside an exit with a limit; one ends the other at the broker. */
function pairOf({ intent, limitPrice, conditions }: Order): Partial<VenueOrderRequest> {
  const { stopLossPrice, stopLossLimitPrice } = conditions;
  if (intent === 'entry' || limitPrice === undefined || stopLossPrice === undefined) return {};
  const stopLoss = { stopPrice: stopLossPrice, ...(stopLossLimitPrice && { limitPrice: stopLossLimitPrice }) };
  return { orderClass: 'oco', exits: { takeProfit: { limitPrice }, stopLoss } };
}
