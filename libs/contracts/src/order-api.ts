import { PROFILE_ID_PATTERN, TRADE_ID_PATTERN } from './ids.js';
import {
  CountField,
  DecimalField,
  FlagField,
  IdField,
  InstantField,
  ListField,
  NestedField,
  TextField,
  WordField,
} from './fields.js';
import {
  CLIENT_ORDER_ID_PATTERN,
  ORDER_INTENTS,
  ORDER_SIDES,
  ORDER_STATES,
  ORDER_TYPES,
  OrderConditions,
  OrderTerms,
  RefusalReason,
  SYMBOL_PATTERN,
  TIMES_IN_FORCE,
} from './order-terms.js';
import type { OrderIntent, OrderSide, OrderState, OrderType, TimeInForce } from './order-terms.js';

export class PlaceOrderRequest extends OrderConditions {
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile that trades.', example: 'prf_01k9z3v5t8m2c4d6e8f0g2h4j6' })
  profileId!: string;
  @TextField({
    description: 'Your own name for the order, unique for ever in the profile.',
    lengthMax: 64,
    pattern: CLIENT_ORDER_ID_PATTERN,
    optional: true,
    example: 'run-7-buy-1',
  })
  clientOrderId?: string;
  @TextField({ description: 'What to trade.', lengthMax: 17, pattern: SYMBOL_PATTERN, example: 'AAPL' })
  symbol!: string;
  @WordField(ORDER_SIDES, { description: 'Buy or sell.', example: 'buy' })
  side!: OrderSide;
  @WordField(ORDER_TYPES, { description: 'What sets it off and at which price.', example: 'limit' })
  type!: OrderType;
  @WordField(TIMES_IN_FORCE, { description: 'How long it stands; `day` by default.', optional: true, example: 'day' })
  timeInForce?: TimeInForce;
  @WordField(ORDER_INTENTS, {
    description: 'Opens or closes a position; by default a buy opens and a sale closes.',
    optional: true,
    example: 'entry',
  })
  intent?: OrderIntent;
  @IdField(TRADE_ID_PATTERN, {
    description: 'For an exit: the trade to close; may be left out, since a profile has one open trade in a symbol.',
    optional: true,
  })
  tradeId?: string;
  @DecimalField({
    description: 'How much, as a decimal string; this or `notional` is required.',
    positive: true,
    optional: true,
    example: '10',
  })
  quantity?: string;
  @DecimalField({
    description: 'The worst price you accept; required for a limit and a stop-limit order, not allowed for others.',
    positive: true,
    optional: true,
    example: '100.00',
  })
  limitPrice?: string;
}

export class OrderView extends OrderTerms {
  @IdField(TRADE_ID_PATTERN, { description: 'The trade it opens or belongs to.' })
  tradeId!: string;
  @WordField(ORDER_STATES, { description: 'Where it stands.' })
  state!: OrderState;
  @FlagField({ description: 'Whether a cancel was asked for and is not answered yet.' })
  pendingCancel!: boolean;
  @FlagField({ description: 'Whether other terms were asked for and it is not known yet whether it has them.' })
  pendingReplace!: boolean;
  @NestedField(() => RefusalReason, {
    description: 'Why the last request for other terms was refused; the order stayed as it was.',
    optional: true,
  })
  replaceRefusal?: RefusalReason;
  @TextField({
    description: 'Why the broker did not take the last request for other terms; the order stayed as it was.',
    lengthMax: 200,
    optional: true,
  })
  replaceVenueReason?: string;
  @DecimalField({ description: 'Executed so far.' })
  filledQuantity!: string;
  @DecimalField({
    description: 'Executed of an exit beyond what was held, so that it closed nothing; absent: nothing.',
    optional: true,
  })
  reversedQuantity?: string;
  @DecimalField({ description: 'Average price of what was executed.', optional: true })
  averagePrice?: string;
  @DecimalField({ description: 'Fees so far.' })
  fees!: string;
  @CountField({ description: 'How many executions it has.', min: 0, max: 1_000_000 })
  executions!: number;
  @NestedField(() => RefusalReason, {
    description: 'Why it was rejected, where capital or a control did it.',
    optional: true,
  })
  refusal?: RefusalReason;
  @TextField({ description: 'The broker’s reason, where it rejected the order.', lengthMax: 200, optional: true })
  venueReason?: string;
  @CountField({ description: 'Rises with every change of the order.', min: 1, max: 1_000_000 })
  version!: number;
  @InstantField({ description: 'When it was placed.' })
  createdAt!: string;
  @InstantField({ description: 'When it last changed.' })
  updatedAt!: string;
}

export class OrderPage {
  @ListField(() => OrderView, { description: 'Newest first.', itemsMax: 500 })
  items!: OrderView[];
  @TextField({
    description: 'Pass as `cursor` to get the next page; absent on the last.',
    lengthMax: 8192,
    optional: true,
  })
  nextCursor?: string;
}
