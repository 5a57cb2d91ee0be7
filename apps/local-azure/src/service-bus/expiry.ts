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

/** What becomes of copies whose time is over. */
export interface Expiring {
  /** Drops or dead-letters one that was taken out of its queue. */
  readonly expire: (queue: DeliveryQueue, copy: Copy) => void;
  /** Drops or dead-letters those that are on disk only, and tells when the next one ends; undefined when none does. */
  readonly expireStored: (queue: DeliveryQueue, nowMs: number) => Promise<number | undefined>;
}

/** Takes ready messages whose time is over out of their queues, also where nobody receives. */
export class ExpiryWatch {
  private readonly timers = new Map<DeliveryQueue, { readonly atMs: number; readonly timer: NodeJS.Timeout }>();
  private closed = false;

  constructor(private readonly expiring: Expiring) {}

  /** Looks at the queue again when the first of its ready messages expires; sessions are looked at with their entity. */
  watch(queue: DeliveryQueue): void {
    const { nextExpiryMs } = queue;
    if (nextExpiryMs === Infinity || this.closed || queue.isDeadLetter) return;
    const set = this.timers.get(queue);
    if (set !== undefined && set.atMs <= nextExpiryMs) return;
    clearTimeout(set?.timer);
    const delayMs = Math.min(Math.max(nextExpiryMs - Date.now(), SWEEP_INTERVAL_MS), TIMER_MS_MAX);
    this.timers.set(queue, { atMs: nextExpiryMs, timer: setTimeout(() => void this.sweep(queue), delayMs) });
  }

  close(): void {
    this.closed = true;
    for (const { timer } of this.timers.values()) clearTimeout(timer);
  }

  private async sweep(queue: DeliveryQueue): Promise<void> {
    const nowMs = Date.now();
    this.timers.delete(queue);
    if (queue.nextExpiryMs <= nowMs) {
      queue.nextExpiryMs = Infinity;
      for (const { queue: from, copy } of queue.takeExpired(nowMs)) this.expiring.expire(from, copy);
      // What cannot be written now is looked at again with the next sweep.
      const next = await this.expiring.expireStored(queue, nowMs).catch(() => nowMs + SWEEP_INTERVAL_MS);
      queue.noteExpiry(next ?? null);
    }
    this.watch(queue);
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
