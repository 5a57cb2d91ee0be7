import { brokerKeyOf, longBrokerKeyOf } from '@ballast/contracts';
import type { OrderExecutedV1, OrderPlacedV1 } from '@ballast/contracts/orders';
import { decimal } from '@ballast/money';
import type { BookDocument } from './adapters/book-documents.js';
import { OWNER_ID, PROFILE_ID } from './domain/given.js';
import { HeardEvents } from './testing/heard-events.js';
import { stateOf } from './testing/model-state.js';
import { OrdersWorld } from './testing/orders-world.js';

const TERMS = { symbol: 'AAPL', side: 'buy', quantity: '10', limitPrice: '100' } as const;

describe('an order that was sent before names at the broker were short', () => {
  let world: OrdersWorld;
  let heard: HeardEvents;
  let orderId: string;
  const key = () => longBrokerKeyOf(orderId, 0);
  const live = () => stateOf(world).live.find(({ id }) => id === orderId);

  /** It rests at the broker, and its book is as an earlier release wrote it. */
  beforeEach(async () => {
    world = new OrdersWorld();
    heard = new HeardEvents(world);
    await world.open();
    await world.place(TERMS, undefined);
    world.inbox.splice(0);
    orderId = heard.dataOf<OrderPlacedV1>('order.placed.v1')[0]?.orderId ?? '';
    const [limitPrice, quantity] = [decimal('100'), decimal('10')];
    const sent = { brokerKey: key(), symbol: 'AAPL', side: 'buy', quantity, limitPrice, timeInForce: 'day' } as const;
    const { venueOrderId } = await world.broker.submit(sent);
    const book = world.store.all().find(({ kind }) => kind === 'book') as unknown as BookDocument;
    const submittedAt = new Date(world.clock.now()).toISOString();
    const order = { ...book.live[orderId], state: 'open', attempts: 1, submittedAt, venueOrderId };
    await world.store.commit([], [{ upsert: { ...book, live: { [orderId]: order } } }]);
    world.restart();
    world.handOver();
    world.restart();
  });

  it('is filled under its long name', async () => {
    world.broker.fill(key(), decimal('4'), { price: '100', of: 'order', misses: false });
    await world.settle();
    expect(heard.dataOf<OrderExecutedV1>('order.executed.v1')).toMatchObject([{ orderId, quantityAfter: '4' }]);
    expect(live()).toMatchObject({ state: 'partially-filled', hasLongName: true });
  });

  it('is compared with the broker, and cancelled there, under its long name', async () => {
    world.broker.fill(key(), decimal('4'), { price: '100', of: 'order', misses: true });
    await world.heal();
    await world.settle();
    expect(live()).toMatchObject({ filledQuantity: decimal('4') });
    await world.cancel(orderId, undefined);
    await world.settle();
    expect(world.broker.cancelled.size).toBe(1);
    world.broker.end(key(), 'cancelled');
    await world.settle();
    expect(stateOf(world).ended).toMatchObject([{ id: orderId, state: 'cancelled', hasLongName: true }]);
  });

  it('stands beside new ones, which have short names', async () => {
    await world.place({ ...TERMS, symbol: 'MSFT' }, undefined);
    await world.settle();
    const second = stateOf(world).live.find(({ id }) => id !== orderId);
    expect(world.broker.received.at(-1)?.brokerKey).toBe(brokerKeyOf(second?.id ?? '', 0));
    expect([second?.hasLongName, second?.profileId, second?.ownerId]).toEqual([false, PROFILE_ID, OWNER_ID]);
  });
});
