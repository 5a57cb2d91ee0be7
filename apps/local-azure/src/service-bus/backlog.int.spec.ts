import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { BacklogFixture, type OlderMessage } from './backlog-fixture.js';
import { CopyStore } from './copy-store.js';
import { HELD_MAX, ReadyQueue } from './ready-queue.js';

const BACKLOG = 20_000;
/** Several times what is in memory at once. */
const RECEIVED = 2_200;
const RECEIVED_AT_A_TIME = 1_000;
const SESSIONS = 2_000;
const TOPICS = [{ name: 'orders', subscriptions: [{ name: 'ledger' }, { name: 'audit' }] }];
const TOPIC_PATHS = ['orders', 'orders/ledger', 'orders/audit'];
const [LEDGER, AUDIT] = [2, 3];
const STEPS = { topics: [], queues: [{ name: 'steps', requiresSession: true }] };

describe('messages of an earlier version that waited', () => {
  let backlog: BacklogFixture;

  beforeEach(() => (backlog = new BacklogFixture()));

  afterEach(async () => {
    jest.restoreAllMocks();
    await backlog.stop();
    backlog.dispose();
  });

  const bodies = (messages: readonly ServiceBusReceivedMessage[]) => messages.map(({ body }) => body as number);

  async function receive(receiver: ServiceBusReceiver, count: number): Promise<ServiceBusReceivedMessage[]> {
    const all: ServiceBusReceivedMessage[] = [];
    while (all.length < count) {
      const most = Math.min(count - all.length, RECEIVED_AT_A_TIME);
      all.push(...(await receiver.receiveMessages(most, { maxWaitTimeInMs: 30_000 })));
    }
    return all;
  }

  it('are received in their order while few of them are in memory', async () => {
    const ids = Array.from({ length: BACKLOG }, (_, index) => index + 1);
    backlog.fill(
      ['jobs', 'queue:jobs'],
      ids.map((id) => ({ id, copies: [{ subscription: 2 }] })),
    );
    const read = jest.spyOn(CopyStore.prototype, 'readyAfter');
    await backlog.start({ topics: [], queues: [{ name: 'jobs' }] });
    expect(read).not.toHaveBeenCalled();
    const queues = new Set<ReadyQueue>();
    let heldMost = 0;
    const take = ReadyQueue.prototype.take;
    jest.spyOn(ReadyQueue.prototype, 'take').mockImplementation(function (this: ReadyQueue) {
      const copy = take.call(this);
      heldMost = Math.max(
        heldMost,
        [...queues.add(this)].reduce((sum, { held }) => sum + held, 0),
      );
      return copy;
    });
    const receiver = backlog.client.createReceiver('jobs', { receiveMode: 'receiveAndDelete' });
    expect(bodies(await receive(receiver, RECEIVED))).toEqual(ids.slice(0, RECEIVED));
    expect(heldMost).toBeGreaterThan(0);
    expect(heldMost).toBeLessThanOrEqual(HELD_MAX);
  });

  it('have their delivery counts, their dead letters and their end', async () => {
    const messages: OlderMessage[] = [
      { id: 1, copies: [{ subscription: LEDGER, deliveryCount: 3 }, { subscription: AUDIT }] },
      { id: 2, copies: [{ subscription: LEDGER, dead: true, deliveryCount: 2_000 }] },
      { id: 3, copies: [{ subscription: LEDGER }], expiresAtMs: 1 },
      { id: 4, copies: [{ subscription: LEDGER }], expiresAtMs: Date.now() + 3_600_000 },
    ];
    backlog.fill(TOPIC_PATHS, messages);
    await backlog.start({ topics: TOPICS });
    const ledger = backlog.client.createReceiver('orders', 'ledger');
    const active = await receive(ledger, 2);
    expect(active.map(({ body, deliveryCount }) => [body, deliveryCount])).toEqual([
      [1, 3],
      [4, 0],
    ]);
    for (const message of active) await ledger.completeMessage(message);
    const dead = backlog.client.createReceiver('orders', 'ledger', { subQueueType: 'deadLetter' });
    expect(bodies(await receive(dead, 1))).toEqual([2]);
    expect(bodies(await receive(backlog.client.createReceiver('orders', 'audit'), 1))).toEqual([1]);
  });

  it('are on disk as long as one subscription has them', async () => {
    backlog.fill(TOPIC_PATHS, [{ id: 1, copies: [{ subscription: LEDGER }, { subscription: AUDIT }] }]);
    await backlog.start({ topics: TOPICS });
    const stored: number[] = [];
    for (const subscription of ['ledger', 'audit']) {
      const receiver = backlog.client.createReceiver('orders', subscription);
      await receiver.completeMessage((await receive(receiver, 1))[0]!);
      await backlog.stop();
      stored.push(backlog.count('messages'));
      await backlog.start({ topics: TOPICS });
    }
    expect(stored).toEqual([1, 0]);
  });

  it('are in sessions, each in its order, of which few are in memory', async () => {
    const idOf = (index: number): string => `s${index % SESSIONS}`;
    const ids = Array.from({ length: 2 * SESSIONS }, (_, index) => index);
    backlog.fill(
      ['steps', 'queue:steps'],
      ids.map((index) => ({ id: index + 1, sessionId: idOf(index), copies: [{ subscription: 2 }] })),
    );
    await backlog.start(STEPS);
    const read = jest.spyOn(CopyStore.prototype, 'readyAfter');
    for (const index of [0, 1, 2]) {
      const session = await backlog.client.acceptNextSession('steps');
      expect(session.sessionId).toBe(idOf(index));
      const received = await receive(session, 2);
      expect(bodies(received)).toEqual([index + 1, index + 1 + SESSIONS]);
      for (const message of received) await session.completeMessage(message);
      await session.close();
    }
    const late = await backlog.client.acceptSession('steps', idOf(SESSIONS - 1));
    expect(bodies(await receive(late, 2))).toEqual([SESSIONS, 2 * SESSIONS]);
    expect(new Set(read.mock.calls.map(([{ sessionId }]) => sessionId)).size).toBeLessThan(SESSIONS / 4);
  });

  it('without a session are dead-lettered where sessions are wanted', async () => {
    backlog.fill(['steps', 'queue:steps'], [{ id: 1, copies: [{ subscription: 2 }] }]);
    await backlog.start(STEPS);
    const dead = backlog.client.createReceiver('steps', { subQueueType: 'deadLetter' });
    expect(await receive(dead, 1)).toMatchObject([{ body: 1, deadLetterReason: 'Session ID is null.' }]);
  });

  it('end where nobody receives, also those that are on disk only', async () => {
    const ids = Array.from({ length: 700 }, (_, index) => index + 1);
    const copies = [{ subscription: 2 }];
    backlog.fill(
      ['jobs', 'queue:jobs'],
      ids.map((id) => ({ id, copies, ...(id === 650 ? {} : { expiresAtMs: 1 }) })),
    );
    await backlog.start({ topics: [], queues: [{ name: 'jobs', deadLettersExpired: true }] });
    const dead = backlog.client.createReceiver('jobs', { subQueueType: 'deadLetter' });
    const ended = await receive(dead, 699);
    expect(bodies(ended).sort((a, b) => a - b)).toEqual(ids.filter((id) => id !== 650));
    expect(ended[0]).toMatchObject({ deadLetterReason: 'TTLExpiredException' });
    expect(bodies(await backlog.client.createReceiver('jobs').peekMessages(10))).toEqual([650]);
  });
});
