import { declareEvent } from './event.js';
import { CountField, DecimalField, IdField, NestedField, TextField, UnitsField, WordField } from './fields.js';
import { ORDER_ID_PATTERN, PROFILE_ID_PATTERN, REVISION_MAX } from './ids.js';
import { ORDER_INTENTS, OrderConditions, OrderReference, RefusalReason, TIMES_IN_FORCE } from './order-terms.js';
import type { OrderIntent, TimeInForce } from './order-terms.js';

/** The terms that an order is to have, or has, after it was replaced; what it has none of is left out. */
export class ReplacedTerms extends OrderConditions {
  @IdField(ORDER_ID_PATTERN, { description: 'The order.' })
  orderId!: string;
  @IdField(PROFILE_ID_PATTERN, { description: 'Its profile.' })
  profileId!: string;
  @CountField({ description: 'Which replacement at the broker it is, from 1.', min: 0, max: REVISION_MAX })
  revision!: number;
  @WordField(ORDER_INTENTS, { description: 'Opens or closes a position; an exit has no hold.' })
  intent!: OrderIntent;
  @WordField(TIMES_IN_FORCE, { description: 'How long it stands.' })
  timeInForce!: TimeInForce;
  @DecimalField({ description: 'How much in all, what is filled included.', positive: true })
  quantity!: string;
  @DecimalField({ description: 'The worst price the caller accepts.', positive: true, optional: true })
  limitPrice?: string;
  @DecimalField({
    description: 'The price at which it is bounded at the broker: the limit, or the collar of a market buy.',
    positive: true,
    optional: true,
  })
  boundPrice?: string;
  @DecimalField({
    description: 'Of a short sale: the capital that is held as collateral for each one.',
    positive: true,
    optional: true,
  })
  collateralPrice?: string;
  @CountField({ description: 'How many executions it has so far.', min: 0, max: 1_000_000 })
  executions!: number;
}

export class OrderReplaceRequestedV1 extends ReplacedTerms {
  @TextField({ description: 'Who asked.', lengthMax: 64 })
  requestedBy!: string;
  @UnitsField({
    description:
      'Capital that must be held for what is left of it before the broker is asked, whatever fills meanwhile, in units ' +
      'of `asset`; absent where it costs no more than before.',
    optional: true,
  })
  holdUnits?: string;
  @TextField({ description: 'The asset of the hold.', lengthMax: 12 })
  asset!: string;
}

export class OrderReplaceSubmittedV1 extends OrderReference {
  @CountField({ description: 'Which replacement it is.', min: 1, max: REVISION_MAX })
  revision!: number;
  @TextField({ description: 'Our name at the broker for the order that takes the place.', lengthMax: 48 })
  brokerKey!: string;
}

export class OrderReplacedV1 extends ReplacedTerms {
  @TextField({
    description:
      'The broker’s id of the order now; absent where the broker was not asked, as for prices of later exits.',
    lengthMax: 128,
    optional: true,
  })
  venueOrderId?: string;
  @DecimalField({ description: 'Executed so far.' })
  filledQuantity!: string;
  @DecimalField({ description: 'Executed under the names that it had at the broker before.' })
  filledEarlier!: string;
  @UnitsField({
    description:
      'Capital that what is left of it needs from now on, in units of `asset`; absent where the broker was not asked.',
    optional: true,
  })
  holdUnits?: string;
  @TextField({ description: 'The asset of the hold.', lengthMax: 12 })
  asset!: string;
}

export class OrderReplaceRejectedV1 extends OrderReference {
  @WordField(ORDER_INTENTS, { description: 'Opens or closes a position; an exit has no hold.' })
  intent!: OrderIntent;
  @CountField({
    description: 'Which replacement it was; absent where it was refused before it became one.',
    min: 1,
    max: REVISION_MAX,
    optional: true,
  })
  revision?: number;
  @UnitsField({
    description: 'Capital that was asked for; what was held for it beyond the order’s own hold is to be set free.',
    optional: true,
  })
  holdUnits?: string;
  @NestedField(() => RefusalReason, {
    description: 'Why, where the ladder, capital or a control said no.',
    optional: true,
  })
  refusal?: RefusalReason;
  @TextField({ description: 'The broker’s reason, where it said no.', lengthMax: 200, optional: true })
  venueReason?: string;
}

const replaceEvent = <D extends object>(type: string, data: new () => D, meaning: string) =>
  declareEvent<D>('orders', type, data, meaning);

export const orderReplaceRequested = replaceEvent(
  'order.replace-requested.v1',
  OrderReplaceRequestedV1,
  'Other terms were asked for and passed the ladder; where they cost more, capital is asked for.',
);
export const orderReplaceSubmitted = replaceEvent(
  'order.replace-submitted.v1',
  OrderReplaceSubmittedV1,
  'The broker is about to be asked to put the order with the other terms in its place.',
);
export const orderReplaced = replaceEvent(
  'order.replaced.v1',
  OrderReplacedV1,
  'The order has the other terms; later executions are under these.',
);
export const orderReplaceRejected = replaceEvent(
  'order.replace-rejected.v1',
  OrderReplaceRejectedV1,
  'The order stays as it was; what was held for the other terms is set free.',
);
