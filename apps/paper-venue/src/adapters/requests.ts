import { DECIMAL_PATTERN, Decimal } from '@ballast/money';
import { assetOf } from '../domain/asset.js';
import { readMoment } from '../domain/moments.js';
import { ORDER_TYPES, TIMES_IN_FORCE } from '../domain/order.js';
import { malformed, unprocessable } from '../domain/refusal.js';
import type { PlaceOrderRequest } from '../place-order.js';
import type { Tick } from '../domain/tick.js';
import type { ExecutionQuery, OrderQuery } from './venue.store.js';

const CLIENT_ORDER_ID_LENGTH_MAX = 128;
const ORDERS_PAGE_DEFAULT = 50;
const ORDERS_PAGE_MAX = 500;
const ACTIVITIES_PAGE_MAX = 100;
const SCRIPTED_TICKS_MAX = 10_000;
const UNSUPPORTED_FIELDS = [
  'notional',
  'stop_price',
  'trail_price',
  'trail_percent',
  'take_profit',
  'stop_loss',
  'legs',
];

/** Reads the body of a new order; throws a Refusal that names what is wrong with it. */
export function readPlaceOrder(body: unknown): PlaceOrderRequest {
  const fields = objectOf(body);
  for (const name of UNSUPPORTED_FIELDS) {
    if (fields[name] !== undefined && fields[name] !== null) throw unprocessable(`${name} is not supported`);
  }
  const orderClass = fields['order_class'];
  if (orderClass !== undefined && orderClass !== null && orderClass !== '' && orderClass !== 'simple') {
    throw unprocessable(`order_class must be simple`);
  }
  if (fields['extended_hours'] === true) throw unprocessable('extended_hours is not supported');
  const type = oneOf(fields, 'type', ORDER_TYPES);
  if (type === 'market' && fields['limit_price'] !== undefined && fields['limit_price'] !== null) {
    throw unprocessable('market orders require no limit price');
  }
  if (type === 'limit' && (fields['limit_price'] === undefined || fields['limit_price'] === null)) {
    throw unprocessable('limit orders require a limit price');
  }
  return {
    symbol: textOf(fields, 'symbol'),
    side: oneOf(fields, 'side', ['buy', 'sell']),
    type,
    timeInForce: oneOf(fields, 'time_in_force', TIMES_IN_FORCE),
    quantity: positiveOf(fields, 'qty'),
    limitPrice: type === 'limit' ? positiveOf(fields, 'limit_price') : undefined,
    clientOrderId: clientOrderIdOf(fields),
  };
}

/** Reads the query of the order list; throws a Refusal. */
export function readOrderQuery(query: URLSearchParams): OrderQuery {
  return {
    status: queryOneOf(query, 'status', ['open', 'closed', 'all']),
    after: momentOf(query, 'after'),
    until: momentOf(query, 'until'),
    ascending: queryOneOf(query, 'direction', ['desc', 'asc']) === 'asc',
    symbols: symbolsOf(query),
    side: query.get('side') ?? undefined,
    limit: countOf(query, 'limit', { standard: ORDERS_PAGE_DEFAULT, max: ORDERS_PAGE_MAX }),
  };
}

/** Reads the query of the list of fills; throws a Refusal. */
export function readExecutionQuery(query: URLSearchParams): ExecutionQuery {
  return {
    after: momentOf(query, 'after'),
    until: momentOf(query, 'until'),
    ascending: queryOneOf(query, 'direction', ['desc', 'asc']) === 'asc',
    beyond: query.get('page_token')?.split('::')[1],
    limit: countOf(query, 'page_size', { standard: ACTIVITIES_PAGE_MAX, max: ACTIVITIES_PAGE_MAX }),
  };
}

/** Reads scripted ticks; throws a Refusal. */
export function readScriptedTicks(body: unknown): Omit<Tick, 'atMs'>[] {
  const ticks = objectOf(body)['ticks'];
  if (!Array.isArray(ticks) || ticks.length > SCRIPTED_TICKS_MAX) {
    throw malformed(`ticks must be a list of at most ${SCRIPTED_TICKS_MAX}`);
  }
  return ticks.map((tick: unknown) => {
    const fields = objectOf(tick);
    const asset = assetOf(textOf(fields, 'symbol'));
    if (!asset) throw unprocessable(`asset "${textOf(fields, 'symbol')}" not found`);
    const [bid, ask] = [positiveOf(fields, 'bid'), positiveOf(fields, 'ask')];
    if (bid.gt(ask)) throw unprocessable('bid must not be above ask');
    return { symbol: asset.symbol, bid, ask, volume: decimalOf(fields, 'volume') };
  });
}

/** The symbols of a comma-separated parameter. */
export function symbolsOf(query: URLSearchParams): string[] {
  return (query.get('symbols') ?? '').split(',').filter((symbol) => symbol !== '');
}

type Fields = Record<string, unknown>;

function objectOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed('a JSON object is required');
  return value as Fields;
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') throw malformed(`${name} is required`);
  return value;
}

function decimalOf(fields: Fields, name: string): Decimal {
  const text = textOf(fields, name);
  if (!DECIMAL_PATTERN.test(text) || text.startsWith('-')) throw malformed(`${name} must be a decimal of at least 0`);
  return new Decimal(text);
}

function positiveOf(fields: Fields, name: string): Decimal {
  const value = decimalOf(fields, name);
  if (value.isZero()) throw malformed(`${name} must be > 0`);
  return value;
}

function oneOf<T extends string>(fields: Fields, name: string, allowed: readonly T[]): T {
  const text = textOf(fields, name);
  const found = allowed.find((value) => value === text);
  if (found === undefined) throw unprocessable(`invalid ${name} "${text.slice(0, 40)}": must be ${allowed.join(', ')}`);
  return found;
}

function queryOneOf<T extends string>(query: URLSearchParams, name: string, allowed: readonly [T, ...T[]]): T {
  return query.has(name) ? oneOf(Object.fromEntries(query), name, allowed) : allowed[0];
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

function momentOf(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const moment = readMoment(text);
  if (moment === undefined) throw malformed(`invalid ${name}: must be a date or a time of RFC 3339`);
  return moment;
}

function countOf(query: URLSearchParams, name: string, range: { standard: number; max: number }): number {
  const text = query.get(name);
  if (text === null) return range.standard;
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > range.max)
    throw malformed(`invalid ${name}: must be 1 to ${range.max}`);
  return count;
}
