import type { DeliveryQueue } from './delivery-queue.js';
import type { Copy } from './ready-queue.js';

/** Takes back what receivers held too long, when the first lock of each queue expires. */
export class LockWatch {
  private closed = false;

  constructor(private readonly failed: (queue: DeliveryQueue, copies: readonly Copy[]) => void) {}

  /** Sets the timer of a queue for the first of its locks, unless it is set. */
  watch(queue: DeliveryQueue): void {
    if (queue.expiryTimer !== undefined || this.closed) return;
    const nextMs = queue.locks.nextExpiryMs;
    if (nextMs === undefined) return;
    queue.expiryTimer = setTimeout(() => this.expire(queue), Math.max(1, nextMs - Date.now()));
  }

  /** Ends the timers of these queues and sets none any more. */
  close(queues: Iterable<DeliveryQueue>): void {
    this.closed = true;
    for (const queue of queues) clearTimeout(queue.expiryTimer);
  }

  private expire(queue: DeliveryQueue): void {
    queue.expiryTimer = undefined;
    this.failed(queue, queue.locks.takeExpired(Date.now()));
    this.watch(queue);
  }
}
