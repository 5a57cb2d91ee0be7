import type { ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import Long from 'long';
import { aggregateOf, parkedMessage } from './parking.js';
import type { ParkedMessage, Redriven } from './parking.js';

/** Milliseconds to wait for a dead letter before the queue counts as empty. */
const EMPTY_AFTER_MS = 1_000;

/** Else the SDK goes on where the last peek of this connection ended. */
const FROM_THE_FIRST = { fromSequenceNumber: Long.ONE };

/** A subscription whose dead letters are meant. */
export interface DeadLetterSource {
  readonly topic: string;
  readonly subscription: string;
}

/** A dead letter as an operator sees it: where it is, what it was and why it is there; not its data. */
export interface DeadLetter extends DeadLetterSource {
  /** The broker's number of it in its subscription. */
  readonly sequenceNumber: string;
  readonly messageId: string;
  readonly subject: string | undefined;
  readonly reason: string;
  readonly description: string;
  /** ISO 8601. */
  readonly enqueuedAt: string | undefined;
}

/** The dead-letter queues of the subscriptions that a service hears. Every method throws the SDK's errors. */
export class DeadLetters {
  constructor(
    private readonly client: ServiceBusClient,
    private readonly sources: readonly DeadLetterSource[],
  ) {}

  /** At most `countMax` of each subscription, the oldest first; takes nothing. */
  async list(countMax: number): Promise<DeadLetter[]> {
    const lists = this.sources.map((source) =>
      this.with(source, async (receiver) =>
        (await receiver.peekMessages(countMax, FROM_THE_FIRST)).map((message) => deadLetterOf(message, source)),
      ),
    );
    return (await Promise.all(lists)).flat();
  }

  /**
   * Hands at most `countMax` letters of each subscription to `handle`, in their order, and removes those that were
   * handled. After one that was not, later ones of the same aggregate stay. Returns how many were handled and how many
   * of those that were looked at stay.
   */
  async redrive(
    countMax: number,
    handle: (message: ParkedMessage) => Promise<Redriven>,
  ): Promise<{ redriven: number; left: number }> {
    let redriven = 0;
    let left = 0;
    for (const source of this.sources) {
      await this.with(source, async (receiver) => {
        if (!(await begins(receiver, FROM_THE_FIRST))) return;
        const kept = await redriveFrom(receiver, countMax, (message) => handled(message, source, handle));
        redriven += kept.redriven;
        left += kept.left.length;
        for (const message of kept.left) await receiver.abandonMessage(message).catch(() => undefined);
      });
    }
    return { redriven, left };
  }

  /** Removes one letter; false when the first `countMax` of its subscription do not hold it. */
  async drop(source: DeadLetterSource, sequenceNumber: string, countMax: number): Promise<boolean> {
    const isHeard = this.sources.some(
      ({ topic, subscription }) => topic === source.topic && subscription === source.subscription,
    );
    if (!isHeard) return false;
    return this.with(source, async (receiver) => {
      const number = Long.fromString(sequenceNumber);
      // A number that no letter can have would be taken for another.
      if (number.toString() !== sequenceNumber || !(await begins(receiver, { fromSequenceNumber: number })))
        return false;
      const isIt = async (message: ServiceBusReceivedMessage): Promise<boolean> => numberOf(message) === sequenceNumber;
      const { redriven, left } = await redriveFrom(receiver, countMax, isIt, { isOne: true });
      for (const message of left) await receiver.abandonMessage(message).catch(() => undefined);
      return redriven === 1;
    });
  }

  private async with<T>(
    { topic, subscription }: DeadLetterSource,
    work: (receiver: ServiceBusReceiver) => Promise<T>,
  ): Promise<T> {
    const receiver = this.client.createReceiver(topic, subscription, { subQueueType: 'deadLetter' });
    try {
      return await work(receiver);
    } finally {
      await receiver.close();
    }
  }
}

/** Whether there is a letter from this number on: receiving where there is none takes as long as waiting for one. */
async function begins(receiver: ServiceBusReceiver, from: { fromSequenceNumber: Long }): Promise<boolean> {
  return (await receiver.peekMessages(1, from)).length > 0;
}

/** Takes letters one by one; a letter that comes a second time, as its lock was lost, ends it. */
async function redriveFrom(
  receiver: ServiceBusReceiver,
  countMax: number,
  isDone: (message: ServiceBusReceivedMessage) => Promise<boolean>,
  { isOne = false } = {},
): Promise<{ redriven: number; left: ServiceBusReceivedMessage[] }> {
  const seen = new Set<string>();
  const stuck = new Set<string>();
  const left: ServiceBusReceivedMessage[] = [];
  let redriven = 0;
  while (seen.size < countMax) {
    const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: EMPTY_AFTER_MS });
    if (message === undefined || seen.has(numberOf(message))) break;
    seen.add(numberOf(message));
    const subject = aggregateOf(message)?.subject ?? numberOf(message);
    if (stuck.has(subject) || !(await isDone(message))) {
      left.push(message);
      if (!isOne) stuck.add(subject);
      continue;
    }
    await receiver.completeMessage(message);
    redriven += 1;
    if (isOne) break;
  }
  return { redriven, left };
}

async function handled(
  message: ServiceBusReceivedMessage,
  source: DeadLetterSource,
  handle: (message: ParkedMessage) => Promise<Redriven>,
): Promise<boolean> {
  const aggregate = aggregateOf(message);
  if (aggregate === undefined) return false;
  return (await handle(parkedMessage(message, source, aggregate))).kind === 'handled';
}

function deadLetterOf(message: ServiceBusReceivedMessage, source: DeadLetterSource): DeadLetter {
  return {
    ...source,
    sequenceNumber: numberOf(message),
    messageId: String(message.messageId),
    subject: aggregateOf(message)?.subject,
    reason: message.deadLetterReason ?? 'unknown',
    description: message.deadLetterErrorDescription ?? '',
    enqueuedAt: message.enqueuedTimeUtc?.toISOString(),
  };
}

function numberOf({ sequenceNumber }: ServiceBusReceivedMessage): string {
  return String(sequenceNumber);
}
