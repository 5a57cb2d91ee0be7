import type { DeliveryQueue } from './delivery-queue.js';
import { hasExpired } from './expiry.js';
import type { Copy } from './ready-queue.js';
import { messageNotFound } from './scheduling.js';

/** A deferred message that was asked for; the token is that of its lock, absent when it is gone already. */
export interface DeferredDelivery {
  readonly bytes: Buffer;
  readonly token?: Buffer;
}

/**
 * Takes all of the deferred copies out, or throws message-not-found when one is not there, is locked, or has expired; one
 * that has is given to `expire`, because nobody looks at deferred messages before they are asked for.
 */
export function takeDeferred(queue: DeliveryQueue, sequences: readonly number[], expire: (copy: Copy) => void): Copy[] {
  const nowMs = Date.now();
  const copies: Copy[] = [];
  for (const sequence of new Set(sequences)) {
    const copy = queue.takeDeferred(sequence);
    const isOver = copy !== undefined && hasExpired(queue, copy, nowMs);
    if (copy !== undefined && !isOver) {
      copies.push(copy);
      continue;
    }
    if (copy !== undefined) expire(copy);
    for (const taken of copies) queue.put(taken);
    throw messageNotFound(sequence);
  }
  return copies;
}
