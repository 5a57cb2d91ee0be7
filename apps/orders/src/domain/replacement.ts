import { decimal, decimalText } from '@ballast/money';
import type { Decimal } from '@ballast/money';
import type { OrderReplaceRequestedV1, OrderReplacedV1, RefusalReason, TimeInForce } from '@ballast/contracts/orders';
import { conditionTexts, conditionsOf } from './conditions.js';
import type { Conditions } from './conditions.js';
import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';

/** What of an order can be different once it is live. */
export interface LiveTerms {
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | undefined;
  /** The price at which the broker may fill at worst. */
  readonly boundPrice: Decimal | undefined;
  /** Of a short sale: the capital that is held as collateral for each one. */
  readonly collateralPrice: Decimal | undefined;
  readonly timeInForce: TimeInForce;
  readonly conditions: Conditions;
}

/** Other terms that were asked for and that the order does not have yet. */
export interface Replacement {
  /** Which replacement at the broker it is, from 1; it is part of the broker key. */
  readonly revision: number;
  readonly terms: LiveTerms;
  /** What must be held before the broker is asked, in whole units of USD; `undefined` where it costs no more. */
  readonly holdUnits: bigint | undefined;
  /** ISO 8601. */
  readonly requestedAt: string;
  /** When the broker was asked, ISO 8601; until then it waits for its capital, or for its message. */
  readonly submittedAt: string | undefined;
}

/** What an order knows of its replacements. */
export interface Replaced {
  /** The replacement whose terms it has; 0 for those of its placement. */
  readonly revision: number;
  /** Replacements that were asked for; the next one is one more. */
  readonly replacements: number;
  /** Executed under the names that it had at the broker before this one. */
  readonly filledEarlier: Decimal;
  readonly replacement: Replacement | undefined;
  /** Why the last replacement was refused or rejected, until another one is asked for. */
  readonly replaceRefusal: RefusalReason | undefined;
  readonly replaceVenueReason: string | undefined;
}

type ReplaceEvent = Extract<
  OrderEvent,
  { fact: 'replace-requested' | 'replace-submitted' | 'replaced' | 'replace-rejected' }
>;

/** What an event of a replacement changes of its order; `at` is ISO 8601. */
export function replacementChanges(order: Order, event: ReplaceEvent, at: string): Partial<Order> {
  switch (event.fact) {
    case 'replace-requested':
      return { ...NO_REFUSAL, replacements: event.data.revision, replacement: replacementOf(event.data, at) };
    case 'replace-submitted':
      return { replacement: order.replacement && { ...order.replacement, submittedAt: at } };
    case 'replaced':
      return {
        ...NO_REFUSAL,
        ...termsIn(event.data),
        revision: event.data.revision,
        filledEarlier: decimal(event.data.filledEarlier),
        replacement: undefined,
        ...(event.data.venueOrderId === undefined ? {} : { venueOrderId: event.data.venueOrderId }),
      };
    case 'replace-rejected': {
      const { refusal, venueReason } = event.data;
      return { replacement: undefined, replaceRefusal: refusal, replaceVenueReason: venueReason };
    }
  }
}

const NO_REFUSAL = { replaceRefusal: undefined, replaceVenueReason: undefined } as const;

function replacementOf(data: OrderReplaceRequestedV1, at: string): Replacement {
  const holdUnits = data.holdUnits === undefined ? undefined : BigInt(data.holdUnits);
  return { revision: data.revision, terms: termsIn(data), holdUnits, requestedAt: at, submittedAt: undefined };
}

function termsIn(data: OrderReplaceRequestedV1 | OrderReplacedV1): LiveTerms {
  return {
    quantity: decimal(data.quantity),
    limitPrice: data.limitPrice === undefined ? undefined : decimal(data.limitPrice),
    boundPrice: data.boundPrice === undefined ? undefined : decimal(data.boundPrice),
    collateralPrice: data.collateralPrice === undefined ? undefined : decimal(data.collateralPrice),
    timeInForce: data.timeInForce,
    conditions: conditionsOf(data),
  };
}

/** The terms as events carry them, with what every event of the order repeats. */
export function termTexts(order: Order, terms: LiveTerms) {
  const { quantity, limitPrice, boundPrice, collateralPrice, timeInForce, conditions } = terms;
  return {
    orderId: order.id,
    profileId: order.profileId,
    intent: order.intent,
    timeInForce,
    quantity: decimalText(quantity),
    ...(limitPrice === undefined ? {} : { limitPrice: decimalText(limitPrice) }),
    ...(boundPrice === undefined ? {} : { boundPrice: decimalText(boundPrice) }),
    ...(collateralPrice === undefined ? {} : { collateralPrice: decimalText(collateralPrice) }),
    ...conditionTexts(conditions),
    executions: order.executions,
  };
}

/** What each one of an entry takes of what is held: the collateral of a short sale, or its worst price. */
export function heldPrice({
  collateralPrice,
  boundPrice,
}: Pick<LiveTerms, 'collateralPrice' | 'boundPrice'>): Decimal | undefined {
  return collateralPrice ?? boundPrice;
}

/** Whether the terms make of the order more than it is: an entry that may cost more, an exit that closes more. */
export function enlarges(order: Order, terms: LiveTerms): boolean {
  if (terms.quantity.gt(order.quantity)) return true;
  const [before, after] = [heldPrice(order), heldPrice(terms)];
  if (order.intent === 'exit' || after === undefined) return false;
  return before === undefined || after.gt(before);
}
