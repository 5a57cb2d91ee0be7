import type { ServiceBusClient, ServiceBusReceivedMessage } from '@azure/service-bus';
import { LOCK_DURATION_SECONDS, decodeEventData } from '@ballast/contracts';
import type { EventDeclaration, EventEnvelope } from '@ballast/contracts';
import { Delivery } from './delivery.js';
import type { EventLanes } from './event-lanes.js';
import { fromMessage } from './event-message.js';
import { deadLetterOf, named } from './settlement.js';
import type { FinalSettlement, Outcome } from './settlement.js';
import { Subscription } from './subscription.js';
import type { ListenerLog } from './subscription.js';

/** Milliseconds after which a handler is taken for stuck: its message's lock is renewed no longer. */
const HANDLING_MS_MAX = 30_000;
/** Milliseconds between two renewals of a lock. */
const RENEWAL_MS = (LOCK_DURATION_SECONDS * 1_000) / 2;

/** Which subscription, and how its messages are read. */
export interface ReceptionOptions {
  readonly topic: string;
  readonly subscription: string;
  /** Messages in hand. */
  readonly concurrency: number;
  /** Data of these types is decoded into the declared class; data of other types is handed on as it came. */
  readonly events: readonly EventDeclaration[];
  readonly log: ListenerLog;
}

/** How one or several listeners are doing. */
export interface ListenerHealth {
  readonly connected: boolean;
  /** Messages received and not settled yet. */
  readonly inHand: number;
  /** Messages dead-lettered since the start. */
  readonly deadLettered: number;
}

/** One subscription's end of the lanes: reads its messages, keeps their locks and settles them on its own receiver. */
export class Reception {
  private readonly subscription: Subscription;
  private readonly declarations: ReadonlyMap<string, EventDeclaration>;
  private readonly inHand = new Set<Delivery>();
  private deadLettered = 0;

  constructor(
    client: ServiceBusClient,
    private readonly options: ReceptionOptions,
    private readonly lanes: EventLanes,
  ) {
    this.declarations = new Map(options.events.map((declaration) => [declaration.type, declaration]));
    this.subscription = new Subscription(client, { ...options, take: (message) => this.take(message) });
  }

  /** Begins to receive; returns before the link is open. */
  start(): void {
    this.subscription.start();
  }

  /** Receives nothing more; what is in hand can still be settled. */
  stop(): Promise<void> {
    return this.subscription.stop();
  }

  /** Resolves when nothing that is in hand now is left. */
  async drained(): Promise<void> {
    await Promise.all([...this.inHand].map((delivery) => delivery.over));
  }

  /** Lets go of what is still in hand and closes the link. */
  async close(): Promise<void> {
    for (const delivery of this.inHand) delivery.end();
    this.inHand.clear();
    await this.subscription.close();
  }

  health(): ListenerHealth {
    return { connected: this.subscription.connected, inHand: this.inHand.size, deadLettered: this.deadLettered };
  }

  private async take(message: ServiceBusReceivedMessage): Promise<void> {
    if (this.lanes.isClosed) {
      await this.subscription.settle(message, { kind: 'abandon' });
      return;
    }
    const event = this.decode(message);
    if (event instanceof Error) {
      await this.deadLetterUnread(message, event);
      return;
    }
    const delivery = new Delivery(message, event, (...settled) => this.settle(...settled));
    this.inHand.add(delivery);
    delivery.renewEvery(RENEWAL_MS, () => this.renew(delivery));
    this.lanes.add(delivery);
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

  private async settle(delivery: Delivery, settlement: FinalSettlement, outcome?: Outcome): Promise<void> {
    if (settlement.kind === 'dead-letter' && outcome?.handled === false) this.logBug(delivery.event, outcome.error);
    if (!delivery.isOver) {
      const isSettled = await this.subscription.settle(delivery.message, settlement);
      if (isSettled && settlement.kind === 'dead-letter') this.deadLettered += 1;
    }
    this.inHand.delete(delivery);
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
