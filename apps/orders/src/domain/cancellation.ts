import { ASKED_BY_SIZE } from '@ballast/contracts/orders';
import { hasEnded, hasExpired } from './order.js';
import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';
import { replaceRejected, replacementOver } from './replacing.js';
import { ended, reference } from './submission.js';

export type CancellationDecision =
  | { readonly outcome: 'already-ended' }
  | { readonly outcome: 'already-requested' }
  | { readonly outcome: 'requested'; readonly events: readonly OrderEvent[] };

/** Milliseconds for which a request to cancel counts as under way while nothing is heard of the order. */
const CANCEL_ANSWER_MS_MAX = 10_000;

/**
 * What a request to cancel does: an order that the broker has never been told of ends at once, expired where its time is
 * over; any other is flagged and the broker decides the race with a fill. A request that was not answered for 10 s is made again.
 * Other terms that were not asked for at the broker yet are given up. Somebody's request is told also while we cancel what is
 * too large: nothing takes its place then.
 */
export function decideCancellation(order: Order, requestedBy: string, nowMs: number): CancellationDecision {
  if (hasEnded(order)) return { outcome: 'already-ended' };
  // By a clock that was set back since, the request was made in times to come.
  const isUnderWay = Math.abs(nowMs - Date.parse(order.updatedAt)) < CANCEL_ANSWER_MS_MAX;
  const isOurs = order.isOversized && requestedBy !== ASKED_BY_SIZE;
  if (order.pendingCancel && isUnderWay && !isOurs) return { outcome: 'already-requested' };
  const neverSent = order.state === 'pending-capital' || order.state === 'accepted';
  return {
    outcome: 'requested',
    events: neverSent
      ? [...replacementOver(order), ended(order, hasExpired(order, nowMs) ? 'expired' : 'cancelled', {})]
      : [...withdrawn(order), { fact: 'cancel-requested', data: { ...reference(order), requestedBy } }],
  };
}

/** Other terms that the broker was not asked for yet are given up; those that it was asked for are known first. */
function withdrawn(order: Order): readonly OrderEvent[] {
  const { replacement } = order;
  if (replacement === undefined || replacement.submittedAt !== undefined) return [];
  const refusal = { code: 'replace-withdrawn' as const, limit: 'no cancel', value: 'a cancel' };
  return [replaceRejected(order, { refusal })];
}
