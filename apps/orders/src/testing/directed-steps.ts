import fc from 'fast-check';
import { brokerKeyOf } from '@ballast/contracts';
import type { ReplaceOrderRequest } from '@ballast/contracts/orders';
import { decimal } from '@ballast/money';
import type { Order } from '../domain/order.js';
import type { ReplaceAnswer } from './model-replacing.js';
import { stateOf } from './model-state.js';
import type { OrdersWorld, Wanted } from './orders-world.js';
import { centsBetween, step } from './step-words.js';
import type { Step } from './step-words.js';

/** Beyond the time for which a quote is used again, and for which a replica may not know of a switch. */
const NEWS_MS = 1_500;
const ENTRY = { symbol: 'AAPL', side: 'buy', quantity: '8', limitPrice: '100', timeInForce: 'gtc' } as const;
const ONCE = { crash: undefined, again: false };

const some = fc.record({ part: fc.integer({ min: 1, max: 7 }).map(String), limitPrice: centsBetween(9_700, 9_990) });

/** Hands over the message that came last. */
const newest = (world: OrdersWorld): Promise<void> => world.deliver(world.inbox.length - 1, ONCE);

/** The order that was placed last, as it is stored. */
function last(world: OrdersWorld): Order {
  const order = stateOf(world).orders.reduce((left, right) => (left.createdAt > right.createdAt ? left : right));
  return order;
}

/** An order that the other replica has sent to the broker and knows as it rests; this one goes on. */
async function sentByOther(world: OrdersWorld, terms: Partial<Wanted> = {}): Promise<Order> {
  await world.place({ ...ENTRY, ...terms }, undefined);
  world.handOver();
  await world.settle();
  world.handOver();
  return last(world);
}

/** Other terms are asked for, at the broker too unless they have to wait. */
async function asks(
  world: OrdersWorld,
  { id, symbol }: Order,
  changes: ReplaceOrderRequest,
  answer?: ReplaceAnswer,
): Promise<void> {
  await world.amend({ id, symbol, version: undefined }, changes, undefined);
  if (answer === undefined) return;
  world.broker.nextReplace = answer;
  await newest(world);
}

function fills(world: OrdersWorld, name: string, part: string): void {
  world.broker.fill(name, decimal(part), { price: '99.9', of: 'order', misses: false });
}

/** The other replica, which has not heard of the request, hears a fill under the name that only the request explains. */
const underNewName = step('a fill under a new name', some, async (world, { part, limitPrice }) => {
  const order = await sentByOther(world);
  await asks(world, order, { limitPrice }, 'lost-but-taken');
  fills(world, brokerKeyOf(order.id, 1), part);
  world.handOver();
  await newest(world);
  expect(stateOf(world).executions.map(({ revision, quantity }) => [revision, quantity])).toEqual([[1, part]]);
});

/** More at a lower price: until the broker has decided, either may be filled. */
const cheaper = step('more for less', some, async (world, { part, limitPrice }) => {
  const order = await sentByOther(world);
  await asks(world, order, { quantity: '16', limitPrice }, 'considered');
  fills(world, brokerKeyOf(order.id, 0), part);
});

/** A request is under way while its order is filled. */
const filledMeanwhile = step('filled while it is changed', some, async (world, { limitPrice }) => {
  const order = await sentByOther(world);
  await asks(world, order, { limitPrice }, 'considered');
  fills(world, brokerKeyOf(order.id, 0), '8');
  await newest(world);
});

/** What waits here is set off at one replica, and the other one, which knows it as it waited, is to send it. */
const setOff = step('set off elsewhere', fc.constant(''), async (world) => {
  const { limitPrice: _none, ...terms } = ENTRY;
  await world.place({ ...terms, type: 'stop', stopPrice: '101', triggeredHere: true }, undefined);
  world.handOver();
  await world.deliver(0, ONCE);
  world.handOver();
  world.broker.market.move(ENTRY.symbol, decimal('101.5'));
  world.wait(NEWS_MS);
  await world.look(undefined, true);
  world.handOver();
  await newest(world);
});

/** The switch is moved between a request and the call that it leads to. */
const haltedMeanwhile = step('a halt while it is changed', fc.boolean(), async (world, isHalt) => {
  const order = await sentByOther(world);
  await asks(world, order, { quantity: '16' });
  await world.change({ scope: 'global', mode: isHalt ? 'halted' : 'reduce-only' });
  world.wait(NEWS_MS);
  await world.deliver(0, ONCE);
});

/** An exit asks to close more, and before it may, somebody else wants to close that. */
const closedTwice = step('closed by two', some, async (world, { part }) => {
  const entry = await sentByOther(world);
  fills(world, brokerKeyOf(entry.id, 0), '8');
  await world.settle();
  const exit = { side: 'sell', intent: 'exit', limitPrice: '104' } as const;
  const order = await sentByOther(world, { ...exit, quantity: '1' });
  await asks(world, order, { quantity: '8' });
  await world.place({ ...ENTRY, ...exit, quantity: part }, undefined);
});

/** The other replica remembers the date that an order had. */
const laterDate = step('a later date', fc.constant(''), async (world) => {
  await world.place({ ...ENTRY, timeInForce: 'gtd', lastsMs: 40_000 }, undefined);
  world.handOver();
  await world.tick(undefined);
  await world.settle();
  world.handOver();
  await asks(world, last(world), world.dated(60_000));
  world.wait(45_000);
  world.handOver();
  await world.tick(undefined, false);
});

/** A fill that is late, of exits in whose place others rest; nobody has done anything about these yet. */
const lateExit = step('a late fill of an exit', some, async (world, { part }) => {
  const entry = await sentByOther(world, { takeProfitPrice: '110', stopLossPrice: '90' });
  fills(world, brokerKeyOf(entry.id, 0), '8');
  await world.settle();
  const [first] = await world.broker.openOrders();
  if (first === undefined) throw new Error('the fill has no exits');
  world.broker.end(first.brokerKey, 'cancelled');
  await world.settle();
  world.broker.fill(first.brokerKey, decimal(part), { price: '110', of: 'order', misses: false });
  await newest(world);
});

/** What seldom comes about by chance, by name: how a run may begin, with each guard in the way of something. */
export const BEGINNINGS: readonly (readonly [name: string, arbitrary: fc.Arbitrary<Step>])[] = [
  ['a fill under a name that one replica has not heard of', underNewName],
  ['more for less, of which either may be filled', cheaper],
  ['a fill while the order is changed', filledMeanwhile],
  ['an order that another replica has set off', setOff],
  ['a halt between a request and its call', haltedMeanwhile],
  ['an exit that two want to make', closedTwice],
  ['a date that is later than a replica knows', laterDate],
  ['a late fill of an exit in whose place another rests', lateExit],
];
