import fc from 'fast-check';
import { brokerKeyOf } from '@ballast/contracts';
import { CONTROL_MODES } from '@ballast/contracts/orders';
import { Decimal, decimal } from '@ballast/money';
import { PROFILE_ID } from '../domain/given.js';
import { executedQuantity, remainingQuantity } from '../domain/order.js';
import type { Order } from '../domain/order.js';
import { sellableQuantity, tradeOf } from '../domain/book.js';
import type { Book } from '../domain/book.js';
import { isOfShort, isShort } from '../domain/trade.js';
import type { Crash } from './memory-store.js';
import type { Side } from './model-broker.js';
import { SYMBOLS } from './model-market.js';
import { stateOf } from './model-state.js';
import type { OrdersWorld } from './orders-world.js';
import type { NextAnswer } from './scripted-venue.js';
import {
  atReplica,
  crash,
  dated,
  oneOf,
  pick,
  price,
  quantity,
  quarters,
  seldom,
  share,
  step,
  symbol,
} from './step-words.js';
import type { Lasting, Steps } from './step-words.js';

/** How long an order stands, mostly without a date. */
export const stands: fc.Arbitrary<Lasting> = fc.oneof(
  {
    arbitrary: fc.constantFrom({ timeInForce: 'day' as const }, { timeInForce: 'gtc' as const }),
    weight: 3,
  },
  { arbitrary: dated, weight: 1 },
);
const TAKE_PROFIT = { takeProfitPrice: '110' };
const STOP_LOSS = { stopLossPrice: '90' };
const NONE = {};

const entries = step(
  'buy',
  fc.record({
    terms: fc.record({ symbol, quantity, limitPrice: price }),
    stands,
    exits: fc.constantFrom(NONE, TAKE_PROFIT, STOP_LOSS, { ...TAKE_PROFIT, ...STOP_LOSS }),
    crash,
  }),
  (world, of) => world.place({ side: 'buy', ...of.terms, ...of.stands, ...of.exits }, of.crash),
);
const exits = step(
  'close',
  fc.record({ symbol, quarters: fc.integer({ min: 1, max: 5 }), limitPrice: price, stands, pair: seldom, crash }),
  close,
);
const delivery = step('deliver', fc.record({ at: pick, crash, again: seldom, elsewhere: fc.boolean() }), (world, of) =>
  atReplica(world, of.elsewhere, () => world.deliver(of.at, of)),
);
const fills = step(
  'fill',
  fc.record({
    at: pick,
    quarters,
    price,
    misses: seldom,
    of: fc.constantFrom<Side>('order', 'stop-loss'),
  }),
  fill,
);
const cancel = step('cancel', fc.record({ at: pick, crash }), async (world, of) => {
  const order = oneOf(stateOf(world).live, of.at);
  if (order !== undefined) await world.cancel(order.id, of.crash);
});
const end = step(
  'the broker ends',
  fc.record({ at: pick, kind: fc.constantFrom('cancelled' as const, 'expired' as const) }),
  async ({ broker }, { at, kind }) => {
    const order = oneOf(await broker.openOrders(), at);
    if (order !== undefined) broker.end(order.brokerKey, kind);
  },
);
const controls = step(
  'the switch',
  fc.record({
    scope: fc.constantFrom('global', `profile:${PROFILE_ID}`, ...SYMBOLS.map((name) => `symbol:${name}`)),
    mode: fc.constantFrom(...CONTROL_MODES, ...CONTROL_MODES.map(() => 'active' as const)),
    cancelOpenOrders: seldom,
    elsewhere: fc.boolean(),
    thenMs: fc.constantFrom(0, 1_500),
  }),
  async (world, { elsewhere, thenMs, ...change }) => {
    await atReplica(world, elsewhere, () => world.change(change));
    world.wait(thenMs);
  },
);

const clock = step('the clock', fc.record({ crash, learns: fc.boolean(), elsewhere: seldom }), (world, of) =>
  atReplica(world, of.elsewhere, () => world.tick(of.crash, of.learns)),
);

/** Anything that a caller, the ledger, the broker, an operator or the machines can do. */
export const USUAL_STEPS: readonly Steps[] = [
  { arbitrary: entries, weight: 5 },
  { arbitrary: exits, weight: 2 },
  { arbitrary: delivery, weight: 8 },
  { arbitrary: step('hear everything', fc.constant(''), hearEverything), weight: 4 },
  { arbitrary: fills, weight: 8 },
  { arbitrary: cancel, weight: 1 },
  { arbitrary: end, weight: 1 },
  {
    arbitrary: step('late fill', fc.record({ at: pick, price, ofExit: fc.boolean(), beyond: seldom }), fillLate),
    weight: 1,
  },
  { arbitrary: step('the day ends', fc.constant(''), ({ broker }) => broker.endDay()), weight: 1 },
  { arbitrary: controls, weight: 2 },
  { arbitrary: clock, weight: 1 },
  { arbitrary: step('another process', fc.constant(''), (world) => world.restart()), weight: 1 },
  { arbitrary: step('the other replica', fc.constant(''), (world) => world.handOver()), weight: 1 },
  { arbitrary: step('wait', fc.integer({ min: 1, max: 3_000 }), (world, ms) => world.wait(ms)), weight: 2 },
  { arbitrary: step('wait long', fc.integer({ min: 1, max: 90_000 }), (world, ms) => world.wait(ms)), weight: 1 },
  { arbitrary: step('the broker answers', answers(), ({ broker }, next) => void (broker.next = next)), weight: 1 },
];

function answers(): fc.Arbitrary<NextAnswer> {
  return fc.constantFrom('open', 'rejected', 'lost-but-accepted', 'lost-and-never-arrived', 'unavailable');
}

/** A quarter of what can be closed, or more of it, or one more than there is: sold where it is held, bought where it is owed. */
async function close(
  world: OrdersWorld,
  of: { symbol: string; quarters: number; limitPrice: string; stands: Lasting; pair: boolean; crash: Crash },
): Promise<void> {
  const { book } = stateOf(world);
  const trade = tradeOf(book, of.symbol);
  const isOwed = trade !== undefined && isShort(trade);
  const quantity = Decimal.max(1, share(sellableQuantity(book, of.symbol), of.quarters)).toFixed();
  const exit = { side: isOwed ? 'buy' : 'sell', intent: 'exit' } as const;
  const pair = of.pair ? { stopLossPrice: isOwed ? '110' : '90' } : {};
  await world.place(
    { ...exit, symbol: of.symbol, quantity, limitPrice: of.limitPrice, ...of.stands, ...pair },
    of.crash,
  );
}

/** All that is under way is delivered in its order; what it brings about is not. */
async function hearEverything(world: OrdersWorld): Promise<void> {
  for (let left = world.inbox.length; left > 0; left -= 1) await world.deliver(0, { crash: undefined, again: false });
}

/** The broker fills a part of an order that is open there, or all that is left of it. */
async function fill(
  { broker }: OrdersWorld,
  { at, quarters: parts, ...how }: { at: number; quarters: number; price: string; misses: boolean; of: Side },
): Promise<void> {
  const open = await broker.openOrders();
  const pairs = open.filter(({ brokerKey }) => broker.isPair(brokerKey));
  const order = oneOf(how.of === 'stop-loss' && pairs.length > 0 ? pairs : open, at);
  if (order === undefined) return;
  const part = share(broker.left(order.brokerKey), parts);
  broker.fill(order.brokerKey, part, how);
}

/**
 * The broker fills the rest of an order that has ended here and there, and is heard at once: of an exit what live ones may be
 * about to close, and seldom more than is held.
 */
async function fillLate(
  world: OrdersWorld,
  { at, price: at1, ofExit, beyond }: { at: number; price: string; ofExit: boolean; beyond: boolean },
): Promise<void> {
  const { book, ended } = stateOf(world);
  const late: Order[] = [];
  for (const order of ended) {
    const atVenue = await world.broker.lookup(brokerKeyOf(order.id, order.revision));
    const isIdle = atVenue?.status === 'cancelled' || atVenue?.status === 'expired';
    const filled = executedQuantity(order).minus(order.filledEarlier);
    const isKnown = atVenue?.legs === undefined && atVenue?.filledQuantity.eq(filled) === true;
    if (isIdle && isKnown && fitsLate(order, book, beyond)) late.push(order);
  }
  const exitOrders = late.filter(({ intent }) => intent === 'exit');
  const order = oneOf(ofExit && exitOrders.length > 0 ? exitOrders : late, at);
  if (order === undefined) return;
  const rest = decimal(remainingQuantity(order).toFixed());
  world.broker.fill(brokerKeyOf(order.id, order.revision), rest, { price: at1, of: 'order', misses: false });
  await world.deliver(world.inbox.length - 1, { crash: undefined, again: false });
}

/** Whether the broker's own position allows that the rest of an order is filled, or is turned round by it. */
function fitsLate(order: Order, book: Book, beyond: boolean): boolean {
  const trade = tradeOf(book, order.symbol);
  const isOtherWay = trade !== undefined && isShort(trade) !== isOfShort(order);
  if (order.intent === 'entry') return !isOtherWay;
  return beyond || (!isOtherWay && remainingQuantity(order).lte(trade?.quantity ?? 0));
}
