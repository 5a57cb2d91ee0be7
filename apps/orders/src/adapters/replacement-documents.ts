import { Decimal, decimal, decimalText } from '@ballast/money';
import type { OrderConditions as ConditionTexts, RefusalReason, TimeInForce } from '@ballast/contracts/orders';
import { conditionTexts, conditionsOf } from '../domain/conditions.js';
import type { Order } from '../domain/order.js';
import type { Replaced, Replacement } from '../domain/replacement.js';

/** What is stored of an order's replacements; of one that never had any, nothing. */
export interface ReplacedDocument {
  readonly revision?: number;
  readonly replacements?: number;
  readonly filledEarlier?: string;
  readonly replacement?: ReplacementDocument;
  readonly replaceRefusal?: RefusalReason;
  readonly replaceVenueReason?: string;
}

/** Terms that an order does not have yet, as stored. */
export interface ReplacementDocument extends ConditionTexts {
  readonly revision: number;
  readonly quantity: string;
  readonly limitPrice?: string;
  readonly boundPrice?: string;
  readonly collateralPrice?: string;
  readonly timeInForce: TimeInForce;
  readonly holdUnits?: string;
  readonly requestedAt: string;
  readonly submittedAt?: string;
}

/** What is stored of the order's replacements. */
export function replacedDocument(order: Order): ReplacedDocument {
  const { revision, replacements, filledEarlier, replacement, replaceRefusal, replaceVenueReason } = order;
  return {
    ...(revision > 0 && { revision }),
    ...(replacements > 0 && { replacements }),
    ...(!filledEarlier.isZero() && { filledEarlier: decimalText(filledEarlier) }),
    ...(replacement !== undefined && { replacement: replacementDocument(replacement) }),
    ...(replaceRefusal !== undefined && { replaceRefusal }),
    ...(replaceVenueReason !== undefined && { replaceVenueReason }),
  };
}

/** The replacements of an order as the domain sees them. */
export function replacedOf(document: ReplacedDocument): Replaced {
  const { revision = 0, replacements = 0, filledEarlier, replacement } = document;
  return {
    revision,
    replacements,
    filledEarlier: filledEarlier === undefined ? NOTHING : decimal(filledEarlier),
    replacement: replacement && replacementOf(replacement),
    replaceRefusal: document.replaceRefusal,
    replaceVenueReason: document.replaceVenueReason,
  };
}

const NOTHING = new Decimal(0);

function replacementDocument({
  revision,
  terms,
  holdUnits,
  requestedAt,
  submittedAt,
}: Replacement): ReplacementDocument {
  const { quantity, limitPrice, boundPrice, collateralPrice, timeInForce, conditions } = terms;
  return {
    revision,
    quantity: decimalText(quantity),
    ...(limitPrice !== undefined && { limitPrice: decimalText(limitPrice) }),
    ...(boundPrice !== undefined && { boundPrice: decimalText(boundPrice) }),
    ...(collateralPrice !== undefined && { collateralPrice: decimalText(collateralPrice) }),
    timeInForce,
    ...conditionTexts(conditions),
    ...(holdUnits !== undefined && { holdUnits: holdUnits.toString() }),
    requestedAt,
    ...(submittedAt !== undefined && { submittedAt }),
  };
}

function replacementOf(document: ReplacementDocument): Replacement {
  const { revision, quantity, limitPrice, boundPrice, timeInForce, holdUnits, requestedAt, submittedAt } = document;
  return {
    revision,
    terms: {
      quantity: decimal(quantity),
      limitPrice: limitPrice === undefined ? undefined : decimal(limitPrice),
      boundPrice: boundPrice === undefined ? undefined : decimal(boundPrice),
      collateralPrice: document.collateralPrice === undefined ? undefined : decimal(document.collateralPrice),
      timeInForce,
      conditions: conditionsOf(document),
    },
    holdUnits: holdUnits === undefined ? undefined : BigInt(holdUnits),
    requestedAt,
    submittedAt,
  };
}
