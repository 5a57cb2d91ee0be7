import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { Failure } from '@ballast/contracts';
import { ParkingFull, aggregateOf, parkedMessage } from './parking.js';
import type { ParkingCause, ParkingLot } from './parking.js';
import type { BrokerSettlement } from './settlement.js';
import type { ListenerLog } from './subscription.js';

/** What puts messages of one subscription aside. */
export interface SetAsideOptions {
  readonly topic: string;
  readonly subscription: string;
  readonly log: ListenerLog;
  /** Absent, a message that cannot be handled is dead-lettered. */
  readonly parking?: ParkingLot;
}

/**
 * Takes the messages that cannot be handled now off the subscription: into the parked list, and into the dead-letter
 * queue where that list cannot take them. Never rejects.
 */
export class SetAside {
  constructor(private readonly options: SetAsideOptions) {}

  /** Whether the message has to wait behind parked ones of its aggregate. */
  mustWait(subject: string): boolean {
    return this.options.parking?.holds(subject) === true;
  }

  /** What the broker is told of a message that cannot be handled: that it is done with when it is parked. */
  async poison(message: ServiceBusReceivedMessage, { reason, description }: ParkingCause): Promise<BrokerSettlement> {
    const cause = { reason, description };
    const { parking, topic, subscription, log } = this.options;
    const aggregate = aggregateOf(message);
    if (parking === undefined || aggregate === undefined) return { kind: 'dead-letter', ...cause };
    return this.attempt(message, cause, async () => {
      await parking.park(parkedMessage(message, this.options, aggregate), cause);
      log.error({ topic, subscription, messageId: message.messageId, ...aggregate, ...cause }, 'a message is parked');
      return { kind: 'complete' };
    });
  }

  /** What the broker is told of a message behind parked ones; it is given back when there are none any more. */
  async behind(message: ServiceBusReceivedMessage): Promise<BrokerSettlement> {
    const { parking } = this.options;
    const aggregate = aggregateOf(message);
    if (parking === undefined || aggregate === undefined) return { kind: 'abandon' };
    const cause = { reason: 'ParkedBefore', description: `behind parked messages of ${aggregate.subject}` };
    return this.attempt(message, cause, async () => {
      const isQueued = await parking.queue(parkedMessage(message, this.options, aggregate));
      return isQueued ? { kind: 'complete' } : { kind: 'abandon' };
    });
  }

  /** A store that is away is no reason to give a message up: it comes again. */
  private async attempt(
    message: ServiceBusReceivedMessage,
    cause: ParkingCause,
    work: () => Promise<BrokerSettlement>,
  ): Promise<BrokerSettlement> {
    try {
      return await work();
    } catch (error) {
      const { topic, subscription, log } = this.options;
      log.error({ topic, subscription, messageId: message.messageId, err: error }, 'a message cannot be parked');
      if (error instanceof Failure) return { kind: 'abandon' };
      const why = error instanceof ParkingFull ? `; ${error.message}` : '; it cannot be parked';
      return { kind: 'dead-letter', reason: cause.reason, description: cause.description + why };
    }
  }
}
