import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import Long from 'long';
import { receiveOne, ServiceBusFixture } from './service-bus-fixture.js';

type Mode = 'peekLock' | 'receiveAndDelete';
interface Place {
  readonly where: string;
  /** The entity that is sent to, and the session if it has any. */
  readonly to: string;
  readonly sessionId?: string;
  /** Brings what was sent to where it is received. */
  readonly bring?: () => Promise<void>;
  readonly receiver: (receiveMode: Mode) => Promise<ServiceBusReceiver>;
}

const COUNT = 3;
const BODIES = [1, 2, 3];
const UNRENEWED = { maxAutoLockRenewalDurationInMs: 0 };
const TOPICS = [
  {
    name: 'orders',
    subscriptions: [{ name: 'ledger' }],
  },
  { name: 'steps', subscriptions: [{ name: 'sessions', requiresSession: true }] },
];
const QUEUES = [{ name: 'jobs' }, { name: 'tasks', requiresSession: true }];

describe('messages', () => {
  let bus: ServiceBusFixture;

  beforeAll(async () => {
    bus = await ServiceBusFixture.start(TOPICS, { queues: QUEUES });
    await bus.administration().createQueue('closed', { status: 'SendDisabled' });
    await bus.administration().createQueue('first', { forwardTo: 'closed' });
  });

  afterAll(() => bus.dispose());

  async function bury(receiver: ServiceBusReceiver): Promise<void> {
    for (let count = 0; count < COUNT; count += 1) await receiver.deadLetterMessage(await receiveOne(receiver));
    await receiver.close();
  }
  const deadLetter = 'deadLetter' as const;
  const places: readonly Place[] = [
    {
      where: 'a queue',
      to: 'jobs',
      receiver: async (receiveMode) => bus.client.createReceiver('jobs', { receiveMode, ...UNRENEWED }),
    },
    {
      where: 'a subscription',
      to: 'orders',
      receiver: async (receiveMode) => bus.client.createReceiver('orders', 'ledger', { receiveMode, ...UNRENEWED }),
    },
    {
      where: 'a session of a queue',
      to: 'tasks',
      sessionId: 'a',
      receiver: async (receiveMode) => bus.client.acceptSession('tasks', 'a', { receiveMode, ...UNRENEWED }),
    },
    {
      where: 'a session of a subscription',
      to: 'steps',
      sessionId: 'a',
      receiver: async (receiveMode) =>
        bus.client.acceptSession('steps', 'sessions', 'a', { receiveMode, ...UNRENEWED }),
    },
    {
      where: 'the dead letters of a queue',
      to: 'jobs',
      bring: async () => bury(bus.client.createReceiver('jobs', UNRENEWED)),
      receiver: async (receiveMode) =>
        bus.client.createReceiver('jobs', { receiveMode, subQueueType: deadLetter, ...UNRENEWED }),
    },
    {
      where: 'the dead letters of a subscription',
      to: 'orders',
      bring: async () => bury(bus.client.createReceiver('orders', 'ledger', UNRENEWED)),
      receiver: async (receiveMode) =>
        bus.client.createReceiver('orders', 'ledger', { receiveMode, subQueueType: deadLetter, ...UNRENEWED }),
    },
    {
      where: 'the dead letters of sessions',
      to: 'steps',
      sessionId: 'a',
      bring: async () => bury(await bus.client.acceptSession('steps', 'sessions', 'a', UNRENEWED)),
      receiver: async (receiveMode) =>
        bus.client.createReceiver('steps', 'sessions', { receiveMode, subQueueType: deadLetter, ...UNRENEWED }),
    },
    {
      where: 'the transfer dead letters',
      to: 'first',
      receiver: async (receiveMode) =>
        bus.client.createReceiver('first', { receiveMode, subQueueType: 'transferDeadLetter', ...UNRENEWED }),
    },
  ];

  /** Ways to take as many messages as were sent; each settles what it is to settle. */
  const ways: Readonly<Record<string, (receiver: ServiceBusReceiver, mode: Mode) => Promise<unknown[]>>> = {
    receiveMessages: async (receiver, mode) => {
      const bodies: unknown[] = [];
      while (bodies.length < COUNT) {
        const one = await receiveOne(receiver);
        bodies.push(one.body);
        if (mode === 'peekLock') await receiver.completeMessage(one);
      }
      return bodies;
    },
    'an async iterator': async (receiver, mode) => {
      const bodies: unknown[] = [];
      for await (const one of receiver.getMessageIterator()) {
        bodies.push(one.body);
        if (mode === 'peekLock') await receiver.completeMessage(one);
        if (bodies.length === COUNT) break;
      }
      return bodies;
    },
    subscribe: async (receiver) => {
      const bodies: unknown[] = [];
      await new Promise<void>((resolve, reject) => {
        const processMessage = async ({ body }: ServiceBusReceivedMessage) => {
          if (bodies.push(body) === COUNT) resolve();
        };
        receiver.subscribe({ processMessage, processError: async ({ error }) => reject(error) });
      });
      return bodies;
    },
  };

  const cases = places.flatMap((place) =>
    Object.entries(ways).flatMap(([way, take]) =>
      (['peekLock', 'receiveAndDelete'] as const).map((mode) => ({ ...place, way, take, mode })),
    ),
  );

  it.each(cases)('come from $where by $way ($mode), and are gone then', async ({ take, mode, ...place }) => {
    const { sessionId } = place;
    await bus.send(place.to, ...BODIES.map((body) => ({ body, ...(sessionId === undefined ? {} : { sessionId }) })));
    await place.bring?.();
    const receiver = await place.receiver(mode);
    expect(await take(receiver, mode)).toEqual(BODIES);
    while ((await receiver.peekMessages(1, { fromSequenceNumber: Long.ZERO })).length > 0);
    await receiver.close();
  });
});
