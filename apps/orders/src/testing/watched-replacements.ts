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
    /** Waits for the types of the events after it rested to be exactly these. */
    settles: ({ orderId }: Named, ...types: string[]): Promise<void> => bench().settles(orderId, ...RESTING, ...types),
    /** What the broker was asked to replace it by. */
    asksOf: ({ orderId }: Named): VenueOrderChange[] =>
      bench().venue.asked.filter(({ brokerKey }) => brokerKey.includes(orderId.slice(31))),
    /** The data of the last event of a type, once there is one. */
    lastDataOf: async ({ orderId }: Named, type: string): Promise<unknown> => {
      await until(`${type} is heard`, () => bench().typesOf(orderId).includes(type));
      return bench()
        .published(orderId)
        .findLast((event) => event.type === type)?.data;
    },
  };
}
