import fc from 'fast-check';
import { PROFILE_ID } from '../domain/given.js';
import { AMEND_STEPS } from './amend-steps.js';
import { SYMBOLS } from './model-market.js';
import { USUAL_STEPS } from './orders-steps.js';
import type { OrdersWorld } from './orders-world.js';
import { SHORT_STEPS } from './short-steps.js';
import { LASTS_MS_MAX } from './step-words.js';
import type { Step, Steps } from './step-words.js';
import { WAITING_STEPS } from './waiting-steps.js';

/** Steps of one run, and of one after its beginning. */
const LENGTH = { minLength: 10, maxLength: 60, size: 'max' } as const;
const SHORTER = { minLength: 0, maxLength: 12, size: 'max' } as const;

const runOf = (...steps: readonly Steps[][]): fc.Arbitrary<Step[]> => fc.array(fc.oneof(...steps.flat()), LENGTH);

/** A run that begins with something which seldom comes about by chance, and goes on as any. */
export const begunWith = (beginning: fc.Arbitrary<Step>): fc.Arbitrary<Step[]> =>
  fc
    .tuple(beginning, fc.array(fc.oneof(...USUAL_STEPS, ...AMEND_STEPS), SHORTER))
    .map(([first, run]) => [first, ...run]);

/** What may happen to a profile: the usual, with one of the rest, or with all of it, so that each is often met. */
export const anyRun: fc.Arbitrary<Step[]> = fc.oneof(
  runOf([...USUAL_STEPS], [...AMEND_STEPS]),
  runOf([...USUAL_STEPS], [...SHORT_STEPS], [...AMEND_STEPS]),
  runOf([...USUAL_STEPS], [...WAITING_STEPS], [...AMEND_STEPS]),
  runOf([...USUAL_STEPS], [...AMEND_STEPS], [...SHORT_STEPS], [...WAITING_STEPS]),
);

/** Lets everything that is under way end: trading goes on, every date has come, the broker decides, and what was missed is seen. */
export async function comeToRest(world: OrdersWorld): Promise<void> {
  const { broker } = world;
  [broker.next, broker.nextReplace] = ['open', 'taken'];
  for (const scope of ['global', `profile:${PROFILE_ID}`, ...SYMBOLS.map((name) => `symbol:${name}`)])
    await world.change({ scope, mode: 'active' });
  decideAll(world);
  await world.settle();
  world.wait(LASTS_MS_MAX);
  await world.tick(undefined);
  await world.settle();
  await lookEverywhere(world);
  for (let round = 0; round < ROUNDS; round += 1) {
    await endCancelled(world);
    await world.settle();
    await world.heal();
    await world.settle();
  }
}

/** What one round brings to light, such as fills that nobody had heard of, may lead to other cancels. */
const ROUNDS = 3;

async function endCancelled({ broker }: OrdersWorld): Promise<void> {
  for (const { venueOrderId, brokerKey } of await broker.openOrders())
    if (broker.cancelled.has(venueOrderId)) broker.end(brokerKey, 'cancelled');
}

function decideAll({ broker }: OrdersWorld): void {
  for (const brokerKey of broker.considered) broker.decide(brokerKey, true);
}

/** Both replicas look at the market, and what they set off is sent. */
async function lookEverywhere(world: OrdersWorld): Promise<void> {
  for (let replica = 0; replica < 2; replica += 1) {
    await world.look(undefined, true);
    world.handOver();
  }
  await world.settle();
}
