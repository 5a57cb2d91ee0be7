import { brokerKeyOf } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { EXIT_ATTEMPTS_MAX } from '@ballast/contracts/orders';
import type { OrderExitsDueV1, OrderPlacedV1 } from '@ballast/contracts/orders';
import { decimal } from '@ballast/money';
import { VenueRejected } from '@ballast/venue';
import { EXIT_PAUSE_MS } from './domain/exit-retry.js';
import { PROFILE_ID } from './domain/given.js';
import { OrdersWorld } from './testing/orders-world.js';

const ENTRY = { symbol: 'AAPL', side: 'buy', quantity: '10', limitPrice: '100' } as const;
const PAIR = { takeProfitPrice: '110', stopLossPrice: '95', stopLossLimitPrice: '94' };
const ONCE = { crash: undefined, again: false };
const REJECTED = new VenueRejected('40310000', 'not now');

describe('exits that the broker rejects', () => {
  let world: OrdersWorld;
  const events: EventEnvelope[] = [];
  const dataOf = <Data>(type: string): Data[] =>
    events.filter((event) => event.type === type).map(({ data }) => data as Data);

  /** An entry that is filled whole, while the next orders that reach the broker are rejected. */
  async function filled(prices: object, rejections: number): Promise<void> {
    events.length = 0;
    world = new OrdersWorld();
    world.onlooker = {
      heard: (event) => void events.push(event),
      submission: () => undefined,
      exitsHandled: () => undefined,
    };
    await world.open();
    await world.place({ ...ENTRY, ...prices }, undefined);
    await world.settle();
    const submit = jest.spyOn(world.broker, 'submit');
    for (let count = 0; count < rejections; count += 1) submit.mockRejectedValueOnce(REJECTED);
    const brokerKey = world.broker.names[0] ?? '';
    world.broker.fill(brokerKey, decimal('10'), { price: '100', of: 'order', misses: false });
    await world.deliver(0, ONCE);
  }
  const exits = () => dataOf<OrderPlacedV1>('order.placed.v1').filter(({ intent }) => intent === 'exit');

  it.each([
    [
      'a take profit and a stop loss',
      PAIR,
      { type: 'limit', limitPrice: '110', stopLossPrice: '95', stopLossLimitPrice: '94' },
    ],
    ['a stop loss', { stopLossPrice: '95' }, { type: 'stop', stopPrice: '95' }],
    [
      'a stop loss with a limit',
      { stopLossPrice: '95', stopLossLimitPrice: '94' },
      { type: 'stop-limit', stopPrice: '95', limitPrice: '94' },
    ],
    ['a take profit', { takeProfitPrice: '110' }, { type: 'limit', limitPrice: '110' }],
  ])('are placed again as they were: %s', async (_name, prices, terms) => {
    await filled(prices, 2);
    await world.settle();
    expect(exits()).toMatchObject([1, 2, 3].map((attempt) => ({ ...terms, quantity: '10', covers: { attempt } })));
    expect(new Set(exits().map(({ orderId }) => orderId)).size).toBe(3);
    const last = exits().at(-1)?.orderId ?? '';
    const [, resting] = await world.broker.openOrders().then((open) => [open.length, open[0]] as const);
    expect(resting?.brokerKey).toBe(brokerKeyOf(last, 0));
    expect(dataOf('order.exits-abandoned.v1')).toEqual([]);
  });

  it('wait before each try twice as long as before the one that went before', async () => {
    await filled(PAIR, EXIT_ATTEMPTS_MAX);
    for (let pauseMs = EXIT_PAUSE_MS, tries = 2; tries <= EXIT_ATTEMPTS_MAX; tries += 1, pauseMs *= 2) {
      await world.deliver(0, ONCE);
      await world.deliver(0, ONCE);
      expect(exits()).toHaveLength(tries - 1);
      world.wait(pauseMs - 1);
      await world.deliver(0, ONCE);
      expect(exits()).toHaveLength(tries - 1);
      world.wait(1);
      await world.deliver(0, ONCE);
      expect(exits()).toHaveLength(tries);
    }
  });

  it('are given up after the last try, with an alarm, and the position can be closed by hand', async () => {
    await filled(PAIR, EXIT_ATTEMPTS_MAX);
    await world.settle();
    expect(exits()).toHaveLength(EXIT_ATTEMPTS_MAX);
    expect(dataOf<OrderExitsDueV1>('order.exits-due.v1').map(({ attempt }) => attempt)).toEqual([
      undefined,
      2,
      3,
      4,
      5,
    ]);
    const entryOrderId = exits()[0]?.covers?.orderId;
    expect(dataOf('order.exits-abandoned.v1')).toMatchObject([
      {
        orderId: exits().at(-1)?.orderId,
        entryOrderId,
        quantity: '10',
        attempts: EXIT_ATTEMPTS_MAX,
        profileId: PROFILE_ID,
      },
    ]);
    await world.place({ symbol: 'AAPL', side: 'sell', quantity: '10', limitPrice: '110' }, undefined);
    await world.settle();
    expect(exits().at(-1)?.covers).toBeUndefined();
    expect(await world.broker.openOrders()).toHaveLength(1);
  });

  it('are left alone where they were placed by hand', async () => {
    await filled({}, 0);
    jest.spyOn(world.broker, 'submit').mockRejectedValueOnce(REJECTED);
    await world.place({ symbol: 'AAPL', side: 'sell', quantity: '10', limitPrice: '110' }, undefined);
    await world.settle();
    expect(exits()).toHaveLength(1);
    expect(dataOf('order.exits-due.v1')).toEqual([]);
  });
});
