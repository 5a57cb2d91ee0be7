import type { PlacementTerms, Rung, VenueFacts } from './placement.js';
import { isShortSale } from './worst-cost.js';
import { heldBy, needsPair, sentType } from './sending.js';

/** Types that trade at whatever price there is once they are set off; a broker has no bound for them, we do for what waits here. */
const UNBOUNDED_TYPES: readonly PlacementTerms['type'][] = ['trailing-stop', 'market-if-touched'];

/** What the broker does not offer, told before it is asked. */
export const OFFER_RUNGS: readonly Rung[] = [
  (terms, _facts, symbol) =>
    symbol.tradable ? undefined : { code: 'symbol-not-tradable', limit: 'tradable symbols', value: terms.symbol },

  (terms, { venue }, symbol) =>
    isShortSale(terms) && !(venue.short && symbol.isShortable)
      ? { code: 'short-selling-not-offered', limit: 'symbols that can be sold short', value: terms.symbol }
      : undefined,

  (terms, { venue }) =>
    isTypeOffered(terms, venue)
      ? undefined
      : { code: 'order-type-not-offered', limit: venue.orderTypes.join(', '), value: terms.type },

  ({ type, intent, conditions }) =>
    intent === 'entry' && UNBOUNDED_TYPES.includes(type) && conditions.triggeredHere !== true
      ? { code: 'entry-not-bounded', limit: 'market, limit, stop, stop-limit', value: type }
      : undefined,

  ({ timeInForce }, { venue }) =>
    isOffered(timeInForce, venue)
      ? undefined
      : { code: 'time-in-force-not-offered', limit: venue.timesInForce.join(', '), value: timeInForce },

  ({ conditions: { expiresAt } }, { nowMs }) =>
    expiresAt === undefined || Date.parse(expiresAt) > nowMs
      ? undefined
      : { code: 'expiry-not-ahead', limit: `after ${new Date(nowMs).toISOString()}`, value: expiresAt },

  (terms, { venue }) =>
    needsPair(terms) && !venue.orderClasses.includes('oco')
      ? { code: 'exits-not-offered', limit: venue.orderClasses.join(', '), value: 'oco' }
      : undefined,

  ({ conditions }, { venue }) =>
    conditions.postOnly === true && venue.postOnly !== true
      ? { code: 'post-only-not-offered', limit: 'orders that may take', value: 'post-only' }
      : undefined,
];

/** What waits here needs no more of the broker than the type under which it is sent then. */
function isTypeOffered(terms: PlacementTerms, { orderTypes }: VenueFacts): boolean {
  const isKnown = terms.conditions.triggeredHere === true || orderTypes.includes(terms.type);
  return isKnown && orderTypes.includes(sentType(terms));
}

/** A date is kept by us where the broker cannot, as long as it lets the order stand until it is told to cancel it. */
function isOffered(timeInForce: PlacementTerms['timeInForce'], venue: VenueFacts): boolean {
  return venue.timesInForce.includes(heldBy(timeInForce, venue));
}
