import { hasEnded } from './order.js';
import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';
import { ended, reference } from './submission.js';

export type CancellationDecision =
  | { readonly outcome: 'already-ended' }
  | { readonly outcome: 'already-requested' }
  | { readonly outcome: 'requested'; readonly events: readonly OrderEvent[] };

/**
 * What a request to cancel does: an order that the broker has never been told of ends at once; any other is flagged and
 * the broker decides the race with a fill.
 */
export function decideCancellation(order: Order, requestedBy: string): CancellationDecision {
  if (hasEnded(order)) return { outcome: 'already-ended' };
  if (order.pendingCancel) return { outcome: 'already-requested' };
  const neverSent = order.state === 'pending-capital' || order.state === 'accepted';
  return {
    outcome: 'requested',
    events: neverSent
      ? [ended(order, 'cancelled', {})]
      : [{ fact: 'cancel-requested', data: { ...reference(order), requestedBy } }],
  };
}
