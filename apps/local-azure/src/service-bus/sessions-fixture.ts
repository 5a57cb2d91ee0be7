import { randomUUID } from 'node:crypto';
import type { ServiceBusReceivedMessage, ServiceBusReceiver, ServiceBusSessionReceiver } from '@azure/service-bus';
import { ServiceBusFixture } from './service-bus-fixture.js';

/** Of locks that are left to expire. */
const BRIEF_LOCK_MS = 400;
const TOPICS = [
  {
    name: 'orders',
    subscriptions: [
      { name: 'ledger', requiresSession: true },
      { name: 'brief', requiresSession: true, lockDurationMs: BRIEF_LOCK_MS },
      { name: 'audit' },
    ],
  },
];
const QUEUES = [{ name: 'work', requiresSession: true }];
/** Nobody renews unless a test does. */
export const UNRENEWED = { maxAutoLockRenewalDurationInMs: 0 };

/** A server whose subscriptions `ledger` and `brief`, and whose queue `work`, have sessions; for tests. */
export class SessionsFixture {
  private constructor(readonly bus: ServiceBusFixture) {}

  static async start(): Promise<SessionsFixture> {
    return new SessionsFixture(await ServiceBusFixture.start(TOPICS, { queues: QUEUES, maxDeliveryCount: 3 }));
  }

  accept(id: string, from = 'ledger'): Promise<ServiceBusSessionReceiver> {
    return this.bus.client.acceptSession('orders', from, id, UNRENEWED);
  }

  acceptNext(from = 'ledger'): Promise<ServiceBusSessionReceiver> {
    return this.bus.client.acceptNextSession('orders', from, UNRENEWED);
  }

  receive(session: ServiceBusSessionReceiver, count: number): Promise<ServiceBusReceivedMessage[]> {
    return session.receiveMessages(count, { maxWaitTimeInMs: 300 });
  }

  async expireLocks(): Promise<void> {
    await this.bus.faults.order({ kind: 'lock-expiry', target: 'orders/ledger' });
  }

  deadLetters(): ServiceBusReceiver {
    return this.bus.client.createReceiver('orders', 'ledger', { subQueueType: 'deadLetter' });
  }

  /** Each as `session:body`. */
  async send(...messages: string[]): Promise<void> {
    const sender = this.bus.client.createSender('orders');
    await sender.sendMessages(
      messages.map((text) => ({ sessionId: text.split(':')[0]!, body: text.split(':')[1]!, messageId: randomUUID() })),
    );
    await sender.close();
  }
}

/** What the messages say. */
export function bodies(messages: readonly ServiceBusReceivedMessage[]): unknown[] {
  return messages.map(({ body }) => body as unknown);
}
