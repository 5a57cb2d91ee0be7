import { decimal } from '@ballast/money';
import type { Order } from './domain/order.js';
import { OrdersModel } from './testing/orders-model.js';
import { OrdersWorld } from './testing/orders-world.js';
import { stateOf } from './testing/model-state.js';

const TERMS = { symbol: 'AAPL', side: 'buy', quantity: '10', limitPrice: '100' } as const;
const AGAIN = { crash: undefined, again: true };

describe('other terms that the broker considers', () => {
  let world: OrdersWorld;
  let model: OrdersModel;

  beforeEach(async () => {
    world = new OrdersWorld();
    await world.open();
    model = new OrdersModel(world);
    await world.place(TERMS, undefined);
    await world.settle();
  });

  /** Asks for a lower price, which the broker considers. */
  async function ask(): Promise<string> {
    world.broker.nextReplace = 'considered';
    await world.amend({ ...theOrder(), version: undefined }, { limitPrice: '99' }, undefined);
    await world.deliver(0, { ...AGAIN, again: false });
    return world.broker.considered[0] ?? '';
  }
  const theOrder = (): Order => stateOf(world).orders[0] as Order;

  it.each([
    ['turned down', false, '100', 0],
    ['taken', true, '99', 1],
  ])('and that are %s are settled by its report, however often it comes', async (_name, takes, price, revision) => {
    world.broker.decide(await ask(), takes);
    const reports = world.inbox.length;
    for (let count = 0; count < reports; count += 1) await world.deliver(0, AGAIN);
    await world.settle();
    expect(theOrder()).toMatchObject({ limitPrice: decimal(price), revision, replacement: undefined });
    model.check();
    model.checkAtRest();
  });

  it('may fill under either name, and no more is filled than the broker has filled', async () => {
    const name = await ask();
    const [first = ''] = world.broker.names;
    world.broker.fill(first, decimal('4'), { price: '100', of: 'order', misses: true });
    world.broker.decide(name, true);
    world.broker.fill(name, decimal('6'), { price: '99', of: 'order', misses: false });
    await world.settle();
    expect(theOrder()).toMatchObject({ state: 'filled', executions: 2, notional: decimal('994') });
    model.check();
    model.checkAtRest();
  });
});
