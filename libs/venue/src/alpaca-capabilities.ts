import type { Decimal } from '@ballast/money';
import { CALL_DEADLINE_MS } from './venue-http.js';
import type { VenueCapabilities } from './venue.js';

const VISIBILITY_DELAY_MS = 1_000;

/** What Alpaca offers of the port. */
export function alpacaCapabilities(feeRate: Decimal): VenueCapabilities {
  return {
    orderTypes: ['market', 'limit', 'stop', 'stop-limit', 'trailing-stop'],
    timesInForce: ['day', 'gtc', 'ioc', 'fok'],
    fractional: true,
    feeRate,
    visibilityDelayMs: VISIBILITY_DELAY_MS,
    callDeadlineMs: CALL_DEADLINE_MS,
    orderClasses: ['bracket', 'oco', 'oto'],
    notional: true,
    short: true,
    replace: true,
    extendedHours: false,
    uniqueKeys: true,
    bars: true,
    quoteStream: true,
  };
}
