import type { ServiceBusClient, ServiceBusReceivedMessage } from '@azure/service-bus';
import { LOCK_DURATION_SECONDS } from '@ballast/contracts';
import type { EventDeclaration, EventEnvelope } from '@ballast/contracts';
import { Delivery } from './delivery.js';
import type { EventLanes } from './event-lanes.js';
import { declarationsByType, eventOf } from './event-message.js';
import type { Declarations } from './event-message.js';
import type { ParkingLot } from './parking.js';
import { SetAside } from './set-aside.js';
import { causeOf, named } from './settlement.js';
import type { BrokerSettlement, FinalSettlement, Outcome } from './settlement.js';
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
  /** Called before each link is opened: makes the subscription where it may be missing. */
  ensure?(): Promise<void>;
  /** Where messages go that cannot be handled; absent, they are dead-lettered. */
  readonly parking?: ParkingLot;
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
  private readonly setAside: SetAside;
  private readonly declarations: Declarations;
  private readonly inHand = new Set<Delivery>();
  private deadLettered = 0;

  constructor(
    client: ServiceBusClient,
    private readonly options: ReceptionOptions,
    private readonly lanes: EventLanes,
  ) {
    this.declarations = declarationsByType(options.events);
    this.setAside = new SetAside(options);
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
    const event = readable(() => eventOf(message, this.declarations));
    if (event instanceof Error) {
      await this.putAsideUnread(message, event);
      return;
    }
    const delivery = new Delivery(message, event, {
      mustWait: () => this.setAside.mustWait(event.subject),
      settle: (...settled) => this.settle(...settled),
    });
    this.inHand.add(delivery);
    delivery.renewEvery(RENEWAL_MS, () => this.renew(delivery));
    this.lanes.add(delivery);
    await delivery.over;
  }

  private async putAsideUnread(message: ServiceBusReceivedMessage, error: Error): Promise<void> {
    const { topic, subscription, log } = this.options;
    log.error({ topic, subscription, messageId: message.messageId, err: error }, 'a message cannot be read');
    await this.settleAtBroker(message, await this.setAside.poison(message, causeOf(error)));
  }

  private async settle(delivery: Delivery, settlement: FinalSettlement, outcome?: Outcome): Promise<void> {
    if (settlement.kind === 'park' && outcome?.handled === false) this.logBug(delivery.event, outcome.error);
    if (!delivery.isOver)
      await this.settleAtBroker(delivery.message, await this.brokerSettlement(delivery, settlement));
    this.inHand.delete(delivery);
  }

  private async brokerSettlement({ message }: Delivery, settlement: FinalSettlement): Promise<BrokerSettlement> {
    if (settlement.kind === 'park') return this.setAside.poison(message, settlement);
    return settlement.kind === 'queue' ? this.setAside.behind(message) : settlement;
  }

  private async settleAtBroker(message: ServiceBusReceivedMessage, settlement: BrokerSettlement): Promise<void> {
    const isSettled = await this.subscription.settle(message, settlement);
    if (isSettled && settlement.kind === 'dead-letter') this.deadLettered += 1;
  }

  private logBug(event: EventEnvelope, error: unknown): void {
    const { topic, subscription, log } = this.options;
    log.error({ topic, subscription, ...named(event), err: error }, 'an event could not be handled');
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

/** Reading the same bytes again cannot end differently, so the reason is returned and not tried again. */
function readable(read: () => EventEnvelope): EventEnvelope | Error {
  try {
    return read();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
