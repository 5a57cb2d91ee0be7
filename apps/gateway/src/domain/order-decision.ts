import { orderEnded, orderExecuted, orderOpened, orderSubmitted } from '@ballast/contracts/orders';
import type { OrderState, OrderView } from '@ballast/contracts/orders';

/** Events that tell that capital has said yes or no, whichever is heard first. */
const DECIDING_TYPES: ReadonlySet<string> = new Set(
  [orderSubmitted, orderOpened, orderExecuted, orderEnded].map(({ type }) => type),
);

const UNDECIDED_STATES: ReadonlySet<OrderState> = new Set(['pending-capital', 'accepted']);

/** Whether this event decides the order. */
export function decides(event: { readonly type: string; readonly subject: string }, orderId: string): boolean {
  return event.subject === orderId && DECIDING_TYPES.has(event.type);
}

/** Whether there is nothing to wait for. */
export function isDecided({ state }: Pick<OrderView, 'state'>): boolean {
  return !UNDECIDED_STATES.has(state);
}
