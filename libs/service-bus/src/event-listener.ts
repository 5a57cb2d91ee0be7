import type { ServiceBusClient, ServiceBusReceivedMessage } from '@azure/service-bus';
import { LOCK_DURATION_SECONDS, decodeEventData } from '@ballast/contracts';
import type { EventDeclaration, EventEnvelope } from '@ballast/contracts';
import { Delivery } from './delivery.js';
import { fromMessage } from './event-message.js';
import { Lanes } from './lanes.js';
import type { Gather } from './lanes.js';
import { afterAttempt, deadLetterOf, decideSettlement, named, noAttempts } from './settlement.js';
import type { Outcome, Settlement } from './settlement.js';
import { Subscription } from './subscription.js';
import type { ListenerLog } from './subscription.js';
import { childTraceparent, runInTrace } from './trace.js';
import { wait, within } from './waiting.js';

/** Messages in hand where a listener does not say. */
export const CONCURRENCY_DEFAULT = 64;
/** Milliseconds that `close` waits for what is in hand. */
export const DRAIN_MS_MAX = 20_000;
/** Milliseconds after which a handler is taken for stuck: its message's lock is renewed no longer. */
const HANDLING_MS_MAX = 30_000;
/** Milliseconds between two renewals of a lock. */
const RENEWAL_MS = (LOCK_DURATION_SECONDS * 1_000) / 2;

/** What one listener hears and how much of it at once. */
export interface ListenerOptions {
  readonly topic: string;
  readonly subscription: string;
  /** Messages in hand: being handled, behind their lane, or backing off. Default 64. */
  readonly concurrency?: number;
  /** One call of the handler for up to `max` events of one lane, gathered for up to `ms` milliseconds. */
  readonly gather?: Gather;
}

/** A listener's options with what it does. */
export interface EventListenerOptions extends ListenerOptions {
  /** Data of these types is decoded into the declared class; data of other types is handed on as it came. */
  readonly events: readonly EventDeclaration[];
  /**
   * Handles events of one lane: exactly one without `gather`. Returning means handled (or refused); a `Failure` means
   * later; anything else that is thrown is a bug.
   */
  handle(events: EventEnvelope[]): Promise<void>;
  readonly log: ListenerLog;
}

/** How a listener is doing. */
export interface ListenerHealth {
  readonly connected: boolean;
  /** Messages received and not settled yet. */
  readonly inHand: number;
  /** Messages dead-lettered since the start. */
  readonly deadLettered: number;
}

/**
 * Hears one subscription. One call of the handler per lane (`partitionkey`) at a time, many lanes at once. A message
 * that backs off gives its lane's turn to the next one; with `gather` the whole batch backs off and blocks its lane.
 */
export class EventListener {
  private readonly lanes: Lanes<Delivery>;
  private readonly subscription: Subscription;
  private readonly inHand = new Set<Delivery>();
  private readonly declarations: ReadonlyMap<string, EventDeclaration>;
  private readonly closing = new AbortController();
  private deadLettered = 0;

  constructor(
    client: ServiceBusClient,
    private readonly options: EventListenerOptions,
  ) {
    this.declarations = new Map(options.events.map((declaration) => [declaration.type, declaration]));
    this.lanes = new Lanes((deliveries) => this.work(deliveries), options.gather);
    this.subscription = new Subscription(client, {
      ...options,
      concurrency: options.concurrency ?? CONCURRENCY_DEFAULT,
      take: (message) => this.take(message),
    });
  }

  /** Begins to listen. Resolves at once: a bus that is away is no reason not to start. */
  async start(): Promise<void> {
    this.subscription.start();
  }

  /** Stops receiving, lets the handlers in hand finish for up to 20 s, gives back what only waited. */
  async close(): Promise<void> {
    await this.subscription.stop();
    this.closing.abort();
    await Promise.all(this.lanes.stop().map((delivery) => this.finish(delivery, { kind: 'abandon' })));
    await within(DRAIN_MS_MAX, Promise.all([...this.inHand].map((delivery) => delivery.over)));
    for (const delivery of this.inHand) delivery.end();
    this.inHand.clear();
    await this.subscription.close();
  }

  health(): ListenerHealth {
    return { connected: this.subscription.connected, inHand: this.inHand.size, deadLettered: this.deadLettered };
  }

  private async take(message: ServiceBusReceivedMessage): Promise<void> {
    if (this.closing.signal.aborted) {
      await this.subscription.settle(message, { kind: 'abandon' });
      return;
    }
    const event = this.decode(message);
    if (event instanceof Error) {
      await this.deadLetterUnread(message, event);
      return;
    }
    const delivery = new Delivery(message, event);
    this.inHand.add(delivery);
    delivery.renewEvery(RENEWAL_MS, () => this.renew(delivery));
    this.lanes.add(event.partitionkey, delivery);
    await delivery.over;
  }

  /** Reading the same bytes again cannot end differently, so the reason is returned and not tried again. */
  private decode(message: ServiceBusReceivedMessage): EventEnvelope | Error {
    try {
      const event = fromMessage(message);
      const declaration = this.declarations.get(event.type);
      return declaration === undefined ? event : { ...event, data: decodeEventData(declaration, event.data) };
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  private async deadLetterUnread(message: ServiceBusReceivedMessage, error: Error): Promise<void> {
    const { topic, subscription, log } = this.options;
    log.error(
      { topic, subscription, messageId: message.messageId, err: error },
      'an unreadable message is dead-lettered',
    );
    if (await this.subscription.settle(message, { kind: 'dead-letter', ...deadLetterOf(error) }))
      this.deadLettered += 1;
  }

  /** One turn of a lane. Never rejects. */
  private async work(deliveries: readonly Delivery[]): Promise<void> {
    if (this.options.gather !== undefined) return this.workInOrder(deliveries);
    for (const delivery of deliveries) {
      if (delivery.isOver) continue;
      const outcome = await this.attempt([delivery]);
      const settlement = decideSettlement(outcome, delivery.attempts);
      delivery.attempts = afterAttempt(delivery.attempts, outcome, settlement);
      // Settling goes on beside the lane's next turn: the handler's effects are in place.
      if (settlement.kind === 'retry') void this.queueAgain(delivery, settlement.afterMs);
      else void this.finish(delivery, settlement, outcome);
    }
  }

  /**
   * A gathered batch is tried as a whole, and its lane waits for it, as its reader needs the order. Where a bug would
   * dead-letter it, its events are tried one by one, so that only the culprit goes.
   */
  private async workInOrder(deliveries: readonly Delivery[]): Promise<void> {
    let attempts = noAttempts();
    for (;;) {
      const left = deliveries.filter((delivery) => !delivery.isOver);
      if (left.length === 0) return;
      const outcome = await this.attempt(left);
      const settlement = decideSettlement(outcome, attempts);
      attempts = afterAttempt(attempts, outcome, settlement);
      if (settlement.kind === 'retry') {
        if (await wait(settlement.afterMs, this.closing.signal)) continue;
        for (const delivery of left) void this.finish(delivery, { kind: 'abandon' });
      } else if (settlement.kind === 'dead-letter' && left.length > 1) {
        for (const delivery of left) await this.workInOrder([delivery]);
      } else {
        for (const delivery of left) void this.finish(delivery, settlement, outcome);
      }
      return;
    }
  }

  private async attempt(deliveries: readonly Delivery[]): Promise<Outcome> {
    const events = deliveries.map((delivery) => delivery.event);
    const [first] = events;
    if (first === undefined) return { handled: true };
    for (const delivery of deliveries) delivery.handledSinceMs = Date.now();
    try {
      await runInTrace(traceOf(first), () => this.options.handle(events));
      return { handled: true };
    } catch (error) {
      return { handled: false, error };
    } finally {
      for (const delivery of deliveries) delivery.handledSinceMs = undefined;
    }
  }

  private async queueAgain(delivery: Delivery, afterMs: number): Promise<void> {
    await wait(afterMs, this.closing.signal);
    if (this.closing.signal.aborted) await this.finish(delivery, { kind: 'abandon' });
    else if (!delivery.isOver) this.lanes.add(delivery.event.partitionkey, delivery);
  }

  private async finish(
    delivery: Delivery,
    settlement: Exclude<Settlement, { kind: 'retry' }>,
    outcome?: Outcome,
  ): Promise<void> {
    if (settlement.kind === 'dead-letter' && outcome?.handled === false) this.logBug(delivery.event, outcome.error);
    if (!delivery.isOver) {
      const isSettled = await this.subscription.settle(delivery.message, settlement);
      if (isSettled && settlement.kind === 'dead-letter') this.deadLettered += 1;
    }
    this.inHand.delete(delivery);
    delivery.end();
  }

  private logBug(event: EventEnvelope, error: unknown): void {
    const { topic, subscription, log } = this.options;
    log.error(
      { topic, subscription, ...named(event), err: error },
      'an event could not be handled and is dead-lettered',
    );
  }

  /** Keeps the lock of a message that waits or is being handled. A message whose lock is lost is let go: it comes again. */
  private async renew(delivery: Delivery): Promise<void> {
    const { handledSinceMs } = delivery;
    if (handledSinceMs !== undefined && Date.now() - handledSinceMs > HANDLING_MS_MAX) return;
    if (await this.subscription.renewLock(delivery.message)) return;
    if (delivery.handledSinceMs !== undefined || delivery.isOver) return;
    this.inHand.delete(delivery);
    delivery.end();
  }
}

function traceOf(event: EventEnvelope): Parameters<typeof runInTrace>[0] {
  return {
    correlationId: event.correlationid,
    causationId: event.id,
    traceparent: childTraceparent(event.traceparent),
  };
}
