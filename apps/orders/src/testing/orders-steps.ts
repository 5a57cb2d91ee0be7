import fc from 'fast-check';
import { brokerKeyOf } from '@ballast/contracts';
import { CONTROL_MODES } from '@ballast/contracts/orders';
import { Decimal, decimal } from '@ballast/money';
import { PROFILE_ID } from '../domain/given.js';
import { remainingQuantity } from '../domain/order.js';
import type { Order } from '../domain/order.js';
import { sellableQuantity } from '../domain/book.js';
import type { Crash } from './memory-store.js';
import type { Side } from './model-broker.js';
import { SYMBOLS, stateOf } from './orders-model.js';
import type { OrdersWorld } from './orders-world.js';
import type { NextAnswer } from './scripted-venue.js';

/** Something that happens to a world. */
export type Step = (world: OrdersWorld) => Promise<void>;

/** How long an order stands. */
type Lasting = { readonly timeInForce: 'day' | 'gtc' } | { readonly timeInForce: 'gtd'; readonly lastsMs: number };

/** Milliseconds for which an order with a date stands, at most. */
const LASTS_MS_MAX = 60_000;

const crash = fc.constantFrom<Crash>(undefined, undefined, undefined, 'before', 'after');
const pick = fc.nat({ max: 1_000 });
const symbol = fc.constantFrom(...SYMBOLS);
const quantity = fc.integer({ min: 1, max: 100 }).map(String);
const price = fc.integer({ min: 9_600, max: 10_400 }).map((cents) => new Decimal(cents).div(100).toFixed());
const stands: fc.Arbitrary<Lasting> = fc.oneof(
  {
    arbitrary: fc.constantFrom({ timeInForce: 'day' as const }, { timeInForce: 'gtc' as const }),
    weight: 3,
  },
  {
    arbitrary: fc.integer({ min: 1, max: LASTS_MS_MAX }).map((lastsMs) => ({ timeInForce: 'gtd' as const, lastsMs })),
    weight: 1,
  },
);
const seldom = fc.constantFrom(false, false, false, true);
const TAKE_PROFIT = { takeProfitPrice: '110' };
const STOP_LOSS = { stopLossPrice: '90' };
const NONE = {};

/** What is said of a step when a run fails. */
const named = (name: string, step: Step): Step => Object.assign(step, { toString: () => name });
const step = <T>(name: string, given: fc.Arbitrary<T>, take: (world: OrdersWorld, given: T) => Promise<void> | void) =>
  given.map((value) => named(`${name} ${JSON.stringify(value)}`, async (world) => take(world, value)));

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
  'sell',
  fc.record({ symbol, quarters: fc.integer({ min: 1, max: 5 }), limitPrice: price, stands, pair: seldom, crash }),
  sell,
);
const delivery = step('deliver', fc.record({ at: pick, crash, again: seldom, elsewhere: seldom }), (world, of) =>
  atReplica(world, of.elsewhere, () => world.deliver(of.at, of)),
);
const fills = step(
  'fill',
  fc.record({
    at: pick,
    quarters: fc.integer({ min: 1, max: 4 }),
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

/** Anything that a caller, the ledger, the broker, an operator or the machines can do. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: entries, weight: 5 },
  { arbitrary: exits, weight: 2 },
  { arbitrary: delivery, weight: 8 },
  { arbitrary: step('hear everything', fc.constant(''), hearEverything), weight: 4 },
  { arbitrary: fills, weight: 8 },
  { arbitrary: cancel, weight: 1 },
  { arbitrary: end, weight: 1 },
  { arbitrary: step('late fill', fc.record({ at: pick, price, ofExit: fc.boolean() }), fillLate), weight: 1 },
  { arbitrary: step('the day ends', fc.constant(''), ({ broker }) => broker.endDay()), weight: 1 },
  { arbitrary: controls, weight: 2 },
  { arbitrary: step('the clock', fc.record({ crash }), (world, of) => world.tick(of.crash)), weight: 1 },
  { arbitrary: step('another process', fc.constant(''), (world) => world.restart()), weight: 1 },
  { arbitrary: step('the other replica', fc.constant(''), (world) => world.handOver()), weight: 1 },
  { arbitrary: step('wait', fc.integer({ min: 1, max: 3_000 }), (world, ms) => world.wait(ms)), weight: 2 },
  { arbitrary: step('wait long', fc.integer({ min: 1, max: 90_000 }), (world, ms) => world.wait(ms)), weight: 1 },
  { arbitrary: step('the broker answers', answers(), ({ broker }, next) => void (broker.next = next)), weight: 1 },
);

function answers(): fc.Arbitrary<NextAnswer> {
  return fc.constantFrom('open', 'rejected', 'lost-but-accepted', 'lost-and-never-arrived', 'unavailable');
}

/** Lets everything that is under way end: trading goes on, every date has come, cancels that the broker took and fills that were missed too. */
export async function comeToRest(world: OrdersWorld): Promise<void> {
  world.broker.next = 'open';
  for (const scope of ['global', `profile:${PROFILE_ID}`, ...SYMBOLS.map((name) => `symbol:${name}`)])
    await world.change({ scope, mode: 'active' });
  await world.settle();
  world.wait(LASTS_MS_MAX);
  await world.tick(undefined);
  await world.settle();
  for (const { venueOrderId, brokerKey } of await world.broker.openOrders())
    if (world.broker.cancelled.has(venueOrderId)) world.broker.end(brokerKey, 'cancelled');
  await world.settle();
  await world.heal();
  await world.settle();
}

/** Has the replica do it that acts now, or the other one, which may know less. */
async function atReplica(world: OrdersWorld, isOther: boolean, work: () => Promise<void>): Promise<void> {
  if (isOther) world.handOver();
  await work();
  if (isOther) world.handOver();
}

/** A quarter of what can be sold, or more of it, or one more than there is. */
async function sell(
  world: OrdersWorld,
  of: { symbol: string; quarters: number; limitPrice: string; stands: Lasting; pair: boolean; crash: Crash },
): Promise<void> {
  const free = sellableQuantity(stateOf(world).book, of.symbol);
  const share = of.quarters > 4 ? free.plus(1) : free.times(of.quarters).div(4).toDecimalPlaces(0, Decimal.ROUND_UP);
  const terms = { symbol: of.symbol, quantity: Decimal.max(1, share).toFixed(), limitPrice: of.limitPrice };
  await world.place({ side: 'sell', ...terms, ...of.stands, ...(of.pair ? STOP_LOSS : NONE) }, of.crash);
}

/** All that is under way is delivered in its order; what it brings about is not. */
async function hearEverything(world: OrdersWorld): Promise<void> {
  for (let left = world.inbox.length; left > 0; left -= 1) await world.deliver(0, { crash: undefined, again: false });
}

/** The broker fills a part of an order that is open there, or all that is left of it. */
async function fill(
  { broker }: OrdersWorld,
  { at, quarters, ...how }: { at: number; quarters: number; price: string; misses: boolean; of: Side },
): Promise<void> {
  const open = await broker.openOrders();
  const pairs = open.filter(({ brokerKey }) => broker.isPair(brokerKey));
  const order = oneOf(how.of === 'stop-loss' && pairs.length > 0 ? pairs : open, at);
  if (order === undefined) return;
  const part = broker.left(order.brokerKey).times(quarters).div(4).toDecimalPlaces(0, Decimal.ROUND_UP);
  broker.fill(order.brokerKey, part, how);
}

/** The broker fills the rest of an order that has ended here and there, and is heard at once; never more than is free. */
async function fillLate(
  world: OrdersWorld,
  { at, price: at1, ofExit }: { at: number; price: string; ofExit: boolean },
): Promise<void> {
  const { book, ended } = stateOf(world);
  const late: Order[] = [];
  for (const order of ended) {
    const atVenue = await world.broker.lookup(brokerKeyOf(order.id, 0));
    const isIdle = atVenue?.status === 'cancelled' || atVenue?.status === 'expired';
    const isKnown = atVenue?.legs === undefined && atVenue?.filledQuantity.eq(order.filledQuantity) === true;
    const free = sellableQuantity(book, order.symbol);
    if (isIdle && isKnown && (order.intent === 'entry' || remainingQuantity(order).lte(free))) late.push(order);
  }
  const exitOrders = late.filter(({ intent }) => intent === 'exit');
  const order = oneOf(ofExit && exitOrders.length > 0 ? exitOrders : late, at);
  if (order === undefined) return;
  const rest = decimal(remainingQuantity(order).toFixed());
  world.broker.fill(brokerKeyOf(order.id, 0), rest, { price: at1, of: 'order', misses: false });
  await world.deliver(world.inbox.length - 1, { crash: undefined, again: false });
}

function oneOf<T>(all: readonly T[], at: number): T | undefined {
  return all[at % Math.max(1, all.length)];
}
