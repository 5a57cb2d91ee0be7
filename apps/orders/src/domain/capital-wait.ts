import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';
import { ended } from './submission.js';

/** Milliseconds for which an order waits for the ledger's word; quotes and risk are not those of its placement any more. */
export const CAPITAL_WAIT_MS_MAX = 60_000;

/**
 * Ends an order that has waited too long to hear of its capital, and does nothing to any other. A hold that comes later
 * is given back by the ledger: it hears of the end.
 */
export function decideCapitalWait(order: Order, nowMs: number): readonly OrderEvent[] {
  const waitedMs = nowMs - Date.parse(order.createdAt);
  if (order.state !== 'pending-capital' || waitedMs < CAPITAL_WAIT_MS_MAX) return [];
  const refusal = {
    code: 'capital-not-answered' as const,
    limit: `${CAPITAL_WAIT_MS_MAX} ms`,
    value: `${waitedMs} ms`,
  };
  return [ended(order, 'rejected', { refusal })];
}
