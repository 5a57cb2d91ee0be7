import { PROFILE_ID_PATTERN, REVISION_MAX, TRADE_ID_PATTERN } from './ids.js';
import {
  CountField,
  DecimalField,
  FlagField,
  IdField,
  InstantField,
  NestedField,
  TextField,
  UnitsField,
  WordField,
} from './fields.js';
import { declareEvent } from './event.js';
import { CoveredFill } from './exit-events.js';
export {
  ASKED_BY_SIZE,
  OrderExitsOversizedV1,
  OrderPositionReversedV1,
  orderExitsOversized,
  orderPositionReversed,
} from './oversize-events.js';
import { DecisionFacts } from './decision-facts.js';
import {
  ORDER_END_STATES,
  ORDER_INTENTS,
  ORDER_SIDES,
  ORDER_TYPES,
  OrderReference,
  OrderTerms,
  RefusalReason,
} from './order-terms.js';
import type { OrderEndState, OrderIntent, OrderSide, OrderType } from './order-terms.js';

export { PositionList, PositionView, TradePage, TradeView } from './trade-api.js';
export { DecisionFacts } from './decision-facts.js';
export {
  CoveredFill,
  EXIT_ATTEMPTS_MAX,
  OrderExitsAbandonedV1,
  OrderExitsDueV1,
  orderExitsAbandoned,
  orderExitsDue,
} from './exit-events.js';
export {
  OrderReplaceRejectedV1,
  OrderReplaceRequestedV1,
  OrderReplaceSubmittedV1,
  OrderReplacedV1,
  ReplacedTerms,
  orderReplaceRejected,
  orderReplaceRequested,
  orderReplaceSubmitted,
  orderReplaced,
} from './replace-events.js';
export { ReplaceOrderRequest } from './replace-api.js';
export { CancelledOrders, OrderPreview, PREVIEW_VERDICTS } from './order-preview.js';
export { BookLimitsChangedV1, TradingLimits, bookLimitsChanged } from './trading-limits.js';
export { OrderTriggeredV1, orderTriggered } from './trigger-events.js';
export { TRADE_DIRECTIONS, TradeClosedV1, tradeClosed } from './trade-events.js';
export type { TradeDirection } from './trade-events.js';
export { OrderPage, OrderView, PlaceOrderRequest } from './order-api.js';
export {
  CONTROL_MODES,
  CONTROL_SCOPE_PATTERN,
  ChangeControlsRequest,
  ControlsChangedV1,
  ControlsEnforcedV1,
  ControlsView,
  EnforcementView,
  SCOPED_CONTROLS_MAX,
  ScopedControlView,
  controlsChanged,
  controlsEnforced,
} from './order-controls.js';
export type { ControlMode } from './order-controls.js';
export {
  CLIENT_ORDER_ID_PATTERN,
  ORDER_END_STATES,
  ORDER_INTENTS,
  ORDER_SIDES,
  ORDER_STATES,
  ORDER_TYPES,
  OrderConditions,
  OrderReference,
  OrderTerms,
  RefusalReason,
  SYMBOL_PATTERN,
  TIMES_IN_FORCE,
} from './order-terms.js';
export type { OrderEndState, OrderIntent, OrderSide, OrderState, OrderType, TimeInForce } from './order-terms.js';

export class OrderPlacedV1 extends OrderTerms {
  @IdField(TRADE_ID_PATTERN, { description: 'The trade it opens or belongs to.' })
  tradeId!: string;
  @DecimalField({
    description: 'The price at which it is bounded at the broker: the limit, or the collar of a market buy.',
    positive: true,
    optional: true,
  })
  boundPrice?: string;
  @DecimalField({
    description: 'Of a short sale: the capital that is held as collateral for each one that is sold, in USD.',
    positive: true,
    optional: true,
  })
  collateralPrice?: string;
  @UnitsField({
    description: 'Capital to hold for its worst cost, or its collateral, and fee, in units of `asset`; 0 for an exit.',
  })
  holdUnits!: string;
  @TextField({ description: 'The asset of the hold.', lengthMax: 12 })
  asset!: string;
  @NestedField(() => CoveredFill, {
    description: 'Of an exit that comes with its entry: what it covers.',
    optional: true,
  })
  covers?: CoveredFill;
  @NestedField(() => DecisionFacts, {
    description:
      'What the decision looked at; no quote for exits that a fill brings, which no ladder is asked about, and which had ' +
      'none of this once.',
    optional: true,
  })
  facts?: DecisionFacts;
}

export class OrderRefusedV1 extends OrderTerms {
  @DecimalField({ description: 'How much; 0 where the money that was named buys nothing.' })
  override quantity!: string;
  @NestedField(() => RefusalReason, { description: 'Why it was refused.' })
  refusal!: RefusalReason;
  @NestedField(() => DecisionFacts, { description: 'What the ladder looked at.', optional: true })
  facts?: DecisionFacts;
}

export class OrderSubmittedV1 extends OrderReference {
  @TextField({ description: 'Our name for it at the broker.', lengthMax: 48 })
  brokerKey!: string;
  @CountField({ description: 'Which try this is, from 1.', min: 1, max: 1_000 })
  attempt!: number;
  @WordField(ORDER_TYPES, { description: 'The type under which the broker gets it.', optional: true })
  type?: OrderType;
  @DecimalField({ description: 'The quantity that the broker gets.', positive: true, optional: true })
  quantity?: string;
  @DecimalField({
    description: 'The price that bounds it at the broker, where one does.',
    positive: true,
    optional: true,
  })
  limitPrice?: string;
}

export class OrderBecameUnknownV1 extends OrderReference {
  @TextField({ description: 'What left the broker’s answer unknown.', lengthMax: 200 })
  reason!: string;
}

export class OrderOpenedV1 extends OrderReference {
  @TextField({ description: 'The broker’s id of the order.', lengthMax: 128 })
  venueOrderId!: string;
}

/**
 * One execution. Amounts are cumulative over the order before and after it, exact and unrounded, so that a reader can
 * post round(after) − round(before) in any order of arrival.
 */
export class OrderExecutedV1 extends OrderReference {
  @TextField({ description: 'The broker’s id of the execution.', lengthMax: 128 })
  executionId!: string;
  @CountField({ description: 'Its number within the order, from 1.', min: 1, max: 1_000_000 })
  executionNumber!: number;
  @IdField(TRADE_ID_PATTERN, { description: 'The trade.' })
  tradeId!: string;
  @TextField({ description: 'What was traded.', lengthMax: 17 })
  symbol!: string;
  @WordField(ORDER_SIDES, { description: 'Buy or sell.' })
  side!: OrderSide;
  @WordField(ORDER_INTENTS, { description: 'Opens or closes a position.' })
  intent!: OrderIntent;
  @DecimalField({ description: 'Executed quantity.', positive: true })
  quantity!: string;
  @DecimalField({ description: 'Price of this execution.', positive: true })
  price!: string;
  @DecimalField({ description: 'Quantity of the whole order.', positive: true })
  orderQuantity!: string;
  @DecimalField({ description: 'Executed before this one.' })
  quantityBefore!: string;
  @DecimalField({ description: 'Executed with this one.' })
  quantityAfter!: string;
  @DecimalField({ description: 'Sum of quantity × price before this one.' })
  notionalBefore!: string;
  @DecimalField({ description: 'Sum of quantity × price with this one.' })
  notionalAfter!: string;
  @DecimalField({ description: 'Fees before this one.' })
  feeBefore!: string;
  @DecimalField({ description: 'Fees with this one.' })
  feeAfter!: string;
  @UnitsField({
    description: 'For an exit: cost of the part of the position that it closes, in units of `asset`; 0 for an entry.',
  })
  closedCostUnits!: string;
  @UnitsField({
    description: 'In a short trade: the collateral that an entry is to reserve, or that an exit sets free.',
    optional: true,
  })
  collateralUnits?: string;
  @UnitsField({
    description:
      'For an entry: its part of what is held for the order. It covers what is to be reserved and the fee of the execution, ' +
      'and the parts of all executions come to no more than what is held, in whatever order they are posted.',
    optional: true,
  })
  holdPartUnits?: string;
  @UnitsField({
    description:
      'For an exit of a short trade: what the part that it closes was sold for; `closedCostUnits` is 0 then.',
    optional: true,
  })
  closedProceedsUnits?: string;
  @TextField({ description: 'The asset of all amounts.', lengthMax: 12 })
  asset!: string;
  @FlagField({ description: 'Whether it fills the order, which ends with `executionNumber` executions.' })
  fillsOrder!: boolean;
  @InstantField({ description: 'When the broker says that it happened.' })
  executedAt!: string;
  @CountField({
    description: 'The replacement under whose terms it was executed; absent under those of the placement.',
    min: 1,
    max: REVISION_MAX,
    optional: true,
  })
  revision?: number;
}

export class OrderEndedV1 extends OrderReference {
  @WordField(ORDER_END_STATES, { description: 'How it ended.' })
  state!: OrderEndState;
  @WordField(ORDER_INTENTS, { description: 'Opens or closes a position; an exit has no hold.' })
  intent!: OrderIntent;
  @CountField({ description: 'How many executions it had; all of them are to be posted.', min: 0, max: 1_000_000 })
  executions!: number;
  @NestedField(() => RefusalReason, { description: 'Why, where capital or a control ended it.', optional: true })
  refusal?: RefusalReason;
  @TextField({ description: 'The broker’s reason, where it gave one.', lengthMax: 200, optional: true })
  venueReason?: string;
}

export class OrderCancelRequestedV1 extends OrderReference {
  @TextField({ description: 'Who asked.', lengthMax: 64 })
  requestedBy!: string;
}

export class BookOpenedV1 {
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile whose orders can be placed now.' })
  profileId!: string;
}

const orderEvent = <D extends object>(type: string, data: new () => D, meaning: string) =>
  declareEvent<D>('orders', type, data, meaning);

export const bookOpened = orderEvent(
  'book.opened.v1',
  BookOpenedV1,
  'Orders knows the profile; its orders can be placed.',
);
export const orderPlaced = orderEvent(
  'order.placed.v1',
  OrderPlacedV1,
  'The order passed the ladder and is durable; an entry asks for capital.',
);
export const orderRefused = orderEvent(
  'order.refused.v1',
  OrderRefusedV1,
  'The ladder said no; nothing was reserved or sent.',
);
export const orderSubmitted = orderEvent(
  'order.submitted.v1',
  OrderSubmittedV1,
  'Capital is held and the order is about to be sent to the broker.',
);
export const orderBecameUnknown = orderEvent(
  'order.became-unknown.v1',
  OrderBecameUnknownV1,
  'Whether the broker has the order is not known; it is looked up.',
);
export const orderOpened = orderEvent('order.opened.v1', OrderOpenedV1, 'The order rests at the broker.');
export const orderExecuted = orderEvent(
  'order.executed.v1',
  OrderExecutedV1,
  'The broker filled the order or a part of it.',
);
export const orderEnded = orderEvent('order.ended.v1', OrderEndedV1, 'The order ended other than by being filled.');
export const orderCancelRequested = orderEvent(
  'order.cancel-requested.v1',
  OrderCancelRequestedV1,
  'Somebody asked to cancel the order.',
);
