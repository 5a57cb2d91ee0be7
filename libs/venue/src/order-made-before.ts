import type { VenueOrder } from './venue-orders.js';
import { VenueOutcomeUnknown, VenueUnavailable } from './venue-errors.js';

/**
 * The order that a venue has made under a broker key before, as `lookup` shows it. Throws `VenueOutcomeUnknown` where it
 * cannot be read: it exists, so that a caller must not take it for refused.
 */
export async function orderMadeBefore(lookup: () => Promise<VenueOrder | undefined>): Promise<VenueOrder> {
  try {
    const order = await lookup();
    if (order) return order;
  } catch (error) {
    if (!(error instanceof VenueUnavailable)) throw error;
    throw new VenueOutcomeUnknown('the order exists and could not be read', { cause: error });
  }
  throw new VenueOutcomeUnknown('the venue says the order exists and does not show it');
}
