import type { PlaceOrderRequest } from '@ballast/contracts/orders';
import { PROFILE_ID } from './given.js';
import { contradictionsOf } from './request-shape.js';

const requestOf = (changes: Partial<PlaceOrderRequest>): PlaceOrderRequest => ({
  profileId: PROFILE_ID,
  symbol: 'AAPL',
  side: 'buy',
  type: 'market',
  quantity: '10',
  ...changes,
});
const LIMIT = { type: 'limit', limitPrice: '100' } as const;
const STOP = { type: 'stop', stopPrice: '110' } as const;
const TRAIL = { type: 'trailing-stop', side: 'sell' } as const;

const SENSIBLE: readonly (readonly [string, Partial<PlaceOrderRequest>])[] = [
  ['a market order', {}],
  ['a limit order', LIMIT],
  ['a stop', STOP],
  ['a stop-limit', { type: 'stop-limit', stopPrice: '110', limitPrice: '111' }],
  ['a trailing stop by price', { ...TRAIL, trailPrice: '2' }],
  ['a trailing stop by percent', { ...TRAIL, trailPercent: '99.99' }],
  ['a market-if-touched', { type: 'market-if-touched', stopPrice: '90' }],
  ['money in place of a quantity', { quantity: undefined, notional: '500' }],
  ['good till a date', { ...LIMIT, timeInForce: 'gtd', expiresAt: '2026-11-21T15:00:00.000Z' }],
  ['a limit order to fill at once', { ...LIMIT, timeInForce: 'fok' }],
  ['a limit order that may only rest', { ...LIMIT, postOnly: true, timeInForce: 'gtc' }],
  ['an entry with both exits', { ...LIMIT, takeProfitPrice: '110', stopLossPrice: '95', stopLossLimitPrice: '94' }],
  ['an exit with a stop loss beside it', { ...LIMIT, side: 'sell', stopLossPrice: '95' }],
  [
    'a trailing stop that waits here',
    { ...TRAIL, side: 'buy', trailPrice: '2', timeInForce: 'gtc', triggeredHere: true },
  ],
  ['a sale that may only reduce', { side: 'sell', reduceOnly: true }],
];

const CONTRADICTIONS: readonly (readonly [string, Partial<PlaceOrderRequest>, readonly string[]])[] = [
  ['no size', { quantity: undefined }, ['/quantity']],
  ['a quantity and money', { notional: '500' }, ['/notional']],
  ['money for a stop', { ...STOP, quantity: undefined, notional: '500' }, ['/notional']],
  ['a market order with a limit', { limitPrice: '100' }, ['/limitPrice']],
  ['a limit order without one', { type: 'limit' }, ['/limitPrice']],
  ['a limit order with a stop', { ...LIMIT, stopPrice: '90' }, ['/stopPrice']],
  ['a stop without its price', { type: 'stop' }, ['/stopPrice']],
  ['a stop with a limit', { ...STOP, limitPrice: '110' }, ['/limitPrice']],
  ['a stop-limit with neither', { type: 'stop-limit' }, ['/limitPrice', '/stopPrice']],
  ['a market-if-touched without its price', { type: 'market-if-touched' }, ['/stopPrice']],
  ['a trailing stop without a trail', TRAIL, ['/trailPrice']],
  ['a trailing stop with two', { ...TRAIL, trailPrice: '2', trailPercent: '1' }, ['/trailPercent']],
  ['a trail of all of the price', { ...TRAIL, trailPercent: '100' }, ['/trailPercent']],
  ['a market order that trails', { trailPrice: '2' }, ['/trailPrice']],
  ['a market order that trails by percent', { trailPercent: '2' }, ['/trailPercent']],
  ['a date without gtd', { expiresAt: '2026-11-21T15:00:00.000Z' }, ['/expiresAt']],
  ['gtd without a date', { ...LIMIT, timeInForce: 'gtd' }, ['/expiresAt']],
  ['a stop to fill at once', { ...STOP, timeInForce: 'ioc' }, ['/timeInForce']],
  ['a market order that may only rest', { postOnly: true }, ['/postOnly']],
  ['an order to fill at once that may only rest', { ...LIMIT, timeInForce: 'ioc', postOnly: true }, ['/postOnly']],
  ['a limit of a stop loss without one', { stopLossLimitPrice: '94' }, ['/stopLossLimitPrice']],
  ['an exit with a take profit', { side: 'sell', takeProfitPrice: '110' }, ['/takeProfitPrice']],
  ['a market exit with a stop loss', { side: 'sell', stopLossPrice: '95' }, ['/stopLossPrice']],
  [
    'an exit with a stop loss that may only rest',
    { ...LIMIT, side: 'sell', stopLossPrice: '95', postOnly: true },
    ['/stopLossPrice'],
  ],
  ['a limit order that waits here', { ...LIMIT, timeInForce: 'gtc', triggeredHere: true }, ['/triggeredHere']],
  ['a stop that waits here for a day', { ...STOP, triggeredHere: true }, ['/timeInForce']],
  ['an entry that may only reduce', { reduceOnly: true, intent: 'entry' }, ['/reduceOnly']],
  ['a buy that may only reduce', { reduceOnly: true }, ['/reduceOnly']],
];

describe('a request to place an order', () => {
  it.each(SENSIBLE)('makes sense as %s', (_name, changes) => {
    expect(contradictionsOf(requestOf(changes))).toEqual([]);
  });

  it.each(CONTRADICTIONS)('contradicts itself with %s', (_name, changes, pointers) => {
    expect(contradictionsOf(requestOf(changes)).map(({ pointer }) => pointer)).toEqual(pointers);
  });
});
