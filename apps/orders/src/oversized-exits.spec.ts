import { decimal } from '@ballast/money';
import { brokerKeyOf } from '@ballast/contracts';
import type { OrderExitsDueV1, OrderPlacedV1, OrderPositionReversedV1 } from '@ballast/contracts/orders';
import { HeardEvents } from './testing/heard-events.js';
import { stateOf } from './testing/model-state.js';
import { OrdersWorld } from './testing/orders-world.js';

const ENTRY = { symbol: 'AAPL', side: 'buy', quantity: '10', limitPrice: '100' } as const;
const SINGLE = { takeProfitPrice: '110' };
const PAIR = { takeProfitPrice: '110', stopLossPrice: '95' };
const ONCE = { crash: undefined, again: false };
const OVERSIZED = 'order.exits-oversized.v1';
const REVERSED = 'order.position-reversed.v1';

describe('exits that a late fill leaves larger than what is held', () => {
  let world: OrdersWorld;
  let heard: HeardEvents;
  const nameOf = (exit: number, revision = 0): string => brokerKeyOf(heard.exits()[exit]?.orderId ?? '', revision);
  const fill = (name: string, quantity: string, misses = false): void =>
    world.broker.fill(name, decimal(quantity), { price: '110', of: 'order', misses });
  const trade = () => stateOf(world).book.trades['AAPL'];
  const openAtBroker = async (): Promise<string[]> =>
    (await world.broker.openOrders()).map(({ brokerKey }) => world.broker.left(brokerKey).toFixed());
  const reversals = () => heard.dataOf<OrderPositionReversedV1>(REVERSED);
  /** What the broker has made of the account: bought less sold. */
  const atBroker = (): string =>
    world.broker
      .executionsUnder(world.broker.names)
      .reduce((sum, { side, quantity }) => (side === 'buy' ? sum.plus(quantity) : sum.minus(quantity)), decimal('0'))
      .toFixed();

  /** Ten are held, and the broker has ended the exits that cover them. */
  async function exitsEnded(exits: object): Promise<void> {
    world = new OrdersWorld();
    heard = new HeardEvents(world);
    await world.open();
    await world.place({ ...ENTRY, ...exits }, undefined);
    await world.settle();
    world.broker.fill(world.broker.names[0] ?? '', decimal('10'), { price: '100', of: 'order', misses: false });
    await world.settle();
    world.broker.end(nameOf(0), 'cancelled');
  }

  /** Others rest in their place. */
  async function exitsPlacedAgain(exits: object): Promise<void> {
    await exitsEnded(exits);
    await world.settle();
    expect(heard.exits()).toHaveLength(2);
  }

  /** The broker does what it was asked to; then everything has come to rest. */
  async function rest(): Promise<void> {
    await world.settle();
    for (const { venueOrderId, brokerKey } of await world.broker.openOrders())
      if (world.broker.cancelled.has(venueOrderId)) world.broker.end(brokerKey, 'cancelled');
    await world.settle();
    await world.heal();
    await world.settle();
  }

  it('are replaced by smaller ones where the broker replaces orders', async () => {
    await exitsPlacedAgain(SINGLE);
    fill(nameOf(0), '4');
    await world.deliver(0, ONCE);
    expect(heard.dataOf(OVERSIZED)).toMatchObject([{ held: '6', exiting: '10' }]);
    await rest();
    expect(await openAtBroker()).toEqual(['6']);
    expect(trade()).toMatchObject({ quantity: decimal('6'), exiting: decimal('6'), covered: decimal('6') });
    expect(heard.exits()).toHaveLength(2);
  });

  it('are cancelled and placed again where two of them end each other', async () => {
    await exitsPlacedAgain(PAIR);
    fill(nameOf(0), '4');
    await rest();
    expect(await openAtBroker()).toEqual(['6']);
    const [, second, third] = heard.exits();
    expect(third).toMatchObject({ quantity: '6', limitPrice: '110', stopLossPrice: '95' });
    expect(third?.covers).toEqual({ ...second?.covers, attempt: 1, insteadOf: second?.orderId });
    expect(trade()).toMatchObject({ quantity: decimal('6'), exiting: decimal('6'), covered: decimal('6') });
  });

  it('are cancelled where the broker has turned the smaller one down', async () => {
    await exitsPlacedAgain(SINGLE);
    world.broker.nextReplace = 'rejected';
    fill(nameOf(0), '4');
    await rest();
    expect(await openAtBroker()).toEqual(['6']);
    expect(heard.exits().map(({ quantity }) => quantity)).toEqual(['10', '10', '6']);
  });

  it('are cancelled, and not placed again, where nothing is held any more', async () => {
    await exitsPlacedAgain(SINGLE);
    fill(nameOf(0), '10');
    await rest();
    expect(await openAtBroker()).toEqual([]);
    expect([trade(), heard.dataOf('trade.closed.v1'), reversals()]).toMatchObject([
      undefined,
      [{ quantity: '10' }],
      [],
    ]);
  });

  it('are smaller before the broker hears of them', async () => {
    await exitsEnded(PAIR);
    while (heard.exits().length < 2) {
      world.wait(1_000);
      await world.deliver(0, ONCE);
    }
    fill(nameOf(0), '4');
    await world.deliver(world.inbox.length - 1, ONCE);
    await world.deliver(world.inbox.length - 1, ONCE);
    await rest();
    expect(world.broker.received.at(-1)).toMatchObject({ brokerKey: nameOf(1, 1), quantity: decimal('6') });
    expect(await openAtBroker()).toEqual(['6']);
    expect(heard.exits()).toHaveLength(2);
  });

  it('give way where they were placed by hand, before those that protect a fill', async () => {
    await exitsPlacedAgain(SINGLE);
    await world.place({ ...ENTRY, side: 'buy', quantity: '5' }, undefined);
    await world.settle();
    world.broker.fill(world.broker.names.at(-1) ?? '', decimal('5'), { price: '100', of: 'order', misses: false });
    await world.settle();
    await world.place({ symbol: 'AAPL', side: 'sell', quantity: '5', limitPrice: '104' }, undefined);
    await world.settle();
    fill(nameOf(0), '3');
    await rest();
    expect((await openAtBroker()).sort()).toEqual(['10', '2']);
  });

  it('stay cancelled where somebody asks for that meanwhile', async () => {
    await exitsPlacedAgain(PAIR);
    fill(nameOf(0), '4');
    await world.deliver(0, ONCE);
    await world.deliver(0, ONCE);
    expect(heard.dataOf('order.cancel-requested.v1')).toMatchObject([{ requestedBy: 'oversized' }]);
    await world.cancel(heard.exits()[1]?.orderId ?? '', undefined);
    await rest();
    expect([await openAtBroker(), heard.exits().length]).toEqual([[], 2]);
  });

  describe.each([
    ['single exits', SINGLE],
    ['pairs', PAIR],
  ])('of %s', (_name, exits) => {
    /** What is under way when the exits fill at the broker: nothing yet, the finding, the request, or the broker's answer. */
    describe.each([0, 1, 2, 3])('after %i messages', (messages) => {
      it.each([
        ['a part that is held', '6', '0', []],
        ['less than is held', '2', '0', []],
        ['more than is held', '9', '-3', ['3']],
        ['all', '10', '-4', ['4']],
      ])('end flat when %s fills first, and tell what is reversed', async (_what, filled, left, beyond) => {
        await exitsPlacedAgain(exits);
        fill(nameOf(0), '4');
        for (let count = 0; count < messages; count += 1) await world.deliver(0, ONCE);
        const [open] = await world.broker.openOrders();
        const room = open === undefined ? decimal('0') : world.broker.left(open.brokerKey);
        const isTooLate = room.lt(filled);
        if (!isTooLate) fill(open?.brokerKey ?? '', filled);
        await rest();
        const covered = trade()?.exiting.toFixed() ?? '0';
        expect(covered).toBe(trade()?.quantity.toFixed() ?? '0');
        expect(await openAtBroker()).toEqual(covered === '0' ? [] : [covered]);
        if (isTooLate) return;
        expect(reversals().map(({ quantity }) => quantity)).toEqual(beyond);
        if (filled !== '2') expect([atBroker(), trade()]).toEqual([left, undefined]);
        else expect([atBroker(), covered]).toEqual(['4', '4']);
      });
    });
  });

  it('tell a reversal once, whoever hears of the fill again, and keep it beside the execution', async () => {
    await exitsPlacedAgain(SINGLE);
    fill(nameOf(1), '10', true);
    fill(nameOf(0), '4');
    await world.deliver(0, { crash: 'after', again: true });
    await rest();
    await world.heal();
    world.handOver();
    world.restart();
    await rest();
    expect(reversals()).toMatchObject([{ closed: '6', quantity: '4', reversedAfter: '4', fillsOrder: true }]);
    expect(heard.dataOf('order.executed.v1')).toMatchObject([{}, { quantity: '4' }, { quantity: '6' }]);
    const second = stateOf(world).ended.find(({ id }) => id === heard.exits()[1]?.orderId);
    expect(second).toMatchObject({
      state: 'filled',
      filledQuantity: decimal('6'),
      reversedQuantity: decimal('4'),
    });
  });

  it('tell a fill that closes nothing at all, once, and leave the trade of the other direction alone', async () => {
    await exitsPlacedAgain(SINGLE);
    fill(nameOf(1), '10');
    await rest();
    await world.place({ ...ENTRY, side: 'sell', intent: 'entry', quantity: '5' }, undefined);
    await world.settle();
    world.broker.fill(world.broker.names.at(-1) ?? '', decimal('5'), { price: '100', of: 'order', misses: false });
    await world.settle();
    fill(nameOf(0), '3');
    await world.deliver(0, { crash: undefined, again: true });
    await rest();
    expect(reversals()).toMatchObject([{ closed: '0', quantity: '3', fillsOrder: false }]);
    expect(trade()).toMatchObject({ quantity: decimal('5'), exiting: decimal('0') });
  });

  it.each(['before', 'after'] as const)(
    'are smaller though whoever makes them so dies %s the commit',
    async (crash) => {
      await exitsPlacedAgain(PAIR);
      fill(nameOf(0), '4');
      await world.deliver(0, { crash, again: false });
      world.restart();
      await world.deliver(0, { crash, again: false });
      world.restart();
      await rest();
      expect(await openAtBroker()).toEqual(['6']);
      const due = heard
        .dataOf<OrderExitsDueV1>('order.exits-due.v1')
        .filter(({ insteadOf }) => insteadOf !== undefined);
      expect(due).toMatchObject([{ quantity: '6' }]);
      expect(heard.dataOf<OrderPlacedV1>('order.placed.v1')).toHaveLength(4);
    },
  );
});
