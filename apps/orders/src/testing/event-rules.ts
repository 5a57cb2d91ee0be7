import { stateOf } from './model-state.js';
import type { OrdersWorld } from './orders-world.js';

/** A profile's events have a sequence without gaps and ids of their own. */
export function checkEvents(world: OrdersWorld): void {
  const { events } = world.store;
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
}

/** Whom nobody but the clock asked to end has expired, or was faster. */
export function checkExpiry(world: OrdersWorld): void {
  const { events } = world.store;
  for (const { id, state } of stateOf(world).orders) {
    const asked = events.filter(({ type, subject }) => type === 'order.cancel-requested.v1' && subject === id);
    const byClock = asked.every(({ data }) => (data as { requestedBy: string }).requestedBy === 'expiry');
    if (asked.length > 0 && byClock) expect(['expired', 'filled', 'rejected']).toContain(state);
  }
}
