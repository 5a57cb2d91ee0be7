import { LockTable, type Lock } from './lock-table.js';
import { lockKey } from './lock-token.js';
import type { Copy } from './ready-queue.js';
import { ServiceBusError, sessionLockLost } from './service-bus-error.js';

/** What the holder of a session has received and not settled; all of it is locked for as long as the session is. */
export class SessionLockTable extends LockTable {
  private readonly held = new Map<string, Copy>();
  private endMs = 0;

  override get size(): number {
    return this.held.size;
  }

  /** A session's messages expire with it, not by themselves. */
  override get nextExpiryMs(): undefined {
    return undefined;
  }

  /** When the session's lock ends, in Unix milliseconds; 0 when nobody holds it. */
  get lockedUntilMs(): number {
    return this.endMs;
  }

  /** Makes the session's lock last its full duration from now, and gives its end. */
  extend(nowMs: number): number {
    this.endMs = nowMs + this.lockDurationMs;
    return this.endMs;
  }

  /** Ends the session's lock and gives what was received and not settled. */
  end(): Copy[] {
    const copies = [...this.held.values()];
    this.held.clear();
    this.endMs = 0;
    return copies;
  }

  override clear(): void {
    this.held.clear();
  }

  override lock(token: Buffer, copy: Copy): Lock {
    this.held.set(lockKey(token), copy);
    return { token, copy, lockedUntilMs: this.endMs };
  }

  /** Throws session-lock-lost when the session is no longer locked for whom it gave the token to. */
  override release(token: Uint8Array, nowMs: number): Copy {
    const key = lockKey(token);
    const copy = this.endMs > nowMs ? this.held.get(key) : undefined;
    if (copy === undefined) throw sessionLockLost();
    this.held.delete(key);
    return copy;
  }

  override renew(): never {
    throw new ServiceBusError('amqp:not-allowed', 'A message of a session is locked with its session; renew that.');
  }

  override takeExpired(): Copy[] {
    return [];
  }
}
