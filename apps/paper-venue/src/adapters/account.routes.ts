import { Decimal, decimalText } from '@ballast/money';
import { heldByClosings } from '../domain/holds.js';
import { ASSETS, assetOf } from '../domain/asset.js';
import type { Position } from '../domain/position.js';
import { notFound } from '../domain/refusal.js';
import { middle } from '../domain/tick.js';
import type { Exchange } from '../exchange.js';
import type { Route } from './http-server.js';
import { assetView, positionView } from './views.js';

/** Which account this is. */
export interface AccountFacts {
  id: string;
  createdAt: string;
}

/** The account, its positions and what can be traded. */
export function accountRoutes(exchange: Exchange, facts: AccountFacts): Route[] {
  const { books } = exchange;
  const view = (position: Position): Record<string, unknown> =>
    positionView(position, {
      tick: books.ticks.get(position.symbol),
      held: heldByClosings(books.open.values(), position.symbol),
    });
  return [
    {
      method: 'GET',
      path: /^\/v2\/account$/,
      operation: 'account',
      handle: () => ({ status: 200, json: accountView(exchange, facts) }),
    },
    {
      method: 'GET',
      path: /^\/v2\/positions$/,
      operation: 'account',
      handle: () => ({ status: 200, json: [...books.positions.values()].map(view) }),
    },
    {
      method: 'GET',
      path: /^\/v2\/positions\/(.+)$/,
      handle: ({ path: [symbol = ''] }) => {
        const position = books.positions.get(assetOf(symbol)?.symbol ?? symbol);
        if (!position) throw notFound('position does not exist');
        return { status: 200, json: view(position) };
      },
    },
    {
      method: 'GET',
      path: /^\/v2\/assets$/,
      handle: ({ query }) => {
        const [wantedClass, wantedStatus] = [query.get('asset_class'), query.get('status')];
        const assets = [...ASSETS.values()].filter((asset) => !wantedClass || asset.class === wantedClass);
        return {
          status: 200,
          json: wantedStatus === 'inactive' ? [] : assets.map((asset) => assetView(asset, exchange.rules)),
        };
      },
    },
    {
      method: 'GET',
      path: /^\/v2\/assets\/(.+)$/,
      handle: ({ path: [symbol = ''] }) => {
        const asset = assetOf(symbol) ?? [...ASSETS.values()].find(({ id }) => id === symbol);
        if (!asset) throw notFound(`asset not found for ${symbol}`);
        return { status: 200, json: assetView(asset, exchange.rules) };
      },
    },
  ];
}

function accountView(exchange: Exchange, facts: AccountFacts): Record<string, unknown> {
  const { cash, positions, ticks } = exchange.books;
  const valueOf = (isCounted: (position: Position) => boolean): Decimal =>
    [...positions.values()].filter(isCounted).reduce((sum, position) => {
      const tick = ticks.get(position.symbol);
      return sum.plus(tick ? position.quantity.times(middle(tick)) : position.cost);
    }, new Decimal(0));
  const [long, short] = [valueOf(({ quantity }) => quantity.gt(0)), valueOf(({ quantity }) => quantity.lt(0))];
  const [cashText, buyingPower, equity] = [cash, exchange.buyingPower(), cash.plus(long).plus(short)].map(decimalText);
  return {
    id: facts.id,
    account_number: `PA${facts.id.replace(/-/g, '').slice(0, 10).toUpperCase()}`,
    status: 'ACTIVE',
    crypto_status: 'ACTIVE',
    currency: 'USD',
    cash: cashText,
    buying_power: buyingPower,
    regt_buying_power: buyingPower,
    non_marginable_buying_power: buyingPower,
    daytrading_buying_power: '0',
    portfolio_value: equity,
    equity,
    last_equity: equity,
    long_market_value: decimalText(long),
    short_market_value: decimalText(short),
    position_market_value: decimalText(long.plus(short)),
    initial_margin: '0',
    maintenance_margin: '0',
    last_maintenance_margin: '0',
    sma: '0',
    accrued_fees: '0',
    multiplier: '1',
    daytrade_count: 0,
    shorting_enabled: exchange.rules.isShortingAllowed,
    pattern_day_trader: false,
    trade_suspended_by_user: false,
    trading_blocked: false,
    transfers_blocked: false,
    account_blocked: false,
    created_at: facts.createdAt,
  };
}
