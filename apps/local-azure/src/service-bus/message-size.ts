import { ServiceBusError } from './service-bus-error.js';

const BYTES_PER_KILOBYTE = 1_024;
const BYTES_PER_MEGABYTE = 1_048_576;
/** The largest message of the Standard tier. */
export const MESSAGE_BYTES_MAX = 262_144;
/** The largest batch, however large one message may be. */
const BATCH_BYTES_MAX = BYTES_PER_MEGABYTE;
const ENTITY_BYTES_MAX = 1_024 * BYTES_PER_MEGABYTE;

/** How large what is sent to an entity may be, and all it holds. */
export interface SizeLimits {
  readonly messageBytesMax: number;
  readonly entityBytesMax: number;
}

/** The limits an entity was given over the wire, else those of its declaration, else those of the service. */
export function sizeLimits(
  properties: Readonly<Record<string, string>>,
  declared: Partial<SizeLimits> | undefined,
): SizeLimits {
  const { MaxMessageSizeInKilobytes: kilobytes, MaxSizeInMegabytes: megabytes } = properties;
  const messageBytesMax = kilobytes === undefined ? undefined : Number(kilobytes) * BYTES_PER_KILOBYTE;
  const entityBytesMax = megabytes === undefined ? undefined : Number(megabytes) * BYTES_PER_MEGABYTE;
  return {
    messageBytesMax: messageBytesMax ?? declared?.messageBytesMax ?? MESSAGE_BYTES_MAX,
    entityBytesMax: entityBytesMax ?? declared?.entityBytesMax ?? ENTITY_BYTES_MAX,
  };
}

/** Throws message-size-exceeded for a message that is too large. */
export function checkMessageSize(bytes: number, { messageBytesMax }: SizeLimits): void {
  if (bytes > messageBytesMax) throw tooLarge('message', bytes, messageBytesMax);
}

/** Throws message-size-exceeded for a batch that is too large. */
export function checkBatchSize(bytes: number, { messageBytesMax }: SizeLimits): void {
  const bytesMax = Math.min(messageBytesMax, BATCH_BYTES_MAX);
  if (bytes > bytesMax) throw tooLarge('batch', bytes, bytesMax);
}

function tooLarge(what: string, bytes: number, bytesMax: number): ServiceBusError {
  return new ServiceBusError(
    'amqp:link:message-size-exceeded',
    `The received ${what} has ${bytes} bytes, which exceeds the limit of ${bytesMax} bytes.`,
  );
}
