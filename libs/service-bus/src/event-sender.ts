import { isServiceBusError } from '@azure/service-bus';
import type { ServiceBusClient, ServiceBusMessageBatch, ServiceBusSender } from '@azure/service-bus';
import { Failure } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { toMessage } from './event-message.js';

/** Sends events to one topic. */
export class EventSender {
  private readonly sender: ServiceBusSender;

  constructor(
    client: ServiceBusClient,
    private readonly topic: string,
  ) {
    this.sender = client.createSender(topic);
  }

  /**
   * Sends the events in their order, in as few batches as they fit in, and resolves when the broker has stored all of
   * them. Throws `Failure('bus-unavailable')`, after which a prefix of them may have been stored: sending all again is
   * right, as the broker drops what it has. Throws a plain `Error` for an event that is larger than the topic takes.
   */
  async send(events: readonly EventEnvelope[]): Promise<void> {
    const [first, ...others] = events;
    if (first === undefined) return;
    await (others.length === 0 ? this.sendOne(first) : this.sendMany(events));
  }

  /** Closes the link; the client stays open. */
  close(): Promise<void> {
    return this.sender.close();
  }

  /** Without a batch around it: that repeats all properties of its first message. */
  private async sendOne(event: EventEnvelope): Promise<void> {
    try {
      await this.sender.sendMessages(toMessage(event));
    } catch (error) {
      if (isServiceBusError(error) && error.code === 'MessageSizeExceeded') throw this.tooLarge(event);
      throw this.failure(error);
    }
  }

  private async sendMany(events: readonly EventEnvelope[]): Promise<void> {
    let batch = await this.newBatch();
    for (const event of events) {
      const message = toMessage(event);
      if (batch.tryAddMessage(message)) continue;
      if (batch.count > 0) {
        await this.sendBatch(batch);
        batch = await this.newBatch();
      }
      if (!batch.tryAddMessage(message)) throw this.tooLarge(event);
    }
    await this.sendBatch(batch);
  }

  private newBatch(): Promise<ServiceBusMessageBatch> {
    return this.orFailure(() => this.sender.createMessageBatch());
  }

  private sendBatch(batch: ServiceBusMessageBatch): Promise<void> {
    return this.orFailure(() => this.sender.sendMessages(batch));
  }

  private async orFailure<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw this.failure(error);
    }
  }

  private tooLarge(event: EventEnvelope): Error {
    return new Error(`event ${event.id} is larger than what ${this.topic} takes`);
  }

  private failure(cause: unknown): Failure {
    return new Failure('bus-unavailable', `events could not be sent to ${this.topic}`, { cause });
  }
}
