import type { ServiceBusClient, ServiceBusMessage, ServiceBusReceivedMessage } from '@azure/service-bus';
import { topology } from '@ballast/contracts';
import { compileSqlFilter } from '../../../local-azure/src/service-bus/sql-filter.js';
import { copyOf } from './document-copy.js';
import { BusAnswer, Subscription } from './subscription.js';
import type { Matches, Receiver } from './subscription.js';
import type { Surroundings, Wire } from './wire.js';

/** Requests that are lost. */
const LOST_RATE = 0.01;
const PATIENCE_MS = 2_000;
const BATCH_MESSAGES_MAX = 100;

/** Which of the broker's conveniences are missing. */
export interface BusWeakness {
  /** A message that is sent twice is delivered twice. */
  readonly keepsDuplicates?: boolean;
}

/** A broker of messages: what it has taken it delivers until it is told that somebody is done with it. */
export class Bus {
  /** Ids of all messages that were ever sent. */
  readonly sent = new Set<string>();
  private readonly topics = new Map<string, readonly Subscription[]>();

  constructor(
    world: Surroundings,
    consumers: readonly string[],
    private readonly weakness: BusWeakness = {},
  ) {
    for (const { name, subscriptions } of topology.topics) {
      const heard = subscriptions.filter((subscription) => consumers.includes(subscription.name));
      this.topics.set(
        name,
        heard.map((subscription) => new Subscription(subscription.name, filterOf(subscription.sqlFilter), world)),
      );
    }
  }

  /** The broker as the SDK shows it to a process. */
  client(wire: Wire): ServiceBusClient {
    const shown = {
      createSender: (topic: string) => ({
        createMessageBatch: () => Promise.resolve(new Batch()),
        sendMessages: (sent: Batch | ServiceBusMessage) =>
          this.send(topic, sent instanceof Batch ? sent.messages : [sent], wire),
        close: () => Promise.resolve(),
      }),
      createReceiver: (topic: string, name: string) => this.receiver(this.subscription(topic, name), wire),
    };
    return shown as unknown as ServiceBusClient;
  }

  /** Messages as somebody outside of the run sends them. */
  publish(topic: string, messages: readonly ServiceBusMessage[]): void {
    for (const message of messages) {
      const id = String(message.messageId);
      if (this.sent.has(id) && this.weakness.keepsDuplicates !== true) continue;
      this.sent.add(id);
      for (const subscription of this.topics.get(topic) ?? []) subscription.offer(message);
    }
  }

  /** Ids of messages that somebody has yet to be done with, by subscription. */
  left(): string[] {
    return this.all((topic, { name, kept }) =>
      [...kept.values()].map(({ message }) => `${topic}/${name} ${String(message.messageId)}`),
    );
  }

  /** Ids of messages that were given up. */
  deadLetters(): string[] {
    return this.all((topic, { name, deadLetters }) =>
      deadLetters.map((message) => `${topic}/${name} ${String(message.messageId)}`),
    );
  }

  private all(of: (topic: string, subscription: Subscription) => string[]): string[] {
    return [...this.topics].flatMap(([topic, all]) => all.flatMap((subscription) => of(topic, subscription)));
  }

  private subscription(topic: string, name: string): Subscription {
    const found = this.topics.get(topic)?.find((subscription) => subscription.name === name);
    if (found === undefined) throw new Error(`there is no subscription ${topic}/${name}`);
    return found;
  }

  private send(topic: string, messages: readonly ServiceBusMessage[], wire: Wire): Promise<void> {
    const kept = messages.map((message) => ({ ...message, body: copyOf(message.body) }));
    return wire.ask(
      () => `sends ${kept.map(({ messageId }) => String(messageId)).join(', ')}`,
      () => this.publish(topic, kept),
      reach('ServiceCommunicationProblem'),
    );
  }

  private receiver(subscription: Subscription, wire: Wire) {
    const settle = (end: Parameters<Subscription['unlock']>[1]) => (message: ServiceBusReceivedMessage) =>
      wire.ask(
        () => `has ${end} ${String(message.messageId)}`,
        () => subscription.unlock(String(message.lockToken), end),
        reach('MessageLockLost'),
      );
    return {
      subscribe: (handlers: Handlers, { maxConcurrentCalls }: { maxConcurrentCalls: number }) => {
        const receiver: Receiver = { wire, credits: maxConcurrentCalls, take: (message) => void take(message) };
        const take = async (message: ServiceBusReceivedMessage): Promise<void> => {
          await handlers.processMessage(message);
          receiver.credits += 1;
          if (receiver.credits === 1) subscription.wake();
        };
        void handlers
          .preInitialize()
          .then(handlers.postInitialize)
          .then(() => subscription.join(receiver));
        return { close: async () => subscription.leave(wire) };
      },
      completeMessage: settle('completed'),
      abandonMessage: settle('abandoned'),
      deadLetterMessage: settle('dead-lettered'),
      renewMessageLock: (message: ServiceBusReceivedMessage) =>
        wire.ask(
          () => `renews ${String(message.messageId)}`,
          () => subscription.renew(String(message.lockToken)),
          reach('ServiceCommunicationProblem'),
        ),
      close: async () => subscription.leave(wire),
    };
  }
}

interface Handlers {
  processMessage(message: ServiceBusReceivedMessage): Promise<void>;
  preInitialize(): Promise<void>;
  postInitialize(): Promise<void>;
}

class Batch {
  readonly messages: ServiceBusMessage[] = [];
  readonly maxSizeInBytes = 256 * 1_024;

  get count(): number {
    return this.messages.length;
  }

  tryAddMessage(message: ServiceBusMessage): boolean {
    if (this.messages.length >= BATCH_MESSAGES_MAX) return false;
    this.messages.push(message);
    return true;
  }
}

function reach(code: string) {
  return { lossRate: LOST_RATE, patienceMs: PATIENCE_MS, lost: () => new BusAnswer(code) };
}

/** Filters by their text: compiling one takes longer than a run uses it. */
const compiled = new Map<string, Matches>();

function filterOf(sqlFilter: string | undefined): Matches {
  if (sqlFilter === undefined) return () => true;
  const matches = compiled.get(sqlFilter) ?? compile(sqlFilter);
  compiled.set(sqlFilter, matches);
  return matches;
}

function compile(sqlFilter: string): Matches {
  const isTrue = compileSqlFilter(sqlFilter);
  return ({ applicationProperties = {} }) => {
    const lower = new Map(Object.entries(applicationProperties).map(([name, value]) => [name.toLowerCase(), value]));
    return isTrue({ property: (name) => lower.get(name.toLowerCase()), system: () => undefined });
  };
}
