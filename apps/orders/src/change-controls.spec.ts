import { MemoryStore } from './testing/memory-store.js';
import { verbsOf } from './testing/orders-verbs.js';
import { OrdersWorld } from './testing/orders-world.js';
import { OWNER_ID, PROFILE_ID } from './domain/given.js';

/** Two replicas over the same documents. */
function replicas() {
  const { clock, broker, bugs } = new OrdersWorld();
  const [orders, controls] = [new MemoryStore(() => undefined), new MemoryStore(() => undefined)];
  const start = () => verbsOf({ orders, controls, venue: broker.asVenue, clock, bugs });
  return { one: start(), two: start(), controls, orders };
}

describe('what two replicas change in turn', () => {
  it('is the kill switch as the other one has left it', async () => {
    const { one, two, controls } = replicas();
    const move = (verbs: typeof one, mode: 'active' | 'halted') =>
      verbs.changeControls.execute({ mode, reason: 'drill' }, OWNER_ID);
    expect(await move(one, 'halted')).toBe('changed');
    expect(await move(two, 'active')).toBe('changed');
    expect(await move(one, 'halted')).toBe('changed');
    expect(controls.all().find(({ kind }) => kind === 'controls')).toMatchObject({ mode: 'halted', epoch: 3 });
    expect(await move(two, 'halted')).toBe('unchanged');
  });

  it('is a profile’s limits as the other one has left them', async () => {
    const { one, two, orders } = replicas();
    await one.books.open({ profileId: PROFILE_ID, ownerId: OWNER_ID, entriesPerSymbolMax: 1 });
    await one.books.setLimits(PROFILE_ID, { openOrdersMax: 7 }, OWNER_ID);
    await two.books.setLimits(PROFILE_ID, { openOrdersMax: 8 }, OWNER_ID);
    await one.books.setLimits(PROFILE_ID, { openOrdersMax: 7 }, OWNER_ID);
    expect(orders.all().find(({ kind }) => kind === 'book')).toMatchObject({ limits: { openOrdersMax: 7 } });
  });
});
