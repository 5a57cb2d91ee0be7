import { declareEvent } from './event.js';
import { DecimalField } from './fields.js';
import { OrderReference } from './order-terms.js';

/** An order that waited here was set off by the market and goes to the broker now. */
export class OrderTriggeredV1 extends OrderReference {
  @DecimalField({ description: 'The price that set it off; of a trailing stop where that stood.', positive: true })
  stopPrice!: string;
  @DecimalField({ description: 'The best price on its side of the market.' })
  marketPrice!: string;
}

export const orderTriggered = declareEvent<OrderTriggeredV1>(
  'orders',
  'order.triggered.v1',
  OrderTriggeredV1,
  'The market has set off an order that waited here; it goes to the broker.',
);
