import fc from 'fast-check';
import { Decimal, decimal } from '@ballast/money';
import type { OrderIntent, OrderSide, PlaceOrderRequest } from '@ballast/contracts/orders';
import { sellableQuantity, tradeOf } from '../domain/book.js';
import { isShort } from '../domain/trade.js';
import type { Crash } from './memory-store.js';
import { stateOf } from './model-state.js';
import type { OrdersWorld } from './orders-world.js';
import { atReplica, centsBetween, crash, dated, price, quantity, seldom, step, symbol } from './step-words.js';
import type { Dated, Steps } from './step-words.js';

/** Beyond the time for which a quote is used again. */
const NEWS_MS = 300;

type Prices = Pick<PlaceOrderRequest, 'type' | 'stopPrice' | 'limitPrice' | 'trailPrice' | 'trailPercent'>;

const prices: fc.Arbitrary<Prices> = fc.oneof(
  price.map((stopPrice) => ({ type: 'stop' as const, stopPrice })),
  price.map((stopPrice) => ({ type: 'market-if-touched' as const, stopPrice })),
  price.map((stopPrice) => ({ type: 'stop-limit' as const, stopPrice, limitPrice: stopPrice })),
  centsBetween(50, 300).map((trailPrice) => ({ type: 'trailing-stop' as const, trailPrice })),
  fc.constantFrom('1', '2.5').map((trailPercent) => ({ type: 'trailing-stop' as const, trailPercent })),
);
const placed = step(
  'wait here',
  fc.record({
    symbol,
    quantity,
    prices,
    stands: fc.oneof(fc.constant({ timeInForce: 'gtc' as const }), dated),
    as: fc.constantFrom<'entry' | 'short sale' | 'exit'>('entry', 'short sale', 'exit'),
    crash,
  }),
  waitHere,
);
const moves = step(
  'the market',
  fc.record({ symbol, bid: centsBetween(9_500, 10_500), isSeen: fc.boolean() }),
  async (world, { symbol: name, bid, isSeen }) => {
    world.broker.market.move(name, decimal(bid));
    world.wait(NEWS_MS);
    if (isSeen) await world.look(undefined, false);
  },
);
const looks = step('look', fc.record({ elsewhere: fc.boolean(), learns: fc.boolean(), crash }), (world, of) =>
  atReplica(world, of.elsewhere, () => world.look(of.crash, of.learns)),
);

/** Orders that wait here, and the market that sets them off. */
export const WAITING_STEPS: readonly Steps[] = [
  { arbitrary: placed, weight: 10 },
  { arbitrary: moves, weight: 12 },
  { arbitrary: looks, weight: 12 },
  {
    arbitrary: step('deliver here', seldom, (world) => world.deliver(0, { crash: undefined, again: true })),
    weight: 1,
  },
];

async function waitHere(
  world: OrdersWorld,
  of: {
    symbol: string;
    quantity: string;
    prices: Prices;
    stands: { timeInForce: 'gtc' } | Dated;
    as: string;
    crash: Crash;
  },
): Promise<void> {
  const { side, intent, quantity: wanted } = of.as === 'exit' ? exitIn(world, of.symbol) : entryAs(of.as, of.quantity);
  const terms = { symbol: of.symbol, side, intent, quantity: wanted, ...of.prices, triggeredHere: true };
  await world.place({ ...terms, ...of.stands }, of.crash);
}

interface Size {
  readonly side: OrderSide;
  readonly intent: OrderIntent;
  readonly quantity: string;
}

function entryAs(as: string, wanted: string): Size {
  return { side: as === 'entry' ? 'buy' : 'sell', intent: 'entry', quantity: wanted };
}

/** Half of what can be closed. */
function exitIn(world: OrdersWorld, name: string): Size {
  const { book } = stateOf(world);
  const trade = tradeOf(book, name);
  const half = sellableQuantity(book, name).div(2).toDecimalPlaces(0, Decimal.ROUND_UP);
  const side = trade !== undefined && isShort(trade) ? 'buy' : 'sell';
  return { side, intent: 'exit', quantity: Decimal.max(1, half).toFixed() };
}
