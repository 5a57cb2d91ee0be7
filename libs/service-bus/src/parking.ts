import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { ATTRIBUTE_PREFIX } from './event-message.js';

/** What a message is about, as far as it can be read: the two attributes that name its list and its lane. */
export interface Aggregate {
  /** Id of the aggregate, for example of an order. */
  readonly subject: string;
  /** The profile's id, or `_system`: the lane in which its events are handled. */
  readonly partitionkey: string;
}

/** A message as the parked list keeps it, so that it can be read again by code that has been repaired since. */
export interface ParkedMessage extends Aggregate {
  readonly topic: string;
  readonly subscription: string;
  readonly messageId: string;
  readonly contentType?: string;
  /** Application properties whose values are texts, numbers or booleans. */
  readonly properties: Readonly<Record<string, string | number | boolean>>;
  /** The body: JSON as it was parsed, or the bytes as base64 where it is no JSON. */
  readonly body: { readonly json: unknown } | { readonly base64: string };
}

/** Why a message could not be handled. */
export interface ParkingCause {
  /** The error's name. */
  readonly reason: string;
  /** Where it was thrown, or which field cannot be read; never data. */
  readonly description: string;
}

/** Where messages wait that could not be handled, and those behind them, a list per aggregate in the order of arrival. */
export interface ParkingLot {
  /** Whether the aggregate has parked messages, as far as this process has heard: another replica's are heard of late. */
  holds(subject: string): boolean;
  /**
   * Puts a message that cannot be handled at the end of its aggregate's list, once however often it is called. Throws
   * `ParkingFull` where a limit is met and a `Failure` while the store is away.
   */
  park(message: ParkedMessage, cause: ParkingCause): Promise<void>;
  /**
   * Puts a message behind the parked ones of its aggregate, once however often it is called; false when there are none
   * any more, so that it is to be handled. Throws as `park` does.
   */
  queue(message: ParkedMessage): Promise<boolean>;
}

/** The parked list is as long as it may become; what cannot be parked is dead-lettered. */
export class ParkingFull extends Error {
  override readonly name = 'ParkingFull';
}

/** How a parked message fared when it was handled again: done, not now, or with the bug it still meets. */
export type Redriven =
  { readonly kind: 'handled' } | { readonly kind: 'later' } | ({ readonly kind: 'parked' } & ParkingCause);

/** Which aggregate a message is about; `undefined` when it does not say so readably. */
export function aggregateOf({ applicationProperties }: ServiceBusReceivedMessage): Aggregate | undefined {
  const subject = applicationProperties?.[`${ATTRIBUTE_PREFIX}subject`];
  const partitionkey = applicationProperties?.[`${ATTRIBUTE_PREFIX}partitionkey`];
  return isText(subject) && isText(partitionkey) ? { subject, partitionkey } : undefined;
}

/** The message as the parked list keeps it. */
export function parkedMessage(
  message: ServiceBusReceivedMessage,
  from: { readonly topic: string; readonly subscription: string },
  aggregate: Aggregate,
): ParkedMessage {
  const { messageId, contentType, body } = message as { messageId: unknown; contentType?: string; body: unknown };
  return {
    ...aggregate,
    topic: from.topic,
    subscription: from.subscription,
    messageId: messageId instanceof Buffer ? messageId.toString('hex') : String(messageId),
    ...(contentType === undefined ? {} : { contentType }),
    properties: plainProperties(message),
    body: body instanceof Uint8Array ? { base64: Buffer.from(body).toString('base64') } : { json: body ?? null },
  };
}

/** The message as it was received, as far as a handler sees it. */
export function receivedAgain(parked: ParkedMessage): ServiceBusReceivedMessage {
  const { messageId, contentType, properties, body } = parked;
  return {
    messageId,
    ...(contentType === undefined ? {} : { contentType }),
    applicationProperties: { ...properties },
    body: 'json' in body ? body.json : Buffer.from(body.base64, 'base64'),
  } as ServiceBusReceivedMessage;
}

function plainProperties({ applicationProperties }: ServiceBusReceivedMessage): ParkedMessage['properties'] {
  return Object.fromEntries(
    Object.entries(applicationProperties ?? {}).filter((entry): entry is [string, string | number | boolean] =>
      ['string', 'number', 'boolean'].includes(typeof entry[1]),
    ),
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
