import { declareEvent } from './event.js';
import { CountField, DecimalField, IdField, InstantField, TextField } from './fields.js';
import { ORDER_ID_PATTERN, TRADE_ID_PATTERN } from './ids.js';
import { OrderReference } from './order-terms.js';

/** Tries of the exits that cover a fill; when the broker has rejected or ended the last one, nothing covers it any more. */
export const EXIT_ATTEMPTS_MAX = 5;

/** The fill of an entry that an exit covers, and which of the tries to cover it this is. */
export class CoveredFill {
  @IdField(ORDER_ID_PATTERN, { description: 'The entry.' })
  orderId!: string;
  @CountField({ description: 'Its execution.', min: 1, max: 1_000_000 })
  executionNumber!: number;
  @CountField({ description: 'Which try this is, from 1.', min: 1, max: EXIT_ATTEMPTS_MAX })
  attempt!: number;
  @IdField(ORDER_ID_PATTERN, {
    description: 'The exits that could be placed in part only and whose rest this is; absent: of the whole fill.',
    optional: true,
  })
  restOf?: string;
  @IdField(ORDER_ID_PATTERN, {
    description: 'The exits that were larger than what was held and in whose place these are; absent: of none.',
    optional: true,
  })
  insteadOf?: string;
}

/**
 * A fill of an entry whose exits are to be placed, at the prices that the entry named: as many as it filled, or as are left
 * of them where the broker has let go of them, or where another order had claimed them and does so no more.
 */
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
  @IdField(ORDER_ID_PATTERN, {
    description:
      'The entry, where the order is another one: an exit of it that the broker has let go of, or whatever had claimed ' +
      'what they are to cover.',
    optional: true,
  })
  entryOrderId?: string;
  @CountField({
    description: 'Which try this is; absent: the first.',
    min: 2,
    max: EXIT_ATTEMPTS_MAX,
    optional: true,
  })
  attempt?: number;
  @InstantField({ description: 'They are not placed before then; absent: at once.', optional: true })
  notBefore?: string;
  @IdField(ORDER_ID_PATTERN, {
    description: 'The exits that could be placed in part only and whose rest these are; absent: of the whole fill.',
    optional: true,
  })
  restOf?: string;
  @IdField(ORDER_ID_PATTERN, {
    description: 'The exits that were larger than what was held and in whose place these are; absent: of none.',
    optional: true,
  })
  insteadOf?: string;
}

/** A part of a position that nothing protects, because the broker has rejected or ended its exits as often as they are tried. */
export class OrderExitsAbandonedV1 extends OrderReference {
  @IdField(ORDER_ID_PATTERN, { description: 'The entry.' })
  entryOrderId!: string;
  @IdField(TRADE_ID_PATTERN, { description: 'The trade.' })
  tradeId!: string;
  @TextField({ description: 'What was traded.', lengthMax: 17 })
  symbol!: string;
  @DecimalField({ description: 'How much is not protected.', positive: true })
  quantity!: string;
  @CountField({ description: 'How often it was tried.', min: 1, max: EXIT_ATTEMPTS_MAX })
  attempts!: number;
}

export const orderExitsDue = declareEvent<OrderExitsDueV1>(
  'orders',
  'order.exits-due.v1',
  OrderExitsDueV1,
  'A part of an entry is filled whose exits are to be placed.',
);

export const orderExitsAbandoned = declareEvent<OrderExitsAbandonedV1>(
  'orders',
  'order.exits-abandoned.v1',
  OrderExitsAbandonedV1,
  'The broker has rejected or ended the exits of a fill too often; somebody must protect or close that part of the position.',
);
