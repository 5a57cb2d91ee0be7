import type { DeliveryQueue } from './delivery-queue.js';
import type { Copy } from './ready-queue.js';
import { messageNotFound } from './scheduling.js';

/** A deferred message that was asked for; the token is that of its lock, absent when it is gone already. */
export interface DeferredDelivery {
  readonly bytes: Buffer;
  readonly token?: Buffer;
}

/** Takes all of the deferred copies out, or throws message-not-found when one is not there or is locked. */
export function takeDeferred(queue: DeliveryQueue, sequences: readonly number[]): Copy[] {
  const wanted = [...new Set(sequences)];
  const copies = wanted.map((sequence) => {
    const copy = queue.deferred.get(sequence);
    if (copy === undefined) throw messageNotFound(sequence);
    return copy;
  });
  for (const { sequence } of copies) queue.deferred.delete(sequence);
  return copies;
}
