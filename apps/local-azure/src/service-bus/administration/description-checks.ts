import { durationMs } from '../entity-description.js';
import { ServiceBusError } from '../service-bus-error.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** The shortest and the longest of each duration, in milliseconds, as the service documents them. */
const DURATIONS_MS: Readonly<Record<string, readonly [min: number, max: number]>> = {
  LockDuration: [SECOND_MS, 5 * MINUTE_MS],
  DefaultMessageTimeToLive: [SECOND_MS, Infinity],
  DuplicateDetectionHistoryTimeWindow: [20 * SECOND_MS, 7 * DAY_MS],
  AutoDeleteOnIdle: [5 * MINUTE_MS, Infinity],
};
const DELIVERY_COUNT_MAX = 2_000;
const SIZE_MEGABYTES_STEP = 1_024;
const SIZE_MEGABYTES_MAX = 81_920;
const STANDARD_MESSAGE_KILOBYTES = 256;
const PREMIUM_MESSAGE_KILOBYTES_MIN = 1_024;
const PREMIUM_MESSAGE_KILOBYTES_MAX = 102_400;
const METADATA_LENGTH_MAX = 1_024;
const STATUSES: ReadonlySet<string> = new Set(['Active', 'Disabled', 'SendDisabled', 'ReceiveDisabled']);
const INTEGER = /^[1-9]\d{0,8}$/;
const NUMBERS: Readonly<Record<string, (value: number) => boolean>> = {
  MaxDeliveryCount: (value) => value <= DELIVERY_COUNT_MAX,
  MaxSizeInMegabytes: (value) => value % SIZE_MEGABYTES_STEP === 0 && value <= SIZE_MEGABYTES_MAX,
  MaxMessageSizeInKilobytes: (value) =>
    value === STANDARD_MESSAGE_KILOBYTES ||
    (value >= PREMIUM_MESSAGE_KILOBYTES_MIN && value <= PREMIUM_MESSAGE_KILOBYTES_MAX),
};

/** Whether a property is true or false. */
export function isBooleanProperty(name: string): boolean {
  return /^(?:Requires|Enable|DeadLetteringOn|Support)/.test(name);
}

/** Throws `com.microsoft:argument-error` for a value that the property of an entity cannot have. */
export function checkProperty(name: string, value: string): void {
  if (!isValid(name, value)) throw invalid(`The value '${value}' of ${name} is not valid.`);
}

/** The refusal of a description. */
export function invalid(description: string): ServiceBusError {
  return new ServiceBusError('com.microsoft:argument-error', description);
}

function isValid(name: string, value: string): boolean {
  if (isBooleanProperty(name)) return /^(?:true|false)$/i.test(value);
  if (name === 'Status') return STATUSES.has(value);
  if (name === 'UserMetadata') return value.length <= METADATA_LENGTH_MAX;
  const number = NUMBERS[name];
  if (number !== undefined) return INTEGER.test(value) && number(Number(value));
  const limits = DURATIONS_MS[name];
  if (limits === undefined) return true;
  const ms = durationMs(value);
  return ms !== undefined && ms >= limits[0] && ms <= limits[1];
}
