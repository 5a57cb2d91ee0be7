import { decimalText, type Decimal } from '@ballast/money';
import type { CcxtRecord } from './ccxt-exchange.js';
import type { VenueTimeInForce } from './venue-orders.js';

/** What ccxt takes beside its words for an order. */
interface ParamTerms {
  brokerKey: string;
  timeInForce: VenueTimeInForce;
  stopPrice: Decimal | undefined;
  postOnly?: boolean | undefined;
}

/**
 * The params of an order. One that may only rest says nothing of its time: it stands until cancelled at every exchange,
 * and some refuse a time in force beside it.
 */
export function paramsOf({ brokerKey, timeInForce, stopPrice, postOnly }: ParamTerms): CcxtRecord {
  return {
    clientOrderId: brokerKey,
    ...(postOnly === true ? { postOnly } : { timeInForce: timeInForce.toUpperCase() }),
    ...(stopPrice === undefined ? {} : { triggerPrice: decimalText(stopPrice) }),
  };
}
