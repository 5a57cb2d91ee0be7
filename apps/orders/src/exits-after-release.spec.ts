import { EXIT_ATTEMPTS_MAX } from '@ballast/contracts/orders';
import type { OrderExitsDueV1, PlaceOrderRequest } from '@ballast/contracts/orders';
import { decimal } from '@ballast/money';
import { VenueRejected } from '@ballast/venue';
import { HeardEvents } from './testing/heard-events.js';
import { stateOf } from './testing/model-state.js';
import { OrdersWorld } from './testing/orders-world.js';

const ENTRY = { symbol: 'AAPL', side: 'buy', quantity: '10', limitPrice: '100' } as const;
const PAIR = { takeProfitPrice: '110', stopLossPrice: '95' };
const ONCE = { crash: undefined, again: false };
const LASTS_MS = 600_000;

describe('what of a fill is claimed when its exits come due', () => {
  let world: OrdersWorld;
  let heard: HeardEvents;

  /** A filled entry of which `quantity` was offered by hand before its exits were placed; everything has come to rest. */
  async function claimed(quantity: string, changes: Partial<PlaceOrderRequest & { lastsMs: number }> = {}) {
    world = new OrdersWorld();
    heard = new HeardEvents(world);
    await world.open();
    await world.place({ ...ENTRY, ...PAIR }, undefined);
    await world.settle();
    world.broker.fill(keyOf(0), decimal('10'), { price: '100', of: 'order', misses: false });
    await world.deliver(0, ONCE);
    await world.place({ symbol: 'AAPL', side: 'sell', quantity, limitPrice: '104', ...changes }, undefined);
  }
  const keyOf = (at: number): string => world.broker.received[at]?.brokerKey ?? '';
  const byHand = () => heard.exits().find(({ covers }) => covers === undefined)?.orderId ?? '';
  const handKey = () =>
    keyOf(world.broker.received.findIndex(({ orderClass }, at) => at > 0 && orderClass === undefined));
  const covering = () => heard.exits().flatMap(({ covers, quantity }) => (covers === undefined ? [] : [quantity]));
  const inBook = () => stateOf(world).book.trades['AAPL'];
  const openAtBroker = async () =>
    (await world.broker.openOrders()).map(({ brokerKey }) => world.broker.left(brokerKey));

  it.each([
    ['a part', '6', ['4', '6']],
    ['all', '10', ['10']],
  ])(
    'has its exits once a cancel ends the claim on %s of it, at another replica and after a restart',
    async (_name, quantity, all) => {
      await claimed(quantity);
      await world.settle();
      expect(covering()).toEqual(all.slice(0, -1));
      expect(Object.values(inBook()?.outstanding ?? {}).map((exits) => exits.quantity.toFixed())).toEqual([quantity]);
      world.restart();
      world.handOver();
      await world.cancel(byHand(), undefined);
      await world.settle();
      world.broker.end(handKey(), 'cancelled');
      await world.settle();
      expect(covering()).toEqual(all);
      expect(inBook()).toMatchObject({ exiting: decimal('10'), covered: decimal('10') });
      expect(inBook()).not.toHaveProperty('outstanding');
      expect((await openAtBroker()).map((left) => left.toFixed()).sort()).toEqual([...all].sort());
    },
  );

  it('has them where the broker rejects what claimed it', async () => {
    await claimed('6');
    await world.deliver(0, ONCE);
    expect(covering()).toEqual(['4']);
    jest.spyOn(world.broker, 'submit').mockRejectedValueOnce(new VenueRejected('40310000', 'not now'));
    await world.deliver(0, ONCE);
    await world.settle();
    expect(covering()).toEqual(['4', '6']);
  });

  it('has them where the date of what claimed it has come', async () => {
    await claimed('6', { timeInForce: 'gtd', lastsMs: LASTS_MS });
    await world.settle();
    world.wait(LASTS_MS);
    await world.tick(undefined);
    await world.settle();
    world.broker.end(handKey(), 'cancelled');
    await world.settle();
    expect(covering()).toEqual(['4', '6']);
  });

  it('has them where the claim ends before the exits are placed, and once', async () => {
    await claimed('10');
    await world.cancel(byHand(), undefined);
    await world.settle();
    expect(covering()).toEqual(['10']);
    const [first, again] = heard.dataOf<OrderExitsDueV1>('order.exits-due.v1');
    expect([again?.exitOrderId, again?.entryOrderId]).toEqual([first?.exitOrderId, first?.orderId]);
  });

  it('has them for what the claim has not sold', async () => {
    await claimed('6');
    await world.settle();
    world.broker.fill(handKey(), decimal('2'), { price: '104', of: 'order', misses: false });
    await world.settle();
    await world.cancel(byHand(), undefined);
    await world.settle();
    world.broker.end(handKey(), 'cancelled');
    await world.settle();
    expect(covering()).toEqual(['4', '4']);
    expect(inBook()).toMatchObject({ quantity: decimal('8'), exiting: decimal('8') });
  });

  it('has none where the claim has sold all of it', async () => {
    await claimed('6');
    await world.settle();
    world.broker.fill(handKey(), decimal('6'), { price: '104', of: 'order', misses: false });
    await world.settle();
    expect(covering()).toEqual(['4']);
    expect(inBook()).not.toHaveProperty('outstanding');
  });

  it('leaves exits alone that somebody has cancelled', async () => {
    await claimed('6');
    await world.settle();
    const exit = heard.exits().find(({ covers }) => covers !== undefined)?.orderId ?? '';
    await world.cancel(byHand(), undefined);
    await world.settle();
    world.broker.end(handKey(), 'cancelled');
    await world.settle();
    await world.cancel(exit, undefined);
    await world.settle();
    const key = world.broker.received.find(({ quantity }) => quantity.eq('4'))?.brokerKey ?? '';
    world.broker.end(key, 'cancelled');
    await world.settle();
    expect(covering()).toEqual(['4', '6']);
    expect(inBook()).toMatchObject({ quantity: decimal('10'), exiting: decimal('6') });
  });
});

describe('exits that the broker ends by an act of its own', () => {
  let world: OrdersWorld;
  let heard: HeardEvents;
  beforeEach(async () => {
    world = new OrdersWorld();
    heard = new HeardEvents(world);
    await world.open();
    await world.place({ ...ENTRY, ...PAIR }, undefined);
    await world.settle();
    world.broker.fill(world.broker.received[0]?.brokerKey ?? '', decimal('10'), {
      price: '100',
      of: 'order',
      misses: false,
    });
    await world.settle();
  });
  const lastKey = () => world.broker.received.at(-1)?.brokerKey ?? '';

  it.each(['cancelled', 'expired'] as const)('are placed again for what is left of them: %s', async (kind) => {
    world.broker.fill(lastKey(), decimal('3'), { price: '110', of: 'order', misses: false });
    await world.settle();
    world.broker.end(lastKey(), kind);
    await world.settle();
    expect(heard.exits()).toMatchObject([
      { quantity: '10', covers: { attempt: 1 } },
      { quantity: '7', covers: { attempt: 2 }, limitPrice: '110', stopLossPrice: '95' },
    ]);
    expect(heard.dataOf('order.ended.v1')).toMatchObject([{ state: kind }]);
    expect(stateOf(world).book.trades['AAPL']).toMatchObject({ quantity: decimal('7'), exiting: decimal('7') });
  });

  it('are given up after the last try, with an alarm', async () => {
    for (let attempt = 1; attempt <= EXIT_ATTEMPTS_MAX; attempt += 1) {
      expect(heard.dataOf('order.exits-abandoned.v1')).toEqual([]);
      world.broker.end(lastKey(), 'cancelled');
      await world.settle();
    }
    expect(heard.exits()).toHaveLength(EXIT_ATTEMPTS_MAX);
    expect(heard.dataOf('order.exits-abandoned.v1')).toMatchObject([{ quantity: '10', attempts: EXIT_ATTEMPTS_MAX }]);
  });

  it('are not placed again where they were cancelled at our request', async () => {
    await world.cancel(heard.exits()[0]?.orderId ?? '', undefined);
    await world.settle();
    world.broker.end(lastKey(), 'cancelled');
    await world.settle();
    expect(heard.exits()).toHaveLength(1);
    expect(heard.dataOf('order.exits-abandoned.v1')).toEqual([]);
  });
});
