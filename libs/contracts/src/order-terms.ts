import { ORDER_ID_PATTERN, PROFILE_ID_PATTERN } from './ids.js';
import { DecimalField, FlagField, IdField, InstantField, OpenWordField, TextField, WordField } from './fields.js';
import { ORDER_REFUSAL_CODES } from './refusals.js';
import type { OrderRefusalCode } from './refusals.js';

export const ORDER_SIDES = ['buy', 'sell'] as const;
export type OrderSide = (typeof ORDER_SIDES)[number];
export const ORDER_TYPES = ['market', 'limit', 'stop', 'stop-limit', 'trailing-stop', 'market-if-touched'] as const;
export type OrderType = (typeof ORDER_TYPES)[number];
export const TIMES_IN_FORCE = ['day', 'gtc', 'ioc', 'fok', 'gtd'] as const;
export type TimeInForce = (typeof TIMES_IN_FORCE)[number];
export const ORDER_INTENTS = ['entry', 'exit'] as const;
export type OrderIntent = (typeof ORDER_INTENTS)[number];
export const ORDER_STATES = [
  'pending-capital',
  'accepted',
  'submitting',
  'unknown',
  'open',
  'partially-filled',
  'filled',
  'rejected',
  'cancelled',
  'expired',
] as const;
export type OrderState = (typeof ORDER_STATES)[number];
export const ORDER_END_STATES = ['rejected', 'cancelled', 'expired'] as const;
export type OrderEndState = (typeof ORDER_END_STATES)[number];
/** Symbols as brokers write them: `AAPL`, `BRK.B`, `BTC/USD`. */
export const SYMBOL_PATTERN = /^[A-Z][A-Z0-9]{0,9}([./][A-Z0-9]{1,6})?$/;
export const CLIENT_ORDER_ID_PATTERN = /^[A-Za-z0-9._:-]{1,64}$/;

/** What every event about an order repeats. */
export class OrderReference {
  @IdField(ORDER_ID_PATTERN, { description: 'The order.' })
  orderId!: string;
  @IdField(PROFILE_ID_PATTERN, { description: 'Its profile.' })
  profileId!: string;
}

/** A refusal as it travels: the code, the limit that was met and the value that broke it. */
export class RefusalReason {
  @OpenWordField(ORDER_REFUSAL_CODES, { description: 'Why; more reasons may come.' })
  code!: OrderRefusalCode;
  @TextField({ description: 'The limit that was met.', lengthMax: 120, lengthMin: 0 })
  limit!: string;
  @TextField({ description: 'The value that broke it.', lengthMax: 120, lengthMin: 0 })
  value!: string;
}

/** What an order may say beside side, quantity and limit; a plain market or limit order says nothing of it. */
export class OrderConditions {
  @DecimalField({
    description: 'The price that sets off a stop, a stop-limit or a market-if-touched order; required for these only.',
    positive: true,
    optional: true,
  })
  stopPrice?: string;
  @DecimalField({
    description: 'How far a trailing stop stays behind the market; this or `trailPercent` is required for it.',
    positive: true,
    optional: true,
  })
  trailPrice?: string;
  @DecimalField({
    description: 'How far a trailing stop stays behind the market, in hundredths of its price; below 100.',
    positive: true,
    optional: true,
  })
  trailPercent?: string;
  @DecimalField({
    description: 'For an entry: the price at which an exit takes the profit of whatever is filled.',
    positive: true,
    optional: true,
  })
  takeProfitPrice?: string;
  @DecimalField({
    description:
      'For an entry: the price at which an exit stops the loss of whatever is filled. For an exit that is a limit order: ' +
      'the price at which it is sold all the same. One exit ends the other.',
    positive: true,
    optional: true,
  })
  stopLossPrice?: string;
  @DecimalField({
    description: 'The worst price that the stop loss accepts; the market’s where it is left out.',
    positive: true,
    optional: true,
  })
  stopLossLimitPrice?: string;
  @DecimalField({
    description:
      'Money to trade for, in place of a quantity; the quantity is what it buys at the price of that moment.',
    positive: true,
    optional: true,
  })
  notional?: string;
  @InstantField({ description: 'When a `gtd` order ends; required for it, not allowed for others.', optional: true })
  expiresAt?: string;
  @FlagField({ description: 'Whether a limit order may only rest, never take what is offered.', optional: true })
  postOnly?: boolean;
  @FlagField({
    description:
      'Whether a stop, a trailing stop or a market-if-touched order waits here until the market sets it off, and only then ' +
      'goes to the broker; for brokers that lack the type, and for entries that no broker bounds by a price.',
    optional: true,
  })
  triggeredHere?: boolean;
  @FlagField({ description: 'Whether the order may only make a position smaller.', optional: true })
  reduceOnly?: boolean;
}

/** The terms of an order, in placement and refusal alike. */
export class OrderTerms extends OrderConditions {
  @IdField(ORDER_ID_PATTERN, { description: 'The order.' })
  orderId!: string;
  @IdField(PROFILE_ID_PATTERN, { description: 'Its profile.' })
  profileId!: string;
  @TextField({ description: 'The caller’s own name for the order.', lengthMax: 64, optional: true })
  clientOrderId?: string;
  @TextField({ description: 'What is traded.', lengthMax: 17, pattern: SYMBOL_PATTERN })
  symbol!: string;
  @WordField(ORDER_SIDES, { description: 'Buy or sell.' })
  side!: OrderSide;
  @WordField(ORDER_TYPES, { description: 'What sets it off and at which price.' })
  type!: OrderType;
  @WordField(TIMES_IN_FORCE, { description: 'How long it stands.' })
  timeInForce!: TimeInForce;
  @WordField(ORDER_INTENTS, { description: 'Opens or closes a position.' })
  intent!: OrderIntent;
  @DecimalField({ description: 'How much.', positive: true })
  quantity!: string;
  @DecimalField({ description: 'The worst price the caller accepts.', positive: true, optional: true })
  limitPrice?: string;
}
