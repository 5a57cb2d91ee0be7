import type { Delivery, EventContext, Sender } from 'rhea';
import type { Usage } from '../usage.js';
import type { Broker } from './broker.js';
import type { ClientConnection } from './client-connection.js';
import type { DeadLetterReason } from './dead-letter-reason.js';
import type { Consumer, DeliveryQueue } from './delivery-queue.js';
import { whenLinkEnds } from './link-end.js';
import { swapGuidOrder } from './lock-token.js';
import {
  acceptedOutcome,
  answerDrain,
  holdDetachAnswer,
  holdDrainAnswers,
  isAttachWritten,
  isDraining,
  localAttach,
  rejectedOutcome,
  remoteAddress,
  sendableCount,
  settleOutgoing,
} from './rhea-internals.js';
import { asServiceBusError, type ServiceBusError } from './service-bus-error.js';

const PLAIN_FORMAT = 0;
const SEND_SETTLED = 1;

/** Where a receiver link gets its messages and what it counts. */
export interface ReceiverLinkContext {
  readonly queue: DeliveryQueue;
  readonly broker: Broker;
  readonly usage: Usage;
  readonly client: ClientConnection;
}

/** Opens a link that a client receives on: locked until settled, or already settled and gone. The result ends it. */
export function openReceiverLink(sender: Sender, context: ReceiverLinkContext): () => void {
  const attach = localAttach(sender);
  attach['snd_settle_mode'] = sender.snd_settle_mode;
  attach['rcv_settle_mode'] = sender.rcv_settle_mode;
  sender.set_source({ address: remoteAddress(sender, 'source') ?? '' });
  sender.set_target({ address: remoteAddress(sender, 'target') ?? '' });
  holdDrainAnswers(sender);
  const link = new ReceiverLink(sender, context);
  context.queue.add(link);
  const close = (): void => {
    forget();
    context.queue.remove(link);
    link.close();
  };
  const forget = whenLinkEnds(sender, context.client, (canAnswer) => {
    close();
    if (canAnswer) link.answerDetachOnceSettled();
  });
  return close;
}

class ReceiverLink implements Consumer {
  readonly receiveAndDelete: boolean;
  private reserved = 0;
  private open = true;
  /** Settlements that the client has not been told the end of. */
  private settling = 0;
  private answerDetach: (() => void) | undefined;

  constructor(
    private readonly sender: Sender,
    private readonly context: ReceiverLinkContext,
  ) {
    this.receiveAndDelete = sender.snd_settle_mode === SEND_SETTLED;
    sender.on('sender_flow', () => this.pump());
    sender.on('sendable', () => this.pump());
    if (this.receiveAndDelete) return;
    const { broker, queue } = context;
    sender.on('accepted', (event: EventContext) =>
      this.settle(event, (token) => broker.settlement.complete(queue, token)),
    );
    sender.on('released', (event: EventContext) =>
      this.settle(event, (token) => broker.settlement.abandon(queue, token)),
    );
    sender.on('modified', (event: EventContext) => this.settle(event, (token, outcome) => this.modify(token, outcome)));
    sender.on('rejected', (event: EventContext) =>
      this.settle(event, (token, outcome) => broker.settlement.deadLetter(queue, token, deadLetterReason(outcome))),
    );
  }

  close(): void {
    this.open = false;
  }

  /**
   * The client has detached the link. What it settled before is answered first: the SDK hears nothing of a settlement once
   * its link is gone, and waits a minute for it.
   */
  answerDetachOnceSettled(): void {
    if (this.settling > 0) this.answerDetach = holdDetachAnswer(this.sender);
  }

  capacity(): number {
    return this.open && isAttachWritten(this.sender) ? sendableCount(this.sender) - this.reserved : 0;
  }

  reserve(): void {
    this.reserved += 1;
  }

  deliver(bytes: Buffer | undefined, token?: Buffer): void {
    if (token === undefined) this.reserved -= 1;
    if (bytes !== undefined && this.open) {
      this.sender.send(bytes, token === undefined ? undefined : swapGuidOrder(token), PLAIN_FORMAT);
      this.context.usage.serviceBus({ entity: this.context.queue.name, kind: 'delivery', bytes: bytes.length });
    }
    if (token === undefined) this.drainIfEmpty();
  }

  detach({ condition, description }: ServiceBusError): void {
    this.open = false;
    this.sender.close({ condition, description });
  }

  /** A client may give credit in the turn in which it attaches. */
  private pump(): void {
    if (this.open && !isAttachWritten(this.sender)) {
      setImmediate(() => this.pump());
      return;
    }
    this.context.broker.deliveries.pump(this.context.queue);
    this.drainIfEmpty();
  }

  private drainIfEmpty(): void {
    if (this.open && this.reserved === 0 && isDraining(this.sender)) answerDrain(this.sender);
  }

  private modify(token: Buffer, outcome: Outcome): Promise<void> {
    const { broker, queue } = this.context;
    const changes = outcome.message_annotations ?? {};
    return outcome.undeliverable_here === true
      ? broker.settlement.defer(queue, token, changes)
      : broker.settlement.abandon(queue, token, changes);
  }

  private settle(event: EventContext, action: (token: Buffer, outcome: Outcome) => Promise<void>): void {
    const delivery = event.delivery as Delivery;
    this.context.usage.serviceBus({ entity: this.context.queue.name, kind: 'settle', bytes: 0 });
    this.settling += 1;
    action(swapGuidOrder(delivery.tag as Buffer), (delivery.remote_state ?? {}) as Outcome).then(
      () => this.settled(delivery, acceptedOutcome()),
      (error: unknown) => this.settled(delivery, rejectedOutcome(asServiceBusError(error))),
    );
  }

  private settled(delivery: Delivery, outcome: unknown): void {
    settleOutgoing(delivery, outcome);
    this.settling -= 1;
    if (this.settling === 0) this.answerDetach?.();
  }
}

interface Outcome {
  readonly undeliverable_here?: boolean;
  readonly message_annotations?: Record<string, unknown>;
  readonly error?: { readonly info?: Record<string, unknown> };
}

function deadLetterReason(outcome: Outcome): DeadLetterReason {
  const {
    DeadLetterReason: reason,
    DeadLetterErrorDescription: description,
    ...properties
  } = outcome.error?.info ?? {};
  return {
    properties,
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(typeof description === 'string' ? { description } : {}),
  };
}
