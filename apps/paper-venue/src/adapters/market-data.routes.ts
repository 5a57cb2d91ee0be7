import { assetOf } from '../domain/asset.js';
import { malformed, notFound } from '../domain/refusal.js';
import type { Tick } from '../domain/tick.js';
import type { Exchange } from '../exchange.js';
import type { Answer, Route } from './http-server.js';
import { symbolsOf } from './requests.js';
import { orderBookJson, quoteJson } from './views.js';

/** The latest quotes, for stocks and for crypto pairs, those also as snapshots and order books; symbols the venue does not know are left out of a list. */
export function marketDataRoutes(exchange: Exchange, quotedAtMs: (tick: Tick) => number): Route[] {
  const each = (query: URLSearchParams, name: string, view: (tick: Tick) => string): Answer => {
    const symbols = symbolsOf(query);
    if (symbols.length === 0) throw malformed('symbols is required');
    const entries = symbols.flatMap((symbol) => {
      const tick = exchange.books.ticks.get(assetOf(symbol)?.symbol ?? symbol);
      return tick ? [`${JSON.stringify(symbol)}:${view(tick)}`] : [];
    });
    return { status: 200, text: `{"${name}":{${entries.join(',')}}}` };
  };
  const quotes = (query: URLSearchParams): Answer => each(query, 'quotes', (tick) => quoteJson(tick, quotedAtMs(tick)));
  return [
    {
      method: 'GET',
      path: /^\/v1beta3\/crypto\/us\/snapshots$/,
      isPublic: true,
      operation: 'quotes',
      handle: ({ query }) => each(query, 'snapshots', (tick) => `{"latestQuote":${quoteJson(tick, quotedAtMs(tick))}}`),
    },
    {
      method: 'GET',
      path: /^\/v1beta3\/crypto\/us\/latest\/orderbooks$/,
      isPublic: true,
      operation: 'quotes',
      handle: ({ query }) => each(query, 'orderbooks', (tick) => orderBookJson(tick, quotedAtMs(tick))),
    },
    {
      method: 'GET',
      path: /^\/v2\/stocks\/quotes\/latest$/,
      operation: 'quotes',
      handle: ({ query }) => quotes(query),
    },
    {
      method: 'GET',
      path: /^\/v1beta3\/crypto\/us\/latest\/quotes$/,
      isPublic: true,
      operation: 'quotes',
      handle: ({ query }) => quotes(query),
    },
    {
      method: 'GET',
      path: /^\/v2\/stocks\/(.+)\/quotes\/latest$/,
      operation: 'quotes',
      handle: ({ path: [symbol = ''] }) => {
        const tick = exchange.books.ticks.get(assetOf(symbol)?.symbol ?? symbol);
        if (!tick) throw notFound(`no quote found for ${symbol}`);
        return {
          status: 200,
          text: `{"symbol":${JSON.stringify(symbol)},"quote":${quoteJson(tick, quotedAtMs(tick))}}`,
        };
      },
    },
  ];
}
