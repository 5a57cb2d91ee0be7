import { randomFillSync } from 'node:crypto';

const TOKEN_BYTES = 16;
const POOL_BYTES = 4_096;
/** Position in the canonical order of each byte in the order in which .NET lays out a GUID; its own inverse. */
const GUID_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] as const;

const pool = Buffer.allocUnsafe(POOL_BYTES);
let poolUsed = POOL_BYTES;

/** A new random lock token: 16 bytes in canonical order, as they stand in `$management` requests. */
export function newLockToken(): Buffer {
  if (poolUsed === POOL_BYTES) {
    randomFillSync(pool);
    poolUsed = 0;
  }
  const token = Buffer.from(pool.subarray(poolUsed, poolUsed + TOKEN_BYTES));
  poolUsed += TOKEN_BYTES;
  return token;
}

/** Turns canonical order into GUID order (a delivery tag) and back; throws RangeError unless it is 16 bytes. */
export function swapGuidOrder(bytes: Uint8Array): Buffer {
  if (bytes.length !== TOKEN_BYTES) throw new RangeError(`A lock token has 16 bytes, not ${bytes.length}.`);
  return Buffer.from(GUID_ORDER.map((position) => bytes[position]!));
}

/** The token as a map key. */
export function lockKey(token: Uint8Array): string {
  return Buffer.from(token.buffer, token.byteOffset, token.byteLength).toString('latin1');
}
