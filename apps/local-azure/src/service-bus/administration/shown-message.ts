import rhea from 'rhea';
import type { Message } from 'rhea';

/** A message as the status page shows it; values that JSON does not have are texts. */
export interface ShownMessage {
  readonly sequence: number;
  readonly enqueued?: string;
  readonly messageId?: string;
  readonly sessionId?: string;
  readonly deliveryCount?: number;
  readonly deadLetterReason?: string;
  readonly deadLetterDescription?: string;
  /** Subject, content type and the like. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly applicationProperties: Readonly<Record<string, unknown>>;
  readonly body: string;
}

const PROPERTIES = [
  'subject', 'content_type', 'content_encoding', 'correlation_id', 'to', 'reply_to', 'reply_to_group_id', 'ttl',
  'absolute_expiry_time', 'creation_time',
] as const; // prettier-ignore

/** Reads a stored message; one that cannot be read says so in its body. */
export function shownMessage(sequence: number, bytes: Buffer): ShownMessage {
  const message = decoded(bytes);
  if (message === undefined) {
    return { sequence, properties: {}, applicationProperties: {}, body: 'This message cannot be shown.' };
  }
  const fields = message as unknown as Record<string, unknown>;
  const { DeadLetterReason, DeadLetterErrorDescription, ...applicationProperties } = (message.application_properties ??
    {}) as Record<string, unknown>;
  const enqueued = (message.message_annotations as Record<string, unknown> | undefined)?.['x-opt-enqueued-time'];
  return {
    sequence,
    ...(enqueued === undefined ? {} : { enqueued: new Date(Number(enqueued)).toISOString() }),
    ...present('messageId', message.message_id),
    ...present('sessionId', message.group_id),
    deliveryCount: message.delivery_count ?? 0,
    ...present('deadLetterReason', DeadLetterReason),
    ...present('deadLetterDescription', DeadLetterErrorDescription),
    properties: plain(
      Object.fromEntries(PROPERTIES.flatMap((name) => (fields[name] == null ? [] : [[name, fields[name]]]))),
    ),
    applicationProperties: plain(applicationProperties),
    body: bodyText(message.body),
  };
}

function decoded(bytes: Buffer): Message | undefined {
  try {
    return rhea.message.decode(bytes) as unknown as Message;
  } catch {
    return undefined;
  }
}

const present = <Name extends string>(name: Name, value: unknown): Partial<Record<Name, string>> =>
  value === undefined || value === null ? {} : ({ [name]: String(value) } as Partial<Record<Name, string>>);

const plain = (values: Record<string, unknown>): Record<string, unknown> =>
  JSON.parse(JSON.stringify(values, plainly)) as Record<string, unknown>;

function bodyText(value: unknown): string {
  const content = (value as { content?: unknown } | null | undefined)?.content ?? value;
  return Buffer.isBuffer(content) ? content.toString('utf8') : (JSON.stringify(content, plainly) ?? '');
}

/** JSON has no large integers. */
function plainly(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
