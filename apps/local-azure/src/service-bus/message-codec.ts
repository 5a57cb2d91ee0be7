import { randomBytes } from 'node:crypto';
import { withChangedSections } from './changed-sections.js';
import {
  PROPERTY_FIELD,
  SECTION,
  applicationPropertiesOf,
  fieldsOf,
  readSections,
  sectionBytes,
  type Sections,
} from './message-sections.js';
import type { FilterSubject } from './filter-subject.js';
import { plain, symbol, typed, typedList, writeValues, type TypedValue } from './amqp-values.js';

/** What is kept of a message besides who has it: enough to encode it again for any receiver. */
export interface StoredMessage {
  readonly enqueuedAtMs: number;
  readonly durable: boolean | null;
  readonly priority: number | null;
  readonly ttlMs: number | null;
  /** The sender's own message annotations: encoded keys and values in turns, and how many of both. */
  readonly annotations: Uint8Array | null;
  readonly annotationsCount: number;
  /** Properties, application properties, body and footer, byte for byte as they were sent. */
  readonly bare: Buffer;
  /** Absent for a message that was sent here. */
  readonly forwarded?: ForwardedFrom;
}

/** Where a message was forwarded from. */
export interface ForwardedFrom {
  /** Its number where it was first sent. */
  readonly origin: number;
  /** How often it was forwarded. */
  readonly hops: number;
  /** The entity whose dead letter it was; null when it was none. */
  readonly deadLetterSource: string | null;
}

/** A message as it was sent, before it has a place in a queue. */
export interface SentMessage extends Omit<StoredMessage, 'enqueuedAtMs'>, FilterSubject {
  readonly messageId: string;
  /** The moment after which it may no longer be delivered, by its absolute expiry time. */
  readonly absoluteExpiryMs: number | null;
  /** The moment before which it may not be delivered, if the sender named one. */
  readonly scheduledAtMs: number | null;
  /** The whole message as it came. */
  readonly encoded: Buffer;
}

/** What one delivery of a message adds to it. */
export interface DeliveryFacts {
  readonly sequence: number;
  readonly enqueuedSequence: number;
  readonly deliveryCount: number;
  readonly deferred?: boolean;
  /** Absent for a message that is not locked. */
  readonly lockedUntilMs?: number;
  /** Encoded sections that stand in place of the message's own: application properties, and properties before them. */
  readonly applicationProperties: Uint8Array | null;
}

/** A message seen without taking it. */
export interface BrowsedMessage {
  readonly sequence: number;
  readonly bytes: Buffer;
}

const FIELD_ABSOLUTE_EXPIRY = 8;
const MESSAGE_ID_BYTES = 16;
const SCHEDULED_ANNOTATION = 'x-opt-scheduled-enqueue-time';
/** Annotations that the server writes; what a sender puts there is not kept. */
const SERVER_ANNOTATIONS: ReadonlySet<string> = new Set([
  'x-opt-enqueued-time',
  'x-opt-sequence-number',
  'x-opt-enqueue-sequence-number',
  'x-opt-locked-until',
  'x-opt-message-state',
  'x-opt-deadletter-source',
]);

/**
 * Reads one encoded message. If it has no message id it gets `idIfNone`, or a new one. Throws `amqp:decode-error` for what
 * is not a message.
 */
export function decodeMessage(bytes: Buffer, idIfNone?: string): SentMessage {
  const sections = readSections(bytes);
  const [durable, priority, ttl] = fieldsOf(sections, SECTION.header).map((field) => field?.value ?? null);
  const annotations = keptAnnotations(sections);
  const fields = fieldsOf(sections, SECTION.properties);
  const expiry = fields[FIELD_ABSOLUTE_EXPIRY]?.value;
  const { messageId, bare } = identified(bytes, sections, idIfNone);
  let properties: Map<string, unknown> | undefined;
  return {
    messageId,
    bare,
    durable: (durable ?? null) as boolean | null,
    priority: (priority ?? null) as number | null,
    ttlMs: (ttl ?? null) as number | null,
    scheduledAtMs: scheduledMs(annotations),
    encoded: bytes,
    absoluteExpiryMs: expiry instanceof Date ? expiry.getTime() : null,
    annotations: annotations.length === 0 ? null : writeValues(annotations),
    annotationsCount: annotations.length,
    property: (name) => (properties ??= lowerCased(applicationPropertiesOf(sections))).get(name.toLowerCase()),
    system: (name) =>
      name === 'messageid' ? messageId : systemValue(fields[PROPERTY_FIELD[name as keyof typeof PROPERTY_FIELD]]),
  };
}

/** The session that a stored message belongs to; undefined when it names none. */
export function sessionIdOf(bare: Buffer): string | undefined {
  const id = systemValue(fieldsOf(readSections(bare), SECTION.properties)[PROPERTY_FIELD.sessionid]);
  return typeof id === 'string' ? id : undefined;
}

/** Encodes a message for a receiver: a new header and new annotations before the bytes that were sent. */
export function encodeDelivery(message: StoredMessage, facts: DeliveryFacts): Buffer {
  const bare =
    facts.applicationProperties === null
      ? message.bare
      : withChangedSections(message.bare, facts.applicationProperties);
  return Buffer.concat([headerBytes(message, facts.deliveryCount), annotationBytes(message, facts), bare]);
}

function identified(bytes: Buffer, sections: Sections, idIfNone?: string): { messageId: string; bare: Buffer } {
  const properties = sections.heads.get(SECTION.properties);
  const start = properties?.start ?? sections.heads.get(SECTION.applicationProperties)?.start ?? sections.bodyStart;
  const fields = fieldsOf(sections, SECTION.properties);
  const given = fields[PROPERTY_FIELD.messageid]?.value;
  if (given !== undefined && given !== null && given !== '') {
    return { messageId: Buffer.isBuffer(given) ? given.toString('hex') : String(given), bare: bytes.subarray(start) };
  }
  const messageId = idIfNone ?? randomBytes(MESSAGE_ID_BYTES).toString('hex');
  const section = sectionBytes(SECTION.properties, typedList([typed(messageId), ...fields.slice(1)]));
  return { messageId, bare: Buffer.concat([section, bytes.subarray(properties?.end ?? start)]) };
}

function keptAnnotations(sections: Sections): TypedValue[] {
  const entries = (sections.heads.get(SECTION.messageAnnotations)?.value.value ?? []) as TypedValue[];
  const kept: TypedValue[] = [];
  for (let index = 0; index + 1 < entries.length; index += 2) {
    const [key, value] = [entries[index]!, entries[index + 1]!];
    const name = String(key.value);
    if (!SERVER_ANNOTATIONS.has(name)) kept.push(key, value);
  }
  return kept;
}

function scheduledMs(annotations: readonly TypedValue[]): number | null {
  const key = annotations.findIndex(({ value }, index) => index % 2 === 0 && String(value) === SCHEDULED_ANNOTATION);
  const moment = key < 0 ? undefined : annotations[key + 1]!.value;
  return moment instanceof Date ? moment.getTime() : null;
}

function lowerCased(properties: Record<string, unknown>): Map<string, unknown> {
  return new Map(Object.entries(properties).map(([name, value]) => [name.toLowerCase(), value]));
}

function systemValue(field: TypedValue | undefined): unknown {
  return field === undefined ? undefined : (plain(field) ?? undefined);
}

const NULL = 0x40;
const TRUE = 0x41;
const FALSE = 0x42;
const UBYTE = 0x50;
const UINT = 0x70;
const LIST8 = 0xc0;
const MAP32 = 0xd1;

function headerBytes(message: StoredMessage, deliveryCount: number): Buffer {
  const { durable, priority, ttlMs } = message;
  const fields = [
    durable === null ? NULL : durable ? TRUE : FALSE,
    ...(priority === null ? [NULL] : [UBYTE, priority]),
    ...(ttlMs === null ? [NULL] : [UINT, ...uint32(ttlMs)]),
    NULL,
    UINT,
    ...uint32(deliveryCount),
  ];
  return Buffer.from([0x00, 0x53, SECTION.header, LIST8, fields.length + 1, 5, ...fields]);
}

function uint32(value: number): number[] {
  return [(value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

const TIMESTAMP = 0x83;
const LONG = 0x81;
const ENQUEUED_TIME = annotationKey('x-opt-enqueued-time', TIMESTAMP);
const SEQUENCE_NUMBER = annotationKey('x-opt-sequence-number', LONG);
const ENQUEUED_SEQUENCE_NUMBER = annotationKey('x-opt-enqueue-sequence-number', LONG);
const LOCKED_UNTIL = annotationKey('x-opt-locked-until', TIMESTAMP);
const MESSAGE_STATE = annotationKey('x-opt-message-state', 0x54);
const STATE_ACTIVE = Buffer.concat([MESSAGE_STATE, Buffer.from([0])]);
const STATE_DEFERRED = Buffer.concat([MESSAGE_STATE, Buffer.from([1])]);
/** Also of a message that had been scheduled and is delivered now. */
const STATE_SCHEDULED = Buffer.concat([MESSAGE_STATE, Buffer.from([2])]);
const MAP_START = Buffer.from([0x00, 0x53, SECTION.messageAnnotations, MAP32]);

function annotationKey(name: string, typeCode: number): Buffer {
  return Buffer.from([0xa3, name.length, ...Buffer.from(name, 'ascii'), typeCode]);
}

function annotationBytes(message: StoredMessage, facts: DeliveryFacts): Buffer {
  const parts = [
    ...long(ENQUEUED_TIME, message.enqueuedAtMs),
    ...long(SEQUENCE_NUMBER, facts.sequence),
    ...long(ENQUEUED_SEQUENCE_NUMBER, message.forwarded?.origin ?? facts.enqueuedSequence),
    facts.deferred === true ? STATE_DEFERRED : wasScheduled(message) ? STATE_SCHEDULED : STATE_ACTIVE,
  ];
  let count = 8 + message.annotationsCount;
  if (facts.lockedUntilMs !== undefined) {
    parts.push(...long(LOCKED_UNTIL, facts.lockedUntilMs));
    count += 2;
  }
  const source = message.forwarded?.deadLetterSource ?? null;
  if (source !== null) {
    parts.push(writeValues([symbol('x-opt-deadletter-source'), typed(source)]));
    count += 2;
  }
  if (message.annotations !== null) parts.push(Buffer.from(message.annotations));
  const size = parts.reduce((sum, part) => sum + part.length, 4);
  const limits = Buffer.allocUnsafe(8);
  limits.writeUInt32BE(size, 0);
  limits.writeUInt32BE(count, 4);
  return Buffer.concat([MAP_START, limits, ...parts]);
}

function wasScheduled({ annotations }: StoredMessage): boolean {
  return annotations !== null && Buffer.from(annotations).includes(SCHEDULED_ANNOTATION);
}

function long(key: Buffer, value: number): [Buffer, Buffer] {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64BE(BigInt(value));
  return [key, bytes];
}
