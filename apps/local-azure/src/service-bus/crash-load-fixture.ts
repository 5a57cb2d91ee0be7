import {
  ServiceBusClient,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
  type ServiceBusSender,
} from '@azure/service-bus';
import { CrashLedger, type CrashNotes, type Known } from './crash-ledger-fixture.js';

/** What the load works on. Locks outlive every test, so that only a restart ends them. */
export const LOAD_ENTITIES = {
  queues: [{ name: 'jobs' }, { name: 'later' }, { name: 'steps', requiresSession: true }],
  topics: [{ name: 'orders', subscriptions: [{ name: 'ledger' }, { name: 'audit' }] }],
  lockDurationMs: 3_600_000,
  maxDeliveryCount: 1_000,
};

const PRODUCERS = 3;
const CONSUMERS = 2;
const SESSIONS = 6;
const RECEIVED_AT_A_TIME = 10;
const RECEIVE_WAIT_MS = 200;
/** Every so many messages of the jobs, what is done with them repeats. */
const KINDS = 8;
const FAILURES_MAX = 2;
const CANCELLED_ONE_OF = 3;
const POLL_MS = 5;
const DAY_MS = 86_400_000;

/** Senders and receivers that work on a server until it is killed, and have all that is answered noted. */
export class CrashLoad {
  private killed = false;

  constructor(
    private readonly client: ServiceBusClient,
    private readonly ledger: CrashLedger,
  ) {}

  /** Works without end; rejects when anything fails before the server is known to be killed. */
  async run(): Promise<void> {
    const { client } = this;
    await Promise.all([
      ...this.actors(PRODUCERS, () => this.produce(client.createSender('jobs'))),
      ...this.actors(PRODUCERS, () => this.produce(client.createSender('orders'))),
      ...this.actors(SESSIONS, (index) => this.produce(client.createSender('steps'), `session-${index}`)),
      ...this.actors(1, () => this.schedule(client.createSender('later'))),
      ...this.actors(2 * CONSUMERS, () => this.handleJobs(client.createReceiver('jobs'))),
      ...this.actors(CONSUMERS, () => this.completeAll(client.createReceiver('orders', 'ledger'))),
      ...this.actors(CONSUMERS, () => this.walkSessions()),
    ]);
  }

  /** From now on, failures are expected. */
  expectKill(): void {
    this.killed = true;
  }

  private actors(count: number, act: (index: number) => Promise<void>): Promise<void>[] {
    return Array.from({ length: count }, (_, index) =>
      act(index).catch((error: unknown) => {
        if (!this.killed) throw error;
      }),
    );
  }

  private async produce(sender: ServiceBusSender, sessionId = ''): Promise<void> {
    const session = sessionId === '' ? {} : { sessionId };
    for (;;) {
      await this.ledger.send({ entity: sender.entityPath, place: 'ready', sessionId }, ({ id: messageId }) =>
        sender.sendMessages({ messageId, ...session, body: 'x' }),
      );
    }
  }

  private async schedule(sender: ServiceBusSender): Promise<void> {
    for (;;) {
      let sequence: Awaited<ReturnType<ServiceBusSender['scheduleMessages']>> = [];
      const known = await this.ledger.send(
        { entity: sender.entityPath, place: 'scheduled' },
        async ({ id: messageId }) => {
          sequence = await sender.scheduleMessages({ messageId, body: 'x' }, new Date(Date.now() + DAY_MS));
        },
      );
      if (known.turn % CANCELLED_ONE_OF > 0) continue;
      await this.ledger.move(known, 'gone', () => sender.cancelScheduledMessages(sequence));
    }
  }

  /** One settlement after the other: the client would send the differing outcomes of one turn as one. */
  private async handleJobs(receiver: ServiceBusReceiver): Promise<void> {
    for (;;) {
      for (const { message, known } of await this.receive(receiver)) await this.handle(receiver, message, known);
    }
  }

  private async completeAll(receiver: ServiceBusReceiver): Promise<void> {
    for (;;) {
      const received = await this.receive(receiver);
      await Promise.all(received.map(({ message, known }) => this.complete(receiver, message, known)));
    }
  }

  /** Takes the sessions in turn: completes some of the messages it is given and leaves the rest. */
  private async walkSessions(): Promise<void> {
    for (;;) {
      const receiver = await this.client.acceptNextSession('steps', { maxAutoLockRenewalDurationInMs: 0 });
      const received = await this.receive(receiver);
      this.ledger.inTurn(received.map(({ known }) => known));
      for (const { message, known } of received.slice(0, RECEIVED_AT_A_TIME / 2))
        await this.complete(receiver, message, known);
      await receiver.close();
    }
  }

  private async receive(receiver: ServiceBusReceiver): Promise<Received[]> {
    const messages = await receiver.receiveMessages(RECEIVED_AT_A_TIME, { maxWaitTimeInMs: RECEIVE_WAIT_MS });
    return messages.map((message) => ({
      message,
      known: this.ledger.seen(message.messageId as string, 'ready', message.deliveryCount!),
    }));
  }

  private async handle(receiver: ServiceBusReceiver, message: ServiceBusReceivedMessage, known: Known): Promise<void> {
    const { ledger } = this;
    switch (known.turn % KINDS) {
      case 0:
        return ledger.move(known, 'dead', () => receiver.deadLetterMessage(message));
      case 1:
        return ledger.move(known, 'deferred', () => ledger.fail(known, () => receiver.deferMessage(message)));
      case 2:
        return;
      case 3:
      case 4:
        if (known.failures.certain < FAILURES_MAX) return ledger.fail(known, () => receiver.abandonMessage(message));
        return this.complete(receiver, message, known);
      default:
        return this.complete(receiver, message, known);
    }
  }

  private complete(receiver: ServiceBusReceiver, message: ServiceBusReceivedMessage, known: Known): Promise<void> {
    return this.ledger.move(known, 'gone', () => receiver.completeMessage(message));
  }
}

interface Received {
  readonly message: ServiceBusReceivedMessage;
  readonly known: Known;
}

/** What the process of the load is started with: it says `''`, or what failed, after so many answers. */
export interface CrashLoadOrder {
  readonly connectionString: string;
  readonly answers: number;
  readonly notes: CrashNotes;
}

/** Runs the load in this process; once told that the server was killed, it hands over its notes. */
export function runCrashLoad({ connectionString, answers, notes }: CrashLoadOrder): void {
  const ledger = new CrashLedger(notes);
  const load = new CrashLoad(new ServiceBusClient(connectionString, { retryOptions: { maxRetries: 0 } }), ledger);
  load.run().catch((error: unknown) => process.send!(String(error)));
  const poll = setInterval(() => {
    if (ledger.answers < answers) return;
    clearInterval(poll);
    load.expectKill();
    process.send!('');
  }, POLL_MS);
  process.once('message', () => process.send!(ledger.notes));
}
