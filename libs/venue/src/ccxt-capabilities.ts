import type { Decimal } from '@ballast/money';
import type { CcxtExchange, CcxtRecord } from './ccxt-exchange.js';
import type { CcxtQuirks } from './ccxt-quirks.js';
import { VenueRejected } from './venue-errors.js';
import { CALL_DEADLINE_MS } from './venue-http.js';
import type { VenueOrderRequest, VenueOrderType } from './venue-orders.js';
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
    replace: exchange.has['editOrder'] === true && quirks.replacesWhole === true,
    extendedHours: false,
    uniqueKeys: quirks.uniqueKeys === true,
    bars: exchange.has['fetchOHLCV'] === true,
    quoteStream: false,
  };
}

/** The type of an order that names none. */
export function typeOfRequest({ type, limitPrice, stopPrice }: VenueOrderRequest): VenueOrderType {
  if (type !== undefined) return type;
  if (stopPrice !== undefined) return limitPrice === undefined ? 'stop' : 'stop-limit';
  return limitPrice === undefined ? 'market' : 'limit';
}

/** Throws VenueRejected for what a venue does not offer. */
export function refuseNotOffered(request: VenueOrderRequest, capabilities: VenueCapabilities): void {
  const type = typeOfRequest(request);
  const { timeInForce, orderClass, notional } = request;
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
}

function recordOf(value: unknown): CcxtRecord {
  return typeof value === 'object' && value !== null ? (value as CcxtRecord) : {};
}
