import type { DeliveryQueue } from './delivery-queue.js';

/** How long after a write that failed its queue is looked at again, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

/** Goes on with queues a moment after something about them could not be written, as when the disk was full. */
export class WriteRetries {
  private readonly timers = new Map<DeliveryQueue, NodeJS.Timeout>();
  private closed = false;

  constructor(private readonly goOn: (queue: DeliveryQueue) => void) {}

  /** Looks at a queue again, once for all that fails until then. */
  later(queue: DeliveryQueue): void {
    if (this.closed || this.timers.has(queue)) return;
    const timer = setTimeout(() => {
      this.timers.delete(queue);
      this.goOn(queue);
    }, RETRY_AFTER_MS);
    this.timers.set(queue, timer);
  }

  close(): void {
    this.closed = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
  }
}
