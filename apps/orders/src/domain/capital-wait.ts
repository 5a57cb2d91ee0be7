import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';
import { replaceRejected } from './replacing.js';
import type { RiskLimits } from './risk-limits.js';
import { ended } from './submission.js';

/**
 * Ends an order that has waited too long to hear of its capital, leaves one as it was that has waited so for that of other
 * terms, and does nothing to any other. A hold that comes later is given back by the ledger: it hears of the end.
 */
export function decideCapitalWait(
  order: Order,
  nowMs: number,
  { capitalWaitMsMax }: Pick<RiskLimits, 'capitalWaitMsMax'>,
): readonly OrderEvent[] {
  const since = waitsSince(order);
  const waitedMs = since === undefined ? 0 : nowMs - Date.parse(since);
  if (waitedMs < capitalWaitMsMax) return [];
  const refusal = {
    code: 'capital-not-answered' as const,
    limit: `${capitalWaitMsMax} ms`,
    value: `${waitedMs} ms`,
  };
  return [
    order.state === 'pending-capital' ? ended(order, 'rejected', { refusal }) : replaceRejected(order, { refusal }),
  ];
}

/** Since when the order, or other terms for it, wait for the ledger's word, ISO 8601; `undefined` where nothing does. */
function waitsSince({ state, createdAt, replacement }: Order): string | undefined {
  if (state === 'pending-capital') return createdAt;
  const isWaiting = replacement?.holdUnits !== undefined && replacement.submittedAt === undefined;
  return isWaiting ? replacement.requestedAt : undefined;
}
