import type { Book } from './book.js';
import { dueAfterRelease } from './exits-after-release.js';
import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';
import { coveredAgain, oversized } from './oversized-exits.js';

/**
 * What follows from the events that are `committed`, and is told in the same commit, so that no crash comes between: exits
 * that are due again, and that exits are larger than what is held. `order` and `after` are as they are after these events.
 */
export function followUps(
  before: Book,
  after: Book,
  { order, committed }: { readonly order: Order; readonly committed: readonly OrderEvent[] },
): readonly OrderEvent[] {
  const again = coveredAgain(after, { order, committed });
  const due = dueAfterRelease(before, after, { order, committed: [...committed, ...again] });
  return [...again, ...due, ...oversized(after, { order, committed })];
}
