import { randomFillSync } from 'node:crypto';

/** The product whose profiles, orders and ledgers this deployment holds; the first level of every partition key. */
export const PRODUCT_ID = 'ballast';

/** Crockford's base 32 in lower case: sortable, and without letters that look like digits. */
export const ID_ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARS_LONG = 10;
const TIME_CHARS_SHORT = 9;
const RANDOM_CHARS_LONG = 16;
const RANDOM_CHARS_SHORT = 7;
const KEY_CHARS = 16;
const RANDOM_BLOCK_BYTES = 4_096;

const ID_CHARS = '[0-9a-hjkmnp-tv-z]';
export const USER_ID_PATTERN = new RegExp(`^usr_${ID_CHARS}{26}$`);
export const PROFILE_ID_PATTERN = new RegExp(`^prf_${ID_CHARS}{26}$`);
export const ORDER_ID_PATTERN = new RegExp(`^ord_${ID_CHARS}{26}_${ID_CHARS}{16}$`);
export const TRADE_ID_PATTERN = new RegExp(`^trd_${ID_CHARS}{26}_${ID_CHARS}{16}$`);
export const TRANSFER_ID_PATTERN = new RegExp(`^trf_${ID_CHARS}{26}_${ID_CHARS}{16}$`);
export const SESSION_ID_PATTERN = new RegExp(`^ses_${ID_CHARS}{26}$`);
export const API_KEY_ID_PATTERN = new RegExp(`^key_${ID_CHARS}{26}$`);

/** The last revision of an order that an event may name. */
export const REVISION_MAX = 999;

function encodeTime(ms: number, chars: number): string {
  let rest = Math.floor(ms);
  let text = '';
  for (let index = 0; index < chars; index += 1) {
    text = ID_ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function randomChars(chars: number): string {
  let text = '';
  for (let index = 0; index < chars; index += 1) text += ID_ALPHABET.charAt(randomByte() % 32);
  return text;
}

/** Random bytes are drawn in blocks: every call of the generator costs more than the bytes. */
const block = Buffer.alloc(RANDOM_BLOCK_BYTES);
let blockUsed = RANDOM_BLOCK_BYTES;

function randomByte(): number {
  if (blockUsed === RANDOM_BLOCK_BYTES) {
    randomFillSync(block);
    blockUsed = 0;
  }
  return block.readUInt8(blockUsed++);
}

const longId = (nowMs: number): string => encodeTime(nowMs, TIME_CHARS_LONG) + randomChars(RANDOM_CHARS_LONG);

/** A new user id; sorts by time of creation. */
export function newUserId(nowMs: number): string {
  return `usr_${longId(nowMs)}`;
}

/** A new id of a session; sorts by time of creation. */
export function newSessionId(nowMs: number): string {
  return `ses_${longId(nowMs)}`;
}

/** A new profile id; sorts by time of creation. */
export function newProfileId(nowMs: number): string {
  return `prf_${longId(nowMs)}`;
}

/** A new order id of the profile, which it contains; sorts by time within the profile. */
export function newOrderId(profileId: string, nowMs: number): string {
  return `ord_${profileId.slice(4)}_${encodeTime(nowMs, TIME_CHARS_SHORT)}${randomChars(RANDOM_CHARS_SHORT)}`;
}

/** A new correlation id for a request that brought none. */
export function newRequestId(nowMs: number): string {
  return `req_${longId(nowMs)}`;
}

/** The profile to which an order belongs; `undefined` for text that is no order id. */
export function profileOfOrder(orderId: string): string | undefined {
  return ORDER_ID_PATTERN.test(orderId) ? `prf_${orderId.slice(4, 30)}` : undefined;
}

/** The trade that an entry order opens: the same characters under another prefix. */
export function tradeOfEntry(orderId: string): string {
  return `trd_${orderId.slice(4)}`;
}

/**
 * The id of the exits that cover an execution of an entry: made from the entry's, so that a repetition finds the same
 * order, with the entry's time and 35 bits of the SHA-256 `digest` of entry and execution.
 */
export function exitOrderIdOf(entryOrderId: string, digest: Uint8Array): string {
  const chars = Array.from(digest.subarray(0, RANDOM_CHARS_SHORT), (byte) => ID_ALPHABET.charAt(byte % 32)).join('');
  return entryOrderId.slice(0, -RANDOM_CHARS_SHORT) + chars;
}

/**
 * The id of the transfer that a profile asks for under an idempotency key: the profile's characters, and 80 bits of the
 * key's SHA-256, so that a repetition finds the same transfer.
 */
export function transferIdOf(profileId: string, keyDigest: Uint8Array): string {
  const chars = Array.from(keyDigest.subarray(0, KEY_CHARS), (byte) => ID_ALPHABET.charAt(byte % 32)).join('');
  return `trf_${profileId.slice(4)}_${chars}`;
}

/** The profile that gives in a transfer; `undefined` for text that is no transfer id. */
export function profileOfTransfer(transferId: string): string | undefined {
  return TRANSFER_ID_PATTERN.test(transferId) ? `prf_${transferId.slice(4, 30)}` : undefined;
}
