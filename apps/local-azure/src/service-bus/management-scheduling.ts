import rhea from 'rhea';
import type { Broker } from './broker.js';
import type { Topic } from './entities.js';
import { decodeMessage } from './message-codec.js';
import { checkMessageSize } from './message-size.js';
import { ServiceBusError } from './service-bus-error.js';

const LONG_CODE = 0x81;
type Body = Readonly<Record<string, unknown>>;

/** Performs schedule-message: the answer's body holds the sequence numbers, by which the messages can be cancelled. */
export async function scheduleMessages(body: Body, topic: Topic, broker: Broker): Promise<Body> {
  const entries = body['messages'];
  if (!Array.isArray(entries)) {
    throw new ServiceBusError('com.microsoft:argument-error', 'The request has no messages.');
  }
  const sequences = await broker.scheduling.schedule(
    topic,
    entries.map((entry) => sentMessage(entry, topic)),
  );
  return { 'sequence-numbers': rhea.types.wrap_array(sequences, LONG_CODE, undefined) };
}

/** The sequence numbers of a request; throws argument-error when it has none. */
export function sequenceNumbers(body: Body): number[] {
  const numbers = body['sequence-numbers'];
  if (!Array.isArray(numbers) || !numbers.every((number): number is number => Number.isSafeInteger(number))) {
    throw new ServiceBusError('com.microsoft:argument-error', 'The request has no valid sequence numbers.');
  }
  return numbers;
}

function sentMessage({ message }: { readonly message?: unknown }, topic: Topic) {
  if (!Buffer.isBuffer(message)) {
    throw new ServiceBusError('com.microsoft:argument-error', 'An entry of the request has no message.');
  }
  checkMessageSize(message.length, topic.limits);
  return decodeMessage(Buffer.from(message));
}
