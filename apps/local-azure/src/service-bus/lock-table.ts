import { lockKey } from './lock-token.js';
import type { Copy } from './ready-queue.js';

/** A copy that one receiver holds until a moment. */
export interface Lock {
  readonly token: Buffer;
  readonly copy: Copy;
  lockedUntilMs: number;
}

/** The locks of one queue. All last equally long from their last renewal, so they are kept in the order they expire. */
export class LockTable {
  private readonly locks = new Map<string, Lock>();

  constructor(public lockDurationMs: number) {}

  get size(): number {
    return this.locks.size;
  }

  lock(token: Buffer, copy: Copy, nowMs: number): Lock {
    const lock = { token, copy, lockedUntilMs: nowMs + this.lockDurationMs };
    this.locks.set(lockKey(token), lock);
    return lock;
  }

  /** Ends a lock and gives what it held; undefined when it has expired or never was. */
  release(token: Uint8Array, nowMs: number): Copy | undefined {
    const key = lockKey(token);
    const lock = this.locks.get(key);
    if (lock === undefined || lock.lockedUntilMs <= nowMs) return undefined;
    this.locks.delete(key);
    return lock.copy;
  }

  /** Makes a lock last its full duration from now; gives its new end, or undefined when it is gone. */
  renew(token: Uint8Array, nowMs: number): number | undefined {
    const key = lockKey(token);
    const lock = this.locks.get(key);
    if (lock === undefined || lock.lockedUntilMs <= nowMs) return undefined;
    lock.lockedUntilMs = nowMs + this.lockDurationMs;
    this.locks.delete(key);
    this.locks.set(key, lock);
    return lock.lockedUntilMs;
  }

  /** Ends the locks whose time has come and gives what they held. */
  takeExpired(nowMs: number): Copy[] {
    const expired: Copy[] = [];
    for (const [key, lock] of this.locks) {
      if (lock.lockedUntilMs > nowMs) break;
      this.locks.delete(key);
      expired.push(lock.copy);
    }
    return expired;
  }

  /** Ends every lock. */
  clear(): void {
    this.locks.clear();
  }

  /** When the first lock expires; undefined when there is none. */
  get nextExpiryMs(): number | undefined {
    for (const lock of this.locks.values()) return lock.lockedUntilMs;
    return undefined;
  }
}
