import { createHash } from 'node:crypto';
import { exitOrderIdOf } from '@ballast/contracts';
import type { CoveredFill, OrderExitsDueV1 } from '@ballast/contracts/orders';

/** The id of the exits that are to cover a fill, made from what they cover, so that a repetition finds them. */
export function coveringOrderId({ orderId, executionNumber, attempt, restOf, insteadOf }: CoveredFill): string {
  const again = attempt === 1 ? '' : `:${attempt}`;
  const rest = restOf === undefined ? '' : `:${restOf}`;
  const instead = insteadOf === undefined ? '' : `:instead:${insteadOf}`;
  const covered = `${orderId}:${executionNumber}${again}${rest}${instead}`;
  return exitOrderIdOf(orderId, createHash('sha256').update(covered).digest());
}

/** What exits that are due are to cover, and which of the tries it is. */
export function coveredBy(due: OrderExitsDueV1): CoveredFill {
  const { orderId, entryOrderId = orderId, executionNumber, attempt = 1 } = due;
  return { orderId: entryOrderId, executionNumber, attempt, ...instead(due) };
}

/** What exits of an order other than the entry say of the fill that they are to cover. */
export function coveringTexts(covers: CoveredFill) {
  const { orderId: entryOrderId, executionNumber, attempt } = covers;
  return { entryOrderId, executionNumber, ...(attempt === 1 ? {} : { attempt }), ...instead(covers) };
}

function instead({ restOf, insteadOf }: Pick<CoveredFill, 'restOf' | 'insteadOf'>) {
  return { ...(restOf === undefined ? {} : { restOf }), ...(insteadOf === undefined ? {} : { insteadOf }) };
}
