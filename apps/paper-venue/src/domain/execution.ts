import type { Decimal } from '@ballast/money';
import type { Order, Side } from './order.js';

/** One trade of one order; `positionQuantity` is what the account owned of the symbol after it, `commission` is in dollars. */
export interface Execution {
  id: string;
  orderId: string;
  clientOrderId: string;
  symbol: string;
  side: Side;
  quantity: Decimal;
  price: Decimal;
  cumulativeQuantity: Decimal;
  leavesQuantity: Decimal;
  commission: Decimal;
  positionQuantity: Decimal;
  at: string;
}

/** Something that happened to an order, as the stream announces it; `order` is the order after it. */
export type Announcement =
  | { event: 'new' | 'canceled' | 'expired' | 'rejected' | 'replaced'; order: Order; at: string }
  | { event: 'fill' | 'partial_fill'; order: Order; at: string; execution: Execution };
