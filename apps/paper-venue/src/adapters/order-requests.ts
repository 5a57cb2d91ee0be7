import { Decimal } from '@ballast/money';
import { assetOf } from '../domain/asset.js';
import { ORDER_CLASSES, ORDER_TYPES, TIMES_IN_FORCE, type OrderType, type TimeInForce } from '../domain/order.js';
import { malformed, unprocessable } from '../domain/refusal.js';
import type { OrderPrices, PlaceOrderRequest } from '../place-order.js';
import type { OrderChanges } from '../replace-order.js';
import { isGiven, objectOf, oneOf, optionalPositiveOf, positiveOf, textOf, type Fields } from './fields.js';

const CLIENT_ORDER_ID_LENGTH_MAX = 128;
/** The least that an order by notional may ask for, in dollars. */
const NOTIONAL_MIN = new Decimal(1);
const PERCENT_MAX = new Decimal(100);

/** The prices each type must have; any other price of the list is refused. */
const PRICES_OF_TYPE: Readonly<Record<OrderType, readonly (keyof typeof PRICE_FIELDS)[]>> = {
  market: [],
  limit: ['limitPrice'],
  stop: ['stopPrice'],
  stop_limit: ['limitPrice', 'stopPrice'],
  trailing_stop: [],
};
const PRICE_FIELDS = { limitPrice: 'limit_price', stopPrice: 'stop_price' } as const;
const PRICE_WORDS = { limitPrice: 'limit price', stopPrice: 'stop price' } as const;

/** Reads the body of a new order; throws a Refusal that names what is wrong with it. */
export function readPlaceOrder(body: unknown): PlaceOrderRequest {
  const fields = objectOf(body);
  if (fields['extended_hours'] === true) throw unprocessable('extended_hours is not supported');
  const symbol = textOf(fields, 'symbol');
  const type = oneOf(fields, 'type', ORDER_TYPES);
  const side = oneOf(fields, 'side', ['buy', 'sell'] as const);
  const timeInForce = oneOf(fields, 'time_in_force', TIMES_IN_FORCE);
  const orderClass = isGiven(fields, 'order_class') ? oneOf(fields, 'order_class', ORDER_CLASSES) : 'simple';
  const exits = exitsOf(fields, orderClass);
  const pricing =
    orderClass === 'oco' ? { ...fields, limit_price: fields['limit_price'] ?? exits.takeProfitText } : fields;
  if (orderClass === 'oco' && type !== 'limit') throw unprocessable('oco orders must be of type limit');
  const mayEndAtOnce = orderClass === 'simple' && (type === 'market' || type === 'limit');
  if (!mayEndAtOnce && timeInForce !== 'day' && timeInForce !== 'gtc') {
    throw unprocessable(`invalid time_in_force "${timeInForce}" for this order: must be day, gtc`);
  }
  return {
    symbol,
    side,
    type,
    timeInForce,
    ...sizeOf(fields, { symbol, type, orderClass, timeInForce }),
    ...pricesOf(pricing, type),
    clientOrderId: clientOrderIdOf(fields),
    postOnly: postOnlyOf(fields, { symbol, type, orderClass, timeInForce }),
    orderClass,
    takeProfit: exits.takeProfit,
    stopLoss: exits.stopLoss,
  };
}

/** Reads the body that replaces an order; throws a Refusal. */
export function readOrderChanges(body: unknown): OrderChanges {
  const fields = objectOf(body);
  return {
    quantity: optionalPositiveOf(fields, 'qty'),
    timeInForce: isGiven(fields, 'time_in_force') ? oneOf(fields, 'time_in_force', ['day', 'gtc'] as const) : undefined,
    limitPrice: optionalPositiveOf(fields, 'limit_price'),
    stopPrice: optionalPositiveOf(fields, 'stop_price'),
    trail: optionalPositiveOf(fields, 'trail'),
    clientOrderId: clientOrderIdOf(fields),
  };
}

interface Shape {
  symbol: string;
  type: OrderType;
  orderClass: PlaceOrderRequest['orderClass'];
  timeInForce: TimeInForce;
}

/** Either a quantity or a notional; a notional is for simple market and limit orders, of shares for the day only. */
function sizeOf(fields: Fields, shape: Shape): Pick<PlaceOrderRequest, 'quantity' | 'notional'> {
  if (!isGiven(fields, 'notional')) return { quantity: positiveOf(fields, 'qty'), notional: undefined };
  if (isGiven(fields, 'qty')) throw unprocessable('qty or notional is accepted, not both');
  if (shape.orderClass !== 'simple' || (shape.type !== 'market' && shape.type !== 'limit')) {
    throw unprocessable('notional is accepted for simple market and limit orders');
  }
  if (shape.timeInForce !== 'day' && assetOf(shape.symbol)?.class !== 'crypto') {
    throw unprocessable('notional orders must be DAY orders');
  }
  const notional = positiveOf(fields, 'notional');
  if (notional.lt(NOTIONAL_MIN)) throw unprocessable(`notional must be >= ${NOTIONAL_MIN.toFixed()}`);
  if (notional.decimalPlaces() > 2) throw unprocessable('notional must be in cents');
  return { quantity: undefined, notional };
}

/** `post_only`, this venue's addition, is for simple limit orders that rest. */
function postOnlyOf(fields: Fields, { type, orderClass, timeInForce }: Shape): boolean {
  if (!isGiven(fields, 'post_only')) return false;
  const value = fields['post_only'];
  if (typeof value !== 'boolean') throw malformed('post_only must be true or false');
  const rests = type === 'limit' && orderClass === 'simple' && (timeInForce === 'day' || timeInForce === 'gtc');
  if (value && !rests) throw unprocessable('post_only is accepted for simple limit orders of day, gtc');
  return value;
}

function pricesOf(fields: Fields, type: OrderType): OrderPrices {
  for (const name of Object.keys(PRICE_FIELDS) as (keyof typeof PRICE_FIELDS)[]) {
    const [isNeeded, isThere] = [PRICES_OF_TYPE[type].includes(name), isGiven(fields, PRICE_FIELDS[name])];
    if (isNeeded && !isThere) throw unprocessable(`${type} orders require a ${PRICE_WORDS[name]}`);
    if (!isNeeded && isThere) throw unprocessable(`${type} orders require no ${PRICE_WORDS[name]}`);
  }
  const trail = {
    trailPrice: optionalPositiveOf(fields, 'trail_price'),
    trailPercent: optionalPositiveOf(fields, 'trail_percent'),
  };
  const trails = Object.values(trail).filter((value) => value !== undefined).length;
  if (type === 'trailing_stop' && trails !== 1)
    throw unprocessable('trailing_stop orders require one of trail_price and trail_percent');
  if (type !== 'trailing_stop' && trails > 0) throw unprocessable(`${type} orders require no trail`);
  if (trail.trailPercent?.gte(PERCENT_MAX)) throw unprocessable('trail_percent must be below 100');
  return {
    limitPrice: optionalPositiveOf(fields, 'limit_price'),
    stopPrice: optionalPositiveOf(fields, 'stop_price'),
    ...trail,
  };
}

interface Exits extends Pick<PlaceOrderRequest, 'takeProfit' | 'stopLoss'> {
  takeProfitText: unknown;
}

function exitsOf(fields: Fields, orderClass: PlaceOrderRequest['orderClass']): Exits {
  const takeProfit = isGiven(fields, 'take_profit') ? objectOf(fields['take_profit']) : undefined;
  const stopLoss = isGiven(fields, 'stop_loss') ? objectOf(fields['stop_loss']) : undefined;
  const count = [takeProfit, stopLoss].filter(Boolean).length;
  if (orderClass === 'simple' && count > 0)
    throw unprocessable('order_class must be bracket, oco or oto to have exits');
  if ((orderClass === 'bracket' || orderClass === 'oco') && count < 2) {
    throw unprocessable(`${orderClass} orders require take_profit and stop_loss`);
  }
  if (orderClass === 'oto' && count !== 1) throw unprocessable('oto orders require one of take_profit and stop_loss');
  return {
    takeProfit: takeProfit && { limitPrice: positiveOf(takeProfit, 'limit_price') },
    stopLoss: stopLoss && {
      stopPrice: positiveOf(stopLoss, 'stop_price'),
      limitPrice: optionalPositiveOf(stopLoss, 'limit_price'),
    },
    takeProfitText: takeProfit?.['limit_price'],
  };
}

function clientOrderIdOf(fields: Fields): string | undefined {
  const value = fields['client_order_id'];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw malformed('client_order_id must be a string');
  if (value.length > CLIENT_ORDER_ID_LENGTH_MAX) {
    throw malformed(`client_order_id must be no more than ${CLIENT_ORDER_ID_LENGTH_MAX} characters`);
  }
  return value;
}
