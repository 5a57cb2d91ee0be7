import { createHash } from 'node:crypto';
import type { EventEnvelope } from '@ballast/contracts';
import type { MessageDroppedV1, MessageParkedV1, MessageRedrivenV1, ParkedListEvents } from '@ballast/contracts/parked';
import { currentTrace } from '@ballast/service-bus';
import type { ParkedMessage, ParkingCause } from '@ballast/service-bus';

/** How a message leaves the parked list. */
export type Departure =
  | { readonly fact: 'redriven'; readonly actor: string }
  | { readonly fact: 'dropped'; readonly actor: string; readonly reason: string };

/** A name for the message in its list: the same for the same message of the same subscription, however often it comes. */
export function keyOf({ topic, subscription, messageId }: ParkedMessage): string {
  return createHash('sha256')
    .update(JSON.stringify([topic, subscription, messageId]))
    .digest('hex')
    .slice(0, 32);
}

/** The news that a message was parked, in the chain of the profile it belongs to; `at` in ISO 8601. */
export function parkedEvent(
  events: ParkedListEvents,
  message: ParkedMessage,
  { reason, description }: ParkingCause,
  at: string,
): EventEnvelope<MessageParkedV1> {
  return { ...envelope(events, 'parked', message, at), data: { ...heard(message), reason, description } };
}

/** The news that a parked message was handled or given up, by whom and why; `at` in ISO 8601. */
export function departureEvent(
  events: ParkedListEvents,
  message: ParkedMessage,
  departure: Departure,
  at: string,
): EventEnvelope<MessageRedrivenV1 | MessageDroppedV1> {
  const { fact, ...why } = departure;
  return { ...envelope(events, fact, message, at), data: { ...heard(message), ...why } };
}

function envelope(events: ParkedListEvents, fact: keyof ParkedListEvents, message: ParkedMessage, at: string) {
  const { topic, type } = events[fact];
  const trace = currentTrace();
  return {
    id: `${topic}:${fact}:${keyOf(message)}`,
    type,
    source: `/${topic}`,
    subject: message.subject,
    time: at,
    partitionkey: message.partitionkey,
    ...(trace?.traceparent === undefined ? {} : { traceparent: trace.traceparent }),
    correlationid: correlationOf(message) ?? trace?.correlationId ?? 'none',
    causationid: message.messageId,
  };
}

function heard({ subject, messageId, topic, subscription }: ParkedMessage) {
  return { subject, messageId, topic, subscription };
}

/** The story that the message belonged to. */
function correlationOf({ properties }: ParkedMessage): string | undefined {
  const value = properties['cloudEvents_correlationid'];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
