import fc from 'fast-check';
import { Decimal } from '@ballast/money';
import type { ReplaceOrderRequest } from '@ballast/contracts/orders';
import type { ReplaceAnswer as BrokersAnswer } from './model-replacing.js';
import { stateOf } from './model-state.js';
import type { OrdersWorld } from './orders-world.js';
import {
  LASTS_MS_MAX,
  atReplica,
  centsBetween,
  crash,
  oneOf,
  pick,
  price,
  quarters,
  seldom,
  share,
  step,
} from './step-words.js';
import type { Steps } from './step-words.js';

/** Other terms that may be asked for; the quantity in quarters of the one that the order has. */
interface Asked {
  readonly parts?: number | undefined;
  readonly limitPrice?: string | undefined;
  readonly stopPrice?: string | undefined;
  readonly takeProfitPrice?: string | undefined;
  readonly timeInForce?: 'day' | 'gtc' | undefined;
  readonly lastsMs?: number | undefined;
}

/** Given so often among ten. */
const given = <T>(of: fc.Arbitrary<T>, often: number): fc.Arbitrary<T | undefined> =>
  fc.oneof({ arbitrary: of, weight: often }, { arbitrary: fc.constant(undefined), weight: 10 - often });
const asked: fc.Arbitrary<Asked> = fc.record({
  parts: given(fc.integer({ min: 1, max: 8 }), 6),
  limitPrice: given(price, 6),
  stopPrice: given(price, 1),
  takeProfitPrice: given(centsBetween(10_500, 11_500), 1),
  timeInForce: given(fc.constantFrom('day' as const, 'gtc' as const), 2),
  lastsMs: given(fc.integer({ min: 1, max: LASTS_MS_MAX }), 2),
});

/** What the broker does with the next request. */
const answer = fc.constantFrom<BrokersAnswer>(
  'taken',
  'taken',
  'considered',
  'considered',
  'rejected',
  'lost-but-taken',
  'lost-but-considered',
  'lost-and-never-arrived',
  'unavailable',
);

const stopEntry = step(
  'buy above the market',
  fc.record({ symbol: fc.constantFrom('AAPL', 'MSFT'), quantity: quarters, stopPrice: price, crash }),
  (world, { quantity, stopPrice, crash: dies, ...of }) =>
    world.place(
      { ...of, side: 'buy', type: 'stop-limit', quantity: `${quantity * 7}`, stopPrice, limitPrice: stopPrice },
      dies,
    ),
);
const amend = step(
  'amend',
  fc.record({ at: pick, asked, answer, isStale: seldom, elsewhere: fc.boolean(), crash }),
  (world, of) => atReplica(world, of.elsewhere, () => ask(world, of)),
);
const decided = step(
  'the broker decides',
  fc.record({ at: pick, takes: fc.boolean() }),
  ({ broker }, { at, takes }) => {
    const brokerKey = oneOf(broker.considered, at);
    if (brokerKey !== undefined) broker.decide(brokerKey, takes);
  },
);
/** Other terms of orders that rest, and all that the broker may make of it. */
export const AMEND_STEPS: readonly Steps[] = [
  { arbitrary: stopEntry, weight: 1 },
  { arbitrary: amend, weight: 24 },
  { arbitrary: decided, weight: 6 },
];

async function ask(
  world: OrdersWorld,
  of: { at: number; asked: Asked; answer: BrokersAnswer; isStale: boolean; crash: Parameters<OrdersWorld['amend']>[2] },
): Promise<void> {
  const { live } = stateOf(world);
  const resting = live.filter(({ state }) => state === 'open' || state === 'partially-filled');
  const order = oneOf(resting.length > 0 ? resting : live, of.at);
  if (order === undefined) return;
  world.broker.nextReplace = of.answer;
  const { parts, lastsMs, ...terms } = of.asked;
  const date = lastsMs === undefined ? {} : world.dated(lastsMs);
  const quantity = parts === undefined ? undefined : Decimal.max(1, partsOf(order.quantity, parts)).toFixed();
  const changes = Object.fromEntries(
    Object.entries({ quantity, ...terms, ...date }).filter(([, value]) => value !== undefined),
  ) as ReplaceOrderRequest;
  const version = of.isStale ? order.version - 1 : undefined;
  const told = await world.amend({ ...order, version }, changes, of.crash);
  if (of.isStale) expect(told?.outcome).toBe('stale');
  else if (resting.includes(order) && !order.pendingCancel && order.replacement === undefined)
    expect(['requested', 'refused', 'invalid']).toContain(told?.outcome);
}

/** Up to twice as much. */
function partsOf(of: Decimal, parts: number): Decimal {
  return parts > 4 ? of.plus(share(of, parts - 4)) : share(of, parts);
}
