import { Decimal } from '@ballast/money';
import type { ProblemField } from '@ballast/contracts';
import { TRIGGERED_TYPES } from './waiting.js';
import type { OrderIntent, OrderType, PlaceOrderRequest, TimeInForce } from '@ballast/contracts/orders';

type PriceField = 'limitPrice' | 'stopPrice' | 'trail';

/** The prices that each type must have; it may have no other. `trail` is a price or a percentage. */
const PRICES_OF_TYPE: Readonly<Record<OrderType, readonly PriceField[]>> = {
  market: [],
  limit: ['limitPrice'],
  stop: ['stopPrice'],
  'stop-limit': ['stopPrice', 'limitPrice'],
  'trailing-stop': ['trail'],
  'market-if-touched': ['stopPrice'],
};
/** An order that must fill at once cannot wait for a price that sets it off. */
const AT_ONCE: readonly TimeInForce[] = ['ioc', 'fok'];
const TYPES_AT_ONCE: readonly OrderType[] = ['market', 'limit'];
/** How long an order may wait here. */
const WAITING_TIMES: readonly TimeInForce[] = ['gtc', 'gtd'];
const PERCENT_MAX = new Decimal(100);

/**
 * What of a request contradicts itself, whatever the market and the profile: prices that its type must have or may not,
 * a size given twice or not at all, an end without `gtd`. Each with a JSON pointer; none when the request makes sense.
 */
export function contradictionsOf(request: PlaceOrderRequest): ProblemField[] {
  return [
    ...sizeFindings(request),
    ...priceFindings(request),
    ...timeFindings(request),
    ...flagFindings(request),
    ...exitFindings(request),
  ];
}

function sizeFindings({ quantity, notional, type }: PlaceOrderRequest): ProblemField[] {
  if (quantity === undefined && notional === undefined) {
    return [finding('/quantity', 'is required, or `notional` in its place')];
  }
  if (notional === undefined) return [];
  if (quantity !== undefined) return [finding('/notional', 'is not allowed beside a quantity')];
  return TYPES_AT_ONCE.includes(type) ? [] : [finding('/notional', `is not allowed for a ${type} order`)];
}

function priceFindings(request: PlaceOrderRequest): ProblemField[] {
  const { type, limitPrice, stopPrice, trailPrice, trailPercent } = request;
  const findings = [...priceFinding('limitPrice', type, limitPrice), ...priceFinding('stopPrice', type, stopPrice)];
  const mayTrail = PRICES_OF_TYPE[type].includes('trail');
  if (mayTrail && trailPrice === undefined && trailPercent === undefined)
    findings.push(finding('/trailPrice', `is required for a ${type} order, or \`trailPercent\` in its place`));
  if (!mayTrail && trailPrice !== undefined)
    findings.push(finding('/trailPrice', `is not allowed for a ${type} order`));
  if (trailPercent !== undefined) findings.push(...percentFindings(request, mayTrail));
  return findings;
}

function priceFinding(name: 'limitPrice' | 'stopPrice', type: OrderType, value: string | undefined): ProblemField[] {
  const isNeeded = PRICES_OF_TYPE[type].includes(name);
  if (isNeeded === (value !== undefined)) return [];
  return [finding(`/${name}`, `is ${isNeeded ? 'required' : 'not allowed'} for a ${type} order`)];
}

function percentFindings({ type, trailPrice, trailPercent }: PlaceOrderRequest, mayTrail: boolean): ProblemField[] {
  if (!mayTrail) return [finding('/trailPercent', `is not allowed for a ${type} order`)];
  if (trailPrice !== undefined) return [finding('/trailPercent', 'is not allowed beside `trailPrice`')];
  return PERCENT_MAX.gt(trailPercent ?? 0) ? [] : [finding('/trailPercent', 'must be below 100')];
}

function timeFindings({ type, timeInForce, expiresAt }: PlaceOrderRequest): ProblemField[] {
  if (timeInForce === 'gtd' && expiresAt === undefined) return [finding('/expiresAt', 'is required for `gtd`')];
  if (timeInForce !== 'gtd' && expiresAt !== undefined) return [finding('/expiresAt', 'is allowed for `gtd` only')];
  return timeInForce !== undefined && AT_ONCE.includes(timeInForce) && !TYPES_AT_ONCE.includes(type)
    ? [finding('/timeInForce', `cannot be ${timeInForce} for a ${type} order`)]
    : [];
}

/** Whether the request opens or closes a position: a buy opens and a sale closes unless it says otherwise. */
export function intentOf({ intent, side }: Pick<PlaceOrderRequest, 'intent' | 'side'>): OrderIntent {
  return intent ?? (side === 'buy' ? 'entry' : 'exit');
}

function flagFindings(request: PlaceOrderRequest): ProblemField[] {
  const { type, timeInForce, postOnly, reduceOnly, triggeredHere } = request;
  const rests = type === 'limit' && (timeInForce === undefined || !AT_ONCE.includes(timeInForce));
  const findings = postOnly === true && !rests ? [finding('/postOnly', 'is for limit orders that rest')] : [];
  if (triggeredHere === true && !TRIGGERED_TYPES.includes(type))
    findings.push(finding('/triggeredHere', 'is for orders that the market sets off'));
  if (triggeredHere === true && (timeInForce === undefined || !WAITING_TIMES.includes(timeInForce)))
    findings.push(finding('/timeInForce', 'must be gtc or gtd for an order that waits here: a day is the broker’s'));
  return reduceOnly === true && intentOf(request) === 'entry'
    ? [...findings, finding('/reduceOnly', 'is for exits: an entry makes a position larger')]
    : findings;
}

function exitFindings(request: PlaceOrderRequest): ProblemField[] {
  const { type, takeProfitPrice, stopLossPrice, stopLossLimitPrice, postOnly } = request;
  const findings =
    stopLossLimitPrice !== undefined && stopLossPrice === undefined
      ? [finding('/stopLossLimitPrice', 'goes with `stopLossPrice` only')]
      : [];
  if (intentOf(request) === 'entry') return findings;
  if (takeProfitPrice !== undefined) findings.push(finding('/takeProfitPrice', 'is for entries: the limit takes it'));
  if (stopLossPrice !== undefined && (type !== 'limit' || postOnly === true))
    findings.push(finding('/stopLossPrice', 'is for entries, and for exits that are plain limit orders'));
  return findings;
}

function finding(pointer: string, detail: string): ProblemField {
  return { pointer, detail };
}
