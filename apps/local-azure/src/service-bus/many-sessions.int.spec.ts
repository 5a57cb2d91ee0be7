import { randomUUID } from 'node:crypto';
import type { ServiceBusSessionReceiver } from '@azure/service-bus';
import { RawClient } from './raw-client-fixture.js';
import { ServiceBusFixture } from './service-bus-fixture.js';

const TOPICS = [{ name: 'orders', subscriptions: [{ name: 'ledger', requiresSession: true }] }];
const SESSION_COUNT = 500;
const MESSAGE_COUNT = 10_000;
const BATCH = 500;
/** Of locks and tests that a busy machine makes long. */
const LONG_MS = 240_000;

describe('many sessions, and long ones', () => {
  let bus: ServiceBusFixture;

  beforeEach(async () => {
    bus = await ServiceBusFixture.start(TOPICS, { lockDurationMs: LONG_MS });
  });

  afterEach(() => bus.dispose());

  const acceptNext = () => bus.client.acceptNextSession('orders', 'ledger', { maxAutoLockRenewalDurationInMs: 0 });

  async function send(messages: readonly { sessionId: string; body: number }[]): Promise<void> {
    const sender = bus.client.createSender('orders');
    for (let start = 0; start < messages.length; start += BATCH) {
      await sender.sendMessages(
        messages.slice(start, start + BATCH).map((one) => ({ ...one, messageId: randomUUID() })),
      );
    }
    await sender.close();
  }

  const range = (count: number) => Array.from({ length: count }, (_, index) => index);

  it(
    'has 500 sessions received at once, each by one receiver and in order',
    async () => {
      const ids = range(SESSION_COUNT).map((index) => `session-${index}`);
      await send([1, 2].flatMap((body) => ids.map((sessionId) => ({ sessionId, body }))));
      const open: ServiceBusSessionReceiver[] = [];
      while (open.length < SESSION_COUNT) open.push(...(await Promise.all(range(50).map(acceptNext))));
      expect(new Set(open.map(({ sessionId }) => sessionId)).size).toBe(SESSION_COUNT);
      const received = await Promise.all(open.map((one) => one.receiveMessages(2, { maxWaitTimeInMs: 10_000 })));
      for (const messages of received) expect(messages.map(({ body }) => body as number)).toEqual([1, 2]);
    },
    LONG_MS,
  );

  it(
    'gives 10 000 messages of one session in order, over one link and then over the next',
    async () => {
      await send(range(MESSAGE_COUNT).map((body) => ({ sessionId: 'a', body })));
      const bodies: number[] = [];
      const completed: Promise<void>[] = [];
      for (const until of [MESSAGE_COUNT / 2, MESSAGE_COUNT]) {
        const session = await acceptNext();
        while (bodies.length < until) {
          for (const message of await session.receiveMessages(BATCH, { maxWaitTimeInMs: 5_000 })) {
            bodies.push(message.body as number);
            completed.push(session.completeMessage(message));
          }
        }
        await Promise.all(completed.splice(0));
        await session.close();
      }
      expect(bodies).toEqual(range(MESSAGE_COUNT));
    },
    LONG_MS,
  );

  it('names the sessions that have messages, by page, and those whose state was set since', async () => {
    await send(['b', 'a', 'c'].map((sessionId) => ({ sessionId, body: 1 })));
    const receiver = await bus.client.acceptSession('orders', 'ledger', 'stateful');
    await receiver.setSessionState('here');
    const client = await RawClient.connect(bus.port);
    await client.putToken(`sb://127.0.0.1:${bus.port}/orders/subscriptions/ledger`, bus.key);
    const list = async (body: object) =>
      (await client.request('orders/subscriptions/ledger/$management', 'com.microsoft:get-message-sessions', body))[
        'sessions-ids'
      ];
    expect(await list({ skip: 0, top: 2 })).toEqual(['a', 'b']);
    expect(await list({ skip: 2, top: 2 })).toEqual(['c']);
    expect(await list({ skip: 0, top: 9, 'last-updated-time': Date.now() - LONG_MS })).toEqual(['stateful']);
    await client.close();
  });
});
