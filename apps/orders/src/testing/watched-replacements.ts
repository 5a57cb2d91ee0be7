import { orderOfBrokerKey } from '@ballast/contracts';
import { StoreUnavailable } from '@ballast/cosmos';
import type { ContainerStore } from '@ballast/cosmos';
import { storeToken } from '@ballast/service-host';
import type { VenueOrderChange } from '@ballast/venue';
import type { OrderView } from '@ballast/contracts/orders';
import { until } from './bench.js';
import type { Bench, TestProfile } from './bench.js';

const RESTING = ['order.placed.v1', 'order.submitted.v1', 'order.opened.v1'];
export const ASKED = 'order.replace-requested.v1';
export const SENT = 'order.replace-submitted.v1';
export const TAKEN = 'order.replaced.v1';
export const REJECTED = 'order.replace-rejected.v1';

type Named = Pick<OrderView, 'orderId'>;

/** What a test of replacements sees of the orders of a profile. */
export function watching(bench: () => Bench, profile: () => TestProfile) {
  const viewOf = ({ orderId }: Named): Promise<OrderView> => bench().order(profile(), orderId);
  return {
    viewOf,
    /** Waits until it is known what became of the last replacement. */
    answered: (order: Named): Promise<void> => until('it is known', async () => !(await viewOf(order)).pendingReplace),
    /** Waits for the types of the events after it rested to be exactly these, but for tries. */
    settles: async ({ orderId }: Named, ...types: string[]): Promise<void> => {
      const expected = [...RESTING, ...types];
      const soFar = (): string[] => withoutTries(bench().typesOf(orderId));
      await until(`${orderId} has ${types.join(', ')}`, () => soFar().length >= expected.length);
      expect(soFar()).toEqual(expected);
    },
    /** What the broker was asked to replace it by. */
    asksOf: ({ orderId }: Named): VenueOrderChange[] =>
      bench().venue.asked.filter(({ brokerKey }) => orderOfBrokerKey(brokerKey)?.orderId === orderId),
    /** The data of the last event of a type, once there is one. */
    lastDataOf: async ({ orderId }: Named, type: string): Promise<unknown> => {
      await until(`${type} is heard`, () => bench().typesOf(orderId).includes(type));
      return bench()
        .published(orderId)
        .findLast((event) => event.type === type)?.data;
    },
  };
}

/** On a machine that stands still for seconds a call is not made in time, and is tried again. */
function withoutTries(types: readonly string[]): string[] {
  const told = types.filter((type) => type !== 'order.became-unknown.v1');
  const isTry = (type: string | undefined): boolean => type === SENT || type === 'order.submitted.v1';
  return told.filter((type, index) => !(isTry(type) && told[index - 1] === type));
}

/** The next commit of an event of this type is done and not answered; then it is `laterMs` milliseconds later. */
export function diesAfterSaying(bench: Bench, type: string, laterMs: number): void {
  const store: ContainerStore = bench.orders.app.get(storeToken('trade_orders'), { strict: false });
  const commit = store.commit.bind(store);
  let isDone = false;
  jest.spyOn(store, 'commit').mockImplementation(async (partition, operations) => {
    const etags = await commit(partition, operations);
    if (isDone || !JSON.stringify(operations).includes(`"type":"${type}"`)) return etags;
    isDone = true;
    bench.clock.set(Date.now() + laterMs);
    throw new StoreUnavailable('the answer was lost');
  });
}
