import { decimalText } from '@ballast/money';
import { assetOf } from '../domain/asset.js';
import type { BarHistory, PastBar } from '../domain/bar-history.js';
import { malformed } from '../domain/refusal.js';
import type { Answer, Route } from './http-server.js';
import { countOf, momentOf, symbolsOf } from './requests.js';

const LIMIT = { standard: 1_000, max: 10_000 };
const DAY_MS = 86_400_000;
const TIMEFRAME_PATTERN = /^(\d{1,2})(min|t|hour|h|day|d)$/i;
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, t: 60_000, h: 3_600_000, d: DAY_MS };

/** The replay's past as bars, for stocks and for crypto pairs. A scripted price is not in it. */
export function barRoutes(history: BarHistory): Route[] {
  const many = ({ query }: { query: URLSearchParams }): Answer => {
    const symbols = symbolsOf(query);
    if (symbols.length === 0) throw malformed('symbols is required');
    const { pages, next } = pagesOf(history, symbols, query);
    const bars = pages.map(([symbol, text]) => `${JSON.stringify(symbol)}:[${text}]`).join(',');
    return { status: 200, text: `{"bars":{${bars}},"next_page_token":${JSON.stringify(next)}}` };
  };
  return [
    { method: 'GET', path: /^\/v2\/stocks\/bars$/, handle: many },
    { method: 'GET', path: /^\/v1beta3\/crypto\/us\/bars$/, isPublic: true, handle: many },
    {
      method: 'GET',
      path: /^\/v2\/stocks\/([^/]+)\/bars$/,
      handle: ({ path: [symbol = ''], query }) => {
        const { pages, next } = pagesOf(history, [symbol], query);
        const bars = pages[0]?.[1] ?? '';
        const named = `"symbol":${JSON.stringify(symbol)},"next_page_token":${JSON.stringify(next)}`;
        return { status: 200, text: `{"bars":[${bars}],${named}}` };
      },
    },
  ];
}

/** The bars of each symbol in turn until the limit is reached, and the token of the next page. */
function pagesOf(
  history: BarHistory,
  symbols: readonly string[],
  query: URLSearchParams,
): { pages: [string, string][]; next: string | null } {
  const windowMs = windowOf(query.get('timeframe') ?? '');
  const toMs = momentMsOf(query, 'end') ?? history.nowMs();
  const fromMs = momentMsOf(query, 'start') ?? Math.floor(toMs / DAY_MS) * DAY_MS;
  const token = /^(\d{1,4})-(-?\d{1,16})$/.exec(query.get('page_token') ?? '');
  const first = Number(token?.[1] ?? 0);
  let left = countOf(query, 'limit', LIMIT);
  const pages: [string, string][] = [];
  for (const [index, symbol] of symbols.entries()) {
    if (index < first) continue;
    const startMs = token && index === first ? Number(token[2]) : fromMs;
    if (left === 0) return { pages, next: `${index}-${startMs}` };
    const known = assetOf(symbol)?.symbol ?? symbol;
    const { bars, nextMs } = history.page({ symbol: known, windowMs, fromMs: startMs, toMs, limit: left });
    left -= bars.length;
    pages.push([symbol, bars.map(barJson).join(',')]);
    if (nextMs !== undefined) return { pages, next: `${index}-${nextMs}` };
  }
  return { pages, next: null };
}

function windowOf(timeframe: string): number {
  const [, count = '', unit = ''] = TIMEFRAME_PATTERN.exec(timeframe) ?? [];
  const unitMs = UNIT_MS[unit.slice(0, 1).toLowerCase()];
  if (unitMs === undefined || count === '0')
    throw malformed(`invalid timeframe: must be Min, Hour or Day with a count`);
  return Number(count) * unitMs;
}

function momentMsOf(query: URLSearchParams, name: string): number | undefined {
  const moment = momentOf(query, name);
  return moment === undefined ? undefined : Date.parse(moment);
}

/** A bar as JSON text with its numbers digit by digit. */
function barJson(bar: PastBar): string {
  const [open, high, low, close, volume, average] = [
    bar.open,
    bar.high,
    bar.low,
    bar.close,
    bar.volume,
    bar.averagePrice,
  ].map(decimalText);
  const at = new Date(bar.atMs).toISOString();
  return `{"t":"${at}","o":${open},"h":${high},"l":${low},"c":${close},"v":${volume},"n":${bar.count},"vw":${average}}`;
}
