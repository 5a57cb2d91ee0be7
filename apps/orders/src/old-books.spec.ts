import type { Crash } from './testing/memory-store.js';
import { decimal } from '@ballast/money';
import type { Order } from './domain/order.js';
import { OrdersModel } from './testing/orders-model.js';
import { OrdersWorld } from './testing/orders-world.js';
import { stateOf } from './testing/model-state.js';

const TERMS = { symbol: 'AAPL', side: 'buy', quantity: '10', limitPrice: '100', timeInForce: 'gtc' } as const;
const ONCE: { crash: Crash; again: boolean } = { crash: undefined, again: false };
const ANY = { version: undefined };

/** The first replica acts at the start; each remembers the book as it was when it last had to do with it. */
describe('a replica whose book in memory is older than the stored one', () => {
  let world: OrdersWorld;
  let model: OrdersModel;

  beforeEach(async () => {
    world = new OrdersWorld();
    await world.open();
    model = new OrdersModel(world);
  });
  afterEach(async () => {
    await world.settle();
    model.check();
  });
  const theOrder = (): Order => stateOf(world).orders[0] as Order;
  /** Placed by the first replica; the second one has seen it rest and asks for these terms. */
  const amended = async (changes: object): Promise<void> => {
    await world.place(TERMS, undefined);
    await world.deliver(0, ONCE);
    world.handOver();
    await world.amend({ ...theOrder(), ...ANY }, changes, undefined);
    world.handOver();
  };

  it('takes a request for other terms of an order that the other one saw rest', async () => {
    await world.place(TERMS, undefined);
    world.handOver();
    await world.deliver(0, ONCE);
    world.handOver();
    expect(await world.amend(theOrder(), { limitPrice: '99' }, undefined)).toMatchObject({ outcome: 'requested' });
  });

  it.each([
    ['has the capital for', '101'],
    ['is asked for', '99'],
  ])('asks the broker for what the other one %s', async (_name, limitPrice) => {
    await amended({ limitPrice });
    await world.deliver(0, ONCE);
    expect(theOrder()).toMatchObject({ limitPrice: decimal(limitPrice), replacement: undefined });
  });

  it('leaves an order as it was for whose other terms, which the other one was asked for, there is no capital', async () => {
    await amended({ quantity: '95' });
    await world.deliver(0, ONCE);
    expect(theOrder()).toMatchObject({ replaceRefusal: { code: 'insufficient-capital' }, replacement: undefined });
  });

  it('gives up other terms, which the other one was asked for, after a minute without capital', async () => {
    await amended({ limitPrice: '101' });
    world.wait(61_000);
    await world.tick(undefined);
    expect(theOrder()).toMatchObject({ replaceRefusal: { code: 'capital-not-answered' }, replacement: undefined });
  });

  it('records a fill under a name that the other one has given the order', async () => {
    await amended({ limitPrice: '99' });
    world.handOver();
    await world.deliver(0, ONCE);
    world.handOver();
    const [, name = ''] = world.broker.names;
    world.broker.fill(name, decimal('4'), { price: '99', of: 'order', misses: false });
    for (let left = world.inbox.length; left > 0; left -= 1) await world.deliver(0, ONCE);
    expect(theOrder()).toMatchObject({ revision: 1, filledQuantity: decimal('4') });
  });

  it('does not end an order at a date that the other one has put off', async () => {
    await world.place({ ...TERMS, ...world.dated(1_000) }, undefined);
    await world.deliver(0, ONCE);
    world.handOver();
    await world.amend({ ...theOrder(), ...ANY }, { timeInForce: 'gtc' }, undefined);
    world.handOver();
    world.wait(2_000);
    await world.tick(undefined, false);
    expect(theOrder()).toMatchObject({ pendingCancel: false });
  });

  describe('and that an order waits for', () => {
    const WAITING = { ...TERMS, type: 'stop-limit', stopPrice: '101', limitPrice: '102', triggeredHere: true } as const;
    const rise = (): void => {
      world.broker.market.move('AAPL', decimal('101'));
      world.wait(300);
    };

    it('sets it off when the other one has heard of its capital', async () => {
      await world.place(WAITING, undefined);
      world.handOver();
      await world.deliver(0, ONCE);
      world.handOver();
      rise();
      await world.look(undefined, false);
      expect(theOrder().triggeredAt).toBeDefined();
    });

    it('sends it when the other one has set it off', async () => {
      await world.place(WAITING, undefined);
      await world.deliver(0, ONCE);
      rise();
      world.handOver();
      await world.look(undefined, true);
      world.handOver();
      await world.deliver(0, ONCE);
      expect(theOrder()).toMatchObject({ state: 'open' });
    });
  });
});
