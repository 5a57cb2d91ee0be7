import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { ServiceBusFixture, receiveOne } from './service-bus-fixture.js';

const SENT = { kept: 1, changed: 'before' };
const CHANGES = { changed: 'after', added: true };
const CHANGED = { kept: 1, changed: 'after', added: true };

/** Ways to settle that change properties, with where the message is then. */
const WAYS: readonly {
  readonly way: string;
  readonly settle: (receiver: ServiceBusReceiver, message: ServiceBusReceivedMessage) => Promise<void>;
  readonly expected: object;
}[] = [
  {
    way: 'abandoned',
    settle: (receiver, message) => receiver.abandonMessage(message, CHANGES),
    expected: { applicationProperties: CHANGED },
  },
  {
    way: 'deferred',
    settle: (receiver, message) => receiver.deferMessage(message, CHANGES),
    expected: { applicationProperties: CHANGED, state: 'deferred' },
  },
  {
    way: 'dead-lettered',
    settle: (receiver, message) =>
      receiver.deadLetterMessage(message, { deadLetterReason: 'r', deadLetterErrorDescription: 'd', ...CHANGES }),
    expected: { applicationProperties: CHANGED, deadLetterReason: 'r', deadLetterErrorDescription: 'd' },
  },
];

describe('the properties of a message that is', () => {
  let bus: ServiceBusFixture;

  beforeAll(async () => {
    const queues = [{ name: 'jobs' }, { name: 'by-session', requiresSession: true }];
    const topics = [{ name: 'orders', subscriptions: [{ name: 'ledger' }] }];
    bus = await ServiceBusFixture.start(topics, { queues, lockDurationMs: 30_000 });
  });

  afterAll(() => bus.dispose());

  const message = { body: 'x', applicationProperties: SENT };
  const places: Record<string, () => Promise<readonly [receiver: ServiceBusReceiver, dead: ServiceBusReceiver]>> = {
    'a queue': async () => {
      await bus.send('jobs', message);
      return [bus.client.createReceiver('jobs'), bus.client.createReceiver('jobs', { subQueueType: 'deadLetter' })];
    },
    'a subscription': async () => {
      await bus.send('orders', message);
      const dead = bus.client.createReceiver('orders', 'ledger', { subQueueType: 'deadLetter' });
      return [bus.client.createReceiver('orders', 'ledger'), dead];
    },
    'a session': async () => {
      await bus.send('by-session', { ...message, sessionId: 's' });
      const dead = bus.client.createReceiver('by-session', { subQueueType: 'deadLetter' });
      return [await bus.client.acceptSession('by-session', 's'), dead];
    },
  };
  const cases = WAYS.flatMap((way) => Object.entries(places).map(([place, open]) => ({ ...way, place, open })));

  it.each(cases)('$way in $place, from a link or by number, are changed', async ({ way, settle, expected, open }) => {
    const [receiver, dead] = await open();
    const last = async (sequence: ServiceBusReceivedMessage['sequenceNumber']) => {
      if (way === 'dead-lettered') return receiveOne(dead);
      return way === 'deferred' ? (await receiver.receiveDeferredMessages(sequence!))[0]! : receiveOne(receiver);
    };
    const received = await receiveOne(receiver);
    await settle(receiver, received);
    const settled = await last(received.sequenceNumber);
    expect(settled).toMatchObject(expected);
    await (way === 'dead-lettered' ? dead : receiver).completeMessage(settled);
    await receiver.close();

    const [again, deadAgain] = await open();
    const toDefer = await receiveOne(again);
    await again.deferMessage(toDefer);
    await settle(again, (await again.receiveDeferredMessages(toDefer.sequenceNumber!))[0]!);
    const byNumber =
      way === 'dead-lettered'
        ? await receiveOne(deadAgain)
        : (await again.receiveDeferredMessages(toDefer.sequenceNumber!))[0]!;
    expect(byNumber).toMatchObject(expected);
    await (way === 'dead-lettered' ? deadAgain : again).completeMessage(byNumber);
    await again.close();
    await deadAgain.close();
  });

  it('abandoned or deferred as a dead letter are changed too', async () => {
    await bus.send('jobs', message);
    const receiver = bus.client.createReceiver('jobs');
    await receiver.deadLetterMessage(await receiveOne(receiver));
    const dead = bus.client.createReceiver('jobs', { subQueueType: 'deadLetter' });
    await dead.abandonMessage(await receiveOne(dead), { changed: 'once' });
    const again = await receiveOne(dead);
    expect(again).toMatchObject({ applicationProperties: { kept: 1, changed: 'once' }, deliveryCount: 0 });
    await dead.deferMessage(again, CHANGES);
    const [deferred] = await dead.receiveDeferredMessages(again.sequenceNumber!);
    expect(deferred).toMatchObject({ applicationProperties: CHANGED, state: 'deferred' });
    await dead.completeMessage(deferred!);
    expect(await dead.peekMessages(1)).toEqual([]);
  });
});
