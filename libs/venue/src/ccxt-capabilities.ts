import type { Decimal } from '@ballast/money';
import type { CcxtExchange, CcxtRecord } from './ccxt-exchange.js';
import type { CcxtQuirks } from './ccxt-quirks.js';
import { CALL_DEADLINE_MS } from './venue-http.js';
import type { VenueCapabilities } from './venue.js';

const VISIBILITY_DELAY_MS = 1_000;

/** What an exchange offers of the port, by ccxt's word and what is known of it besides. */
export function ccxtCapabilities(exchange: CcxtExchange, quirks: CcxtQuirks, feeRate: Decimal): VenueCapabilities {
  const create = recordOf(recordOf(exchange.features?.['spot'])['createOrder']);
  const times = recordOf(create['timeInForce']);
  return {
    orderTypes: ['market', 'limit', ...(create['triggerPrice'] === true ? (['stop-limit'] as const) : [])],
    timesInForce: [
      'gtc',
      ...(times['IOC'] === true ? (['ioc'] as const) : []),
      ...(times['FOK'] === true ? (['fok'] as const) : []),
    ],
    fractional: true,
    feeRate,
    visibilityDelayMs: VISIBILITY_DELAY_MS,
    callDeadlineMs: CALL_DEADLINE_MS,
    orderClasses: [],
    // ccxt's own word for it says neither for which side nor whether fees come out of the money.
    notional: false,
    short: false,
    ...(times['PO'] === true ? { postOnly: true } : {}),
    replace: exchange.has['editOrder'] === true && quirks.replacesWhole === true,
    extendedHours: false,
    ...(quirks.brokerKeyCharsMax === undefined ? {} : { brokerKeyCharsMax: quirks.brokerKeyCharsMax }),
    uniqueKeys: quirks.uniqueKeys === true,
    bars: exchange.has['fetchOHLCV'] === true,
    quoteStream: false,
  };
}

function recordOf(value: unknown): CcxtRecord {
  return typeof value === 'object' && value !== null ? (value as CcxtRecord) : {};
}
