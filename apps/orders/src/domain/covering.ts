import { createHash } from 'node:crypto';
import { exitOrderIdOf } from '@ballast/contracts';
import type { CoveredFill, OrderExitsDueV1 } from '@ballast/contracts/orders';

/** The id of the exits that are to cover a fill, made from what they cover, so that a repetition finds them. */
export function coveringOrderId({ orderId, executionNumber, attempt, restOf }: CoveredFill): string {
  const again = attempt === 1 ? '' : `:${attempt}`;
  const rest = restOf === undefined ? '' : `:${restOf}`;
  return exitOrderIdOf(orderId, createHash('sha256').update(`${orderId}:${executionNumber}${again}${rest}`).digest());
}

/** What exits that are due are to cover, and which of the tries it is. */
export function coveredBy(due: OrderExitsDueV1): CoveredFill {
  const { orderId, entryOrderId = orderId, executionNumber, attempt = 1, restOf } = due;
  return { orderId: entryOrderId, executionNumber, attempt, ...(restOf === undefined ? {} : { restOf }) };
}
