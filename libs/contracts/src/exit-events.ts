import { declareEvent } from './event.js';
import { CountField, DecimalField, IdField, TextField } from './fields.js';
import { ORDER_ID_PATTERN, TRADE_ID_PATTERN } from './ids.js';
import { OrderReference } from './order-terms.js';

/** A fill of an entry whose exits are to be placed: as many as it filled, at the prices that the entry named. */
export class OrderExitsDueV1 extends OrderReference {
  @IdField(ORDER_ID_PATTERN, {
    description: 'The order that the exits will be: one, or two of which one ends the other.',
  })
  exitOrderId!: string;
  @CountField({ description: 'The execution of the entry that they cover.', min: 1, max: 1_000_000 })
  executionNumber!: number;
  @IdField(TRADE_ID_PATTERN, { description: 'The trade.' })
  tradeId!: string;
  @TextField({ description: 'What was traded.', lengthMax: 17 })
  symbol!: string;
  @DecimalField({ description: 'How much was filled.', positive: true })
  quantity!: string;
  @DecimalField({ description: 'Where the profit is taken.', positive: true, optional: true })
  takeProfitPrice?: string;
  @DecimalField({ description: 'Where the loss is stopped.', positive: true, optional: true })
  stopLossPrice?: string;
  @DecimalField({ description: 'The worst price that the stop loss accepts.', positive: true, optional: true })
  stopLossLimitPrice?: string;
}

export const orderExitsDue = declareEvent<OrderExitsDueV1>(
  'orders',
  'order.exits-due.v1',
  OrderExitsDueV1,
  'A part of an entry is filled whose exits are to be placed.',
);
