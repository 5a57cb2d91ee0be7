import { DecimalField, InstantField, WordField } from './fields.js';
import { TIMES_IN_FORCE } from './order-terms.js';
import type { TimeInForce } from './order-terms.js';

/** Other terms for an order that is live; what is left out stays as it is. */
export class ReplaceOrderRequest {
  @DecimalField({
    description: 'How much in all, what is filled included.',
    positive: true,
    optional: true,
    example: '12',
  })
  quantity?: string;
  @DecimalField({
    description: 'The worst price you accept; for orders that have one.',
    positive: true,
    optional: true,
    example: '99.50',
  })
  limitPrice?: string;
  @DecimalField({
    description: 'The price that sets it off; for orders that have one.',
    positive: true,
    optional: true,
  })
  stopPrice?: string;
  @DecimalField({
    description: 'How far a trailing stop stays behind the market; where it was given so.',
    positive: true,
    optional: true,
  })
  trailPrice?: string;
  @DecimalField({
    description: 'How far a trailing stop stays behind the market, in hundredths of its price; where it was given so.',
    positive: true,
    optional: true,
  })
  trailPercent?: string;
  @DecimalField({
    description: 'For an entry: where the exits of later fills take the profit.',
    positive: true,
    optional: true,
  })
  takeProfitPrice?: string;
  @DecimalField({
    description: 'For an entry: where the exits of later fills stop the loss.',
    positive: true,
    optional: true,
  })
  stopLossPrice?: string;
  @DecimalField({
    description: 'The worst price that the stop loss accepts.',
    positive: true,
    optional: true,
  })
  stopLossLimitPrice?: string;
  @WordField(TIMES_IN_FORCE, { description: 'How long it stands.', optional: true })
  timeInForce?: TimeInForce;
  @InstantField({ description: 'When a `gtd` order ends.', optional: true })
  expiresAt?: string;
}
