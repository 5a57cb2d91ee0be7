import type { Delivery, EventContext, Receiver } from 'rhea';
import type { Faults } from '../faults/faults.js';
import type { Usage } from '../usage.js';
import { refuseIfOrdered } from './bus-faults.js';
import type { Broker } from './broker.js';
import type { ClientConnection } from './client-connection.js';
import type { Topic } from './entities.js';
import { statusOf, takesMessages } from './entity-description.js';
import { whenLinkEnds } from './link-end.js';
import { decodeMessage, type SentMessage } from './message-codec.js';
import { readDataSections } from './message-sections.js';
import { checkBatchSize, checkMessageSize, type SizeLimits } from './message-size.js';
import { localAttach, rawTransfer } from './rhea-internals.js';
import { asServiceBusError, entityDisabled, notSupported, type ServiceBusError } from './service-bus-error.js';

const CREDIT = 1_000;
const CREDIT_TOP_UP = 100;
const PLAIN_FORMAT = 0;
const BATCH_FORMAT = 0x80013700;

type Transfer = ReturnType<typeof rawTransfer>;

/** Where what is sent goes, and what is counted. */
export interface SenderLinkContext {
  readonly topic: Topic;
  readonly broker: Broker;
  readonly usage: Usage;
  readonly faults: Faults;
  readonly client: ClientConnection;
}

/** Opens a link that a client sends to a topic on; every message, or batch, is accepted once it is on disk. */
export function openSenderLink(receiver: Receiver, context: SenderLinkContext): void {
  const { topic, broker, usage, faults } = context;
  receiver.set_target({ address: topic.name });
  localAttach(receiver)['max_message_size'] = topic.limits.messageBytesMax;
  receiver.add_credit(CREDIT);
  endWithTopic(receiver, context);
  const taken = async (messages: readonly SentMessage[]): Promise<void> => {
    if (!takesMessages(statusOf(topic.description.properties))) throw entityDisabled(topic.name);
    refuseIfOrdered(faults, topic.name);
    await broker.publish(topic, messages);
  };
  let used = 0;
  receiver.on('message', (context: EventContext) => {
    used += 1;
    if (used >= CREDIT_TOP_UP) {
      receiver.add_credit(used);
      used = 0;
    }
    const transfer = rawTransfer(context);
    const { bytes } = transfer;
    const messages = readable(transfer, context.delivery!, topic.limits);
    if (messages === undefined) return;
    usage.serviceBus({ entity: topic.name, kind: 'send', count: messages.length, bytes: bytes.length });
    taken(messages).then(
      () => context.delivery!.accept(),
      (error: unknown) => reject(context.delivery!, error),
    );
  });
}

/** Closes the link when what it sends to is deleted. */
function endWithTopic(receiver: Receiver, { topic, client }: SenderLinkContext): void {
  const end = ({ condition, description }: ServiceBusError): void => receiver.close({ condition, description });
  topic.senders.add(end);
  whenLinkEnds(receiver, client, () => topic.senders.delete(end));
}

function readable(transfer: Transfer, delivery: Delivery, limits: SizeLimits): SentMessage[] | undefined {
  try {
    return readMessages(transfer, limits);
  } catch (error) {
    reject(delivery, error);
    return undefined;
  }
}

function readMessages({ bytes, format }: Transfer, limits: SizeLimits): SentMessage[] {
  if (format === BATCH_FORMAT) {
    checkBatchSize(bytes.length, limits);
    return readDataSections(bytes).map((message) => decodeMessage(message));
  }
  if (format !== PLAIN_FORMAT) throw notSupported(`The message format ${format} is`);
  checkMessageSize(bytes.length, limits);
  return [decodeMessage(Buffer.from(bytes))];
}

function reject(delivery: Delivery, error: unknown): void {
  const { condition, description } = asServiceBusError(error);
  delivery.reject({ condition, description });
}
