import type { Decimal } from '@ballast/money';
import { CALL_DEADLINE_MS } from './venue-http.js';
import type { VenueCapabilities } from './venue.js';

const VISIBILITY_DELAY_MS = 1_000;
const BROKER_KEY_CHARS_MAX = 128;

/** What a venue that speaks Alpaca's API offers of the port; `postOnly` is what Alpaca itself has no word for. */
export function alpacaCapabilities(feeRate: Decimal, postOnly: boolean): VenueCapabilities {
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
    ...(postOnly ? { postOnly } : {}),
    extendedHours: false,
    brokerKeyCharsMax: BROKER_KEY_CHARS_MAX,
    uniqueKeys: true,
    bars: true,
    quoteStream: true,
  };
}
