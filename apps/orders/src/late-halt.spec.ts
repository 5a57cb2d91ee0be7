import type { OrderPlacedV1 } from '@ballast/contracts/orders';
import { decimal } from '@ballast/money';
import { HeardEvents } from './testing/heard-events.js';
import { stateOf } from './testing/model-state.js';
import { OrdersWorld } from './testing/orders-world.js';

const ENTRY = { symbol: 'AAPL', side: 'buy', quantity: '10', limitPrice: '100' } as const;
/** Milliseconds after which every replica knows what the switch says. */
const KNOWN_MS = 2_000;

describe('a halt that cancels the open orders', () => {
  let world: OrdersWorld;
  let heard: HeardEvents;
  const idOf = (at: number): string => heard.dataOf<OrderPlacedV1>('order.placed.v1')[at]?.orderId ?? '';
  const cancelRequested = (): string[] =>
    heard.dataOf<OrderPlacedV1>('order.cancel-requested.v1').map((data) => data.orderId);

  /** Everything is halted and goes on; the event of the halt is delivered, and will be once more. */
  async function haltedAndOn(): Promise<void> {
    await world.change({ mode: 'halted', cancelOpenOrders: true });
    world.wait(KNOWN_MS);
    await world.deliver(world.inbox.length - 1, { crash: undefined, again: true });
    await world.change({ mode: 'active' });
    world.wait(KNOWN_MS);
  }

  beforeEach(async () => {
    world = new OrdersWorld();
    heard = new HeardEvents(world);
    await world.open();
  });

  it('cancels those that were placed before it and none of those after, however late it is delivered again', async () => {
    await world.place(ENTRY, undefined);
    await world.settle();
    await haltedAndOn();
    expect(cancelRequested()).toEqual([idOf(0)]);
    await world.place({ ...ENTRY, symbol: 'MSFT' }, undefined);
    await world.settle();
    world.restart();
    await world.settle();
    expect(stateOf(world).live.map(({ id, pendingCancel }) => [id, pendingCancel])).toEqual([
      [idOf(0), true],
      [idOf(1), false],
    ]);
    expect(cancelRequested()).not.toContain(idOf(1));
  });

  it('leaves exits alone that a fill gets when trading goes on', async () => {
    await world.place({ ...ENTRY, stopLossPrice: '95' }, undefined);
    await world.settle();
    world.broker.fill(world.broker.received[0]?.brokerKey ?? '', decimal('10'), {
      price: '100',
      of: 'order',
      misses: false,
    });
    await world.deliver(0, { crash: undefined, again: false });
    await haltedAndOn();
    await world.settle();
    expect(stateOf(world).live).toMatchObject([{ intent: 'exit', pendingCancel: false, placedEpoch: 2 }]);
  });
});
