import { assetOf } from '../domain/asset.js';
import { readMoment } from '../domain/moments.js';
import { malformed, unprocessable } from '../domain/refusal.js';
import type { Tick } from '../domain/tick.js';
import { decimalOf, objectOf, oneOf, positiveOf, textOf } from './fields.js';
import type { ExecutionQuery, OrderQuery } from './venue.store.js';

const ORDERS_PAGE_DEFAULT = 50;
const ORDERS_PAGE_MAX = 500;
const ACTIVITIES_PAGE_MAX = 100;
const SCRIPTED_TICKS_MAX = 10_000;

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

function queryOneOf<T extends string>(query: URLSearchParams, name: string, allowed: readonly [T, ...T[]]): T {
  return query.has(name) ? oneOf(Object.fromEntries(query), name, allowed) : allowed[0];
}

/** A moment as a client wrote it, in the venue's form, undefined where it is absent; throws a Refusal. */
export function momentOf(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const moment = readMoment(text);
  if (moment === undefined) throw malformed(`invalid ${name}: must be a date or a time of RFC 3339`);
  return moment;
}

/** A count within its range; throws a Refusal. */
export function countOf(query: URLSearchParams, name: string, range: { standard: number; max: number }): number {
  const text = query.get(name);
  if (text === null) return range.standard;
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > range.max)
    throw malformed(`invalid ${name}: must be 1 to ${range.max}`);
  return count;
}
