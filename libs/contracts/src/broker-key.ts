import { ID_ALPHABET, ORDER_ID_PATTERN, REVISION_MAX } from './ids.js';

/**
 * Characters of a broker key: 27 bytes in base 64 for URLs. Brokers refuse longer ones; Binance takes 36, Alpaca 128.
 */
export const BROKER_KEY_CHARS_MAX = 36;
/** The last revision that a broker key has room for. */
export const KEYED_REVISION_MAX = 255;

/** The characters of an order's id in an id: those of its profile, and its own. */
const PROFILE_CHARS = 26;
const OWN_CHARS = 16;
/** Its time needs no more than 42 of 45 bits until the year 2109, and it has 35 bits beside. */
const OWN_BITS = 77n;
const REVISION_BITS = 8n;
const BYTES = 27;
/** The first of the 216 bits is not set. */
const PATTERN = /^[A-Za-f][A-Za-z0-9_-]{35}$/;
/** What brokers make up where nobody names an order; it has as many characters. */
const UUID_PATTERN = /^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;

const LONG_PATTERN = new RegExp(`^([${ID_ALPHABET}]{26})-([${ID_ALPHABET}]{16})-(\\d{1,3})$`);

/** An order under one of its names at the broker. */
export interface KeyedOrder {
  readonly orderId: string;
  readonly revision: number;
}

/**
 * Our name for an order at the broker: the 207 bits of its id and its revision, which lead back to both. Throws RangeError
 * for what is no order id of a clock before 2109, and for a revision without room.
 */
export function brokerKeyOf(orderId: string, revision: number): string {
  checkRevision(revision, KEYED_REVISION_MAX);
  if (!ORDER_ID_PATTERN.test(orderId)) throw new RangeError('not an order id');
  const own = bitsOf(orderId.slice(31));
  if (own >> OWN_BITS > 0n) throw new RangeError('not an order id of our time');
  const value = (((bitsOf(orderId.slice(4, 30)) << OWN_BITS) | own) << REVISION_BITS) | BigInt(revision);
  return Buffer.from(value.toString(16).padStart(BYTES * 2, '0'), 'hex').toString('base64url');
}

/** The name of an order that was named before names were made short: its id and revision as they are written. */
export function longBrokerKeyOf(orderId: string, revision: number): string {
  if (!ORDER_ID_PATTERN.test(orderId)) throw new RangeError('not an order id');
  checkRevision(revision, REVISION_MAX);
  return `${orderId.slice(4, 30)}-${orderId.slice(31)}-${revision}`;
}

/** Whether it is the longer kind of our names. */
export function isLongBrokerKey(brokerKey: string): boolean {
  return LONG_PATTERN.test(brokerKey);
}

/** Inverts both kinds of our names; `undefined` for a name at the broker that is not one of ours. */
export function orderOfBrokerKey(brokerKey: string): KeyedOrder | undefined {
  const [long, profile, own, revision] = LONG_PATTERN.exec(brokerKey) ?? [];
  if (long !== undefined) return { orderId: `ord_${profile}_${own}`, revision: Number(revision) };
  if (!PATTERN.test(brokerKey) || UUID_PATTERN.test(brokerKey)) return undefined;
  const value = BigInt(`0x${Buffer.from(brokerKey, 'base64url').toString('hex')}`);
  const bits = value >> REVISION_BITS;
  return {
    orderId: `ord_${charsOf(bits >> OWN_BITS, PROFILE_CHARS)}_${charsOf(bits & ((1n << OWN_BITS) - 1n), OWN_CHARS)}`,
    revision: Number(value & ((1n << REVISION_BITS) - 1n)),
  };
}

function checkRevision(revision: number, max: number): void {
  if (!Number.isInteger(revision) || revision < 0 || revision > max) throw new RangeError('revision out of range');
}

function bitsOf(chars: string): bigint {
  let bits = 0n;
  for (const char of chars) bits = (bits << 5n) | BigInt(ID_ALPHABET.indexOf(char));
  return bits;
}

/** The lowest bits as characters of an id. */
function charsOf(bits: bigint, count: number): string {
  let text = '';
  for (let index = 0n; index < count; index += 1n)
    text = ID_ALPHABET.charAt(Number((bits >> (5n * index)) & 31n)) + text;
  return text;
}
