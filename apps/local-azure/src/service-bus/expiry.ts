import type { DeliveryQueue } from './delivery-queue.js';
import type { Copy } from './ready-queue.js';

/** The shortest time between two looks at the ready messages of one queue. */
const SWEEP_INTERVAL_MS = 200;
/** A timer cannot be longer than 24 days; it is set anew when it has run. */
const TIMER_MS_MAX = 3_600_000;

/** What is said of a message that was dead-lettered because its time was over. */
export const EXPIRED = {
  DeadLetterReason: 'TTLExpiredException',
  DeadLetterErrorDescription: 'The message expired and was dead lettered.',
} as const;

/** Takes ready messages whose time is over out of their queues, also where nobody receives. */
export class ExpiryWatch {
  private readonly timers = new Map<DeliveryQueue, NodeJS.Timeout>();
  private closed = false;

  constructor(private readonly expire: (queue: DeliveryQueue, copy: Copy) => void) {}

  /** Looks at the queue again when the first of its ready messages expires. */
  watch(queue: DeliveryQueue): void {
    const nextMs = queue.ready.nextExpiryMs;
    if (this.closed || queue.isDeadLetter || nextMs === undefined || this.timers.has(queue)) return;
    const delayMs = Math.min(Math.max(nextMs - Date.now(), SWEEP_INTERVAL_MS), TIMER_MS_MAX);
    this.timers.set(
      queue,
      setTimeout(() => {
        this.timers.delete(queue);
        for (const copy of queue.ready.takeExpired(Date.now())) this.expire(queue, copy);
        this.watch(queue);
      }, delayMs),
    );
  }

  close(): void {
    this.closed = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
  }
}

/** When a copy may no longer be delivered: by its message, or by the longest life its queue permits; null is never. */
export function expiryIn(queue: DeliveryQueue, enqueuedAtMs: number, byMessageMs: number | null): number | null {
  const { defaultTtlMs } = queue.policy;
  if (defaultTtlMs === null) return byMessageMs;
  const byQueueMs = enqueuedAtMs + defaultTtlMs;
  return byMessageMs === null ? byQueueMs : Math.min(byMessageMs, byQueueMs);
}

/** Whether the time of a copy is over; in a dead-letter queue it never is. */
export function hasExpired(queue: DeliveryQueue, { expiresAtMs }: Copy, nowMs: number): boolean {
  return !queue.isDeadLetter && expiresAtMs !== null && expiresAtMs <= nowMs;
}
