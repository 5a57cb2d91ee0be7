import { declareEvent } from './event.js';
import { DecimalField, FlagField, IdField, InstantField, TextField } from './fields.js';
import { TRADE_ID_PATTERN } from './ids.js';
import { OrderReference } from './order-terms.js';

/** Who asks in the product's own name for the end of an exit, or for a smaller one, because exits are larger than what is held. */
export const ASKED_BY_SIZE = 'oversized';

/** Live exits of a trade that are together larger than what it holds or owes: a fill that came late has closed a part of it. */
export class OrderExitsOversizedV1 extends OrderReference {
  @IdField(TRADE_ID_PATTERN, { description: 'The trade.' })
  tradeId!: string;
  @TextField({ description: 'What is traded.', lengthMax: 17 })
  symbol!: string;
  @DecimalField({ description: 'What is held or owed.' })
  held!: string;
  @DecimalField({ description: 'What live exits may still close.', positive: true })
  exiting!: string;
}

/**
 * A fill, or a part of one, of an exit that closed more than was held or owed: at the broker this has opened a position in the
 * other direction, which no trade and no capital stands behind. Somebody must close it there.
 */
export class OrderPositionReversedV1 extends OrderReference {
  @TextField({ description: 'The broker’s id of the execution.', lengthMax: 128 })
  executionId!: string;
  @IdField(TRADE_ID_PATTERN, { description: 'The trade that the order was to close.' })
  tradeId!: string;
  @TextField({ description: 'What was traded.', lengthMax: 17 })
  symbol!: string;
  @DecimalField({ description: 'What of the execution has closed the position, and is told by `order.executed.v1`.' })
  closed!: string;
  @DecimalField({ description: 'What of it is beyond that.', positive: true })
  quantity!: string;
  @DecimalField({ description: 'Its price.', positive: true })
  price!: string;
  @DecimalField({ description: 'What of the order is beyond what was held, with this.', positive: true })
  reversedAfter!: string;
  @FlagField({ description: 'Whether nothing of the order is left after it.' })
  fillsOrder!: boolean;
  @InstantField({ description: 'When it was executed.' })
  executedAt!: string;
}

export const orderExitsOversized = declareEvent<OrderExitsOversizedV1>(
  'orders',
  'order.exits-oversized.v1',
  OrderExitsOversizedV1,
  'Live exits are larger than what is held; they are made smaller, or cancelled and placed again.',
);

export const orderPositionReversed = declareEvent<OrderPositionReversedV1>(
  'orders',
  'order.position-reversed.v1',
  OrderPositionReversedV1,
  'The broker has closed more than was held; somebody must close what that has opened there.',
);
