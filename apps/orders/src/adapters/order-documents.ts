import { Decimal, decimal, decimalText } from '@ballast/money';
import { PRODUCT_ID, tradeOfEntry } from '@ballast/contracts';
import type {
  CoveredFill,
  OrderConditions as ConditionTexts,
  OrderIntent,
  OrderSide,
  OrderState,
  OrderType,
  RefusalReason,
  TimeInForce,
} from '@ballast/contracts/orders';
import type { BookDocument } from './book-documents.js';
import { conditionTexts, conditionsOf } from '../domain/conditions.js';
import type { Conditions } from '../domain/conditions.js';
import type { Order } from '../domain/order.js';
import { replacedDocument, replacedOf } from './replacement-documents.js';
import type { ReplacedDocument } from './replacement-documents.js';

/** The key fields of every row of a profile. */
export interface ProfileKey {
  readonly productId: string;
  readonly profileId: string;
}

/** The key fields of a profile's partition in `trade_orders`. */
export function profileKey(profileId: string): ProfileKey {
  return { productId: PRODUCT_ID, profileId };
}

/** What an order in its book is when the book does not say otherwise: most live orders are entries that have not begun. */
const UNLESS_SAID = {
  side: 'buy' as const,
  timeInForce: 'day' as const,
  intent: 'entry' as const,
  pendingCancel: false,
  attempts: 0,
  filledQuantity: '0',
  notional: '0',
  fees: '0',
  executions: 0,
  version: 1,
};
type OftenUnsaid = keyof typeof UNLESS_SAID | 'tradeId' | 'updatedAt';

/**
 * An order inside its book, without what the book or `UNLESS_SAID` says. An entry without a trade id is of the open trade
 * of its symbol or, where there is none, of the one that it opens; no time of a change means none since it was placed.
 */
export type LiveOrderDocument = Omit<OrderDocument, keyof ProfileKey | 'id' | 'kind' | 'ownerId' | OftenUnsaid> &
  Partial<Pick<OrderDocument, OftenUnsaid>>;

/** An order that has ended, as stored. */
export interface OrderDocument extends ProfileKey, ReplacedDocument, Omit<ConditionTexts, 'notional'> {
  readonly id: string;
  readonly kind: 'order';
  readonly ownerId: string;
  readonly clientOrderId?: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly intent: OrderIntent;
  readonly tradeId: string;
  readonly quantity: string;
  readonly limitPrice?: string;
  /** Of an entry without a limit; a limit order is bound by its limit. */
  readonly boundPrice?: string;
  readonly collateralPrice?: string;
  /** Left out where it is 0. */
  readonly placedEpoch?: number;
  readonly covers?: CoveredFill;
  /** The money that was named in place of a quantity; `notional` is what was executed. */
  readonly notionalAsked?: string;
  readonly state: OrderState;
  readonly pendingCancel: boolean;
  readonly isOversized?: true;
  readonly venueOrderId?: string;
  readonly triggeredAt?: string;
  readonly attempts: number;
  /** Of an order that was sent since names at the broker are short. */
  readonly shortName?: true;
  readonly submittedAt?: string;
  readonly filledQuantity: string;
  /** Left out where it is 0. */
  readonly reversedQuantity?: string;
  readonly notional: string;
  readonly fees: string;
  readonly executions: number;
  readonly refusal?: RefusalReason;
  readonly venueReason?: string;
  readonly version: number;
  readonly correlationId: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The field, or nothing where there is no value. */
export const optional = <K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> =>
  value === undefined ? {} : ({ [key]: value } as Record<K, V>);
/** The decimal as text, or nothing where there is none. */
export const optionalText = <K extends string>(key: K, value: Decimal | undefined): Partial<Record<K, string>> =>
  optional(key, value === undefined ? undefined : decimalText(value));
const optionalDecimal = (text: string | undefined): Decimal | undefined =>
  text === undefined ? undefined : decimal(text);

/** The order as it is stored in a row of its own. */
export function orderDocument(order: Order): OrderDocument {
  return {
    id: order.id,
    kind: 'order',
    ...profileKey(order.profileId),
    ownerId: order.ownerId,
    ...optional('clientOrderId', order.clientOrderId),
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    intent: order.intent,
    tradeId: order.tradeId,
    quantity: decimalText(order.quantity),
    ...optionalText('limitPrice', order.limitPrice),
    ...(order.limitPrice === undefined ? optionalText('boundPrice', order.boundPrice) : {}),
    ...optionalText('collateralPrice', order.collateralPrice),
    ...(order.placedEpoch > 0 && { placedEpoch: order.placedEpoch }),
    ...optional('covers', order.covers),
    ...storedConditions(order.conditions),
    state: order.state,
    pendingCancel: order.pendingCancel,
    ...(order.isOversized && { isOversized: true }),
    ...optional('venueOrderId', order.venueOrderId),
    ...optional('triggeredAt', order.triggeredAt),
    attempts: order.attempts,
    ...(order.attempts > 0 && !order.hasLongName && { shortName: true as const }),
    ...optional('submittedAt', order.submittedAt),
    filledQuantity: decimalText(order.filledQuantity),
    ...(!order.reversedQuantity.isZero() && { reversedQuantity: decimalText(order.reversedQuantity) }),
    notional: decimalText(order.notional),
    fees: decimalText(order.fees),
    executions: order.executions,
    ...optional('refusal', order.refusal),
    ...optional('venueReason', order.venueReason),
    ...replacedDocument(order),
    version: order.version,
    correlationId: order.correlationId,
    createdAt: order.createdAt,
    updatedAt: order.updatedAt,
  };
}

function storedConditions(conditions: Conditions): Omit<ConditionTexts, 'notional'> {
  const { notional, ...others } = conditionTexts(conditions);
  return { ...others, ...optional('notionalAsked', notional) };
}

/** The order as it stands in its book: a book is written with every event, so it says nothing twice. */
export function liveOrderDocument(order: Order, trades: BookDocument['trades']): LiveOrderDocument {
  const {
    id,
    kind: _kind,
    productId: _productId,
    profileId: _profileId,
    ownerId: _ownerId,
    tradeId,
    updatedAt,
    ...rest
  } = orderDocument(order);
  const said = Object.entries(rest).filter(
    ([field, value]) => (UNLESS_SAID as Record<string, unknown>)[field] !== value,
  );
  return {
    ...(Object.fromEntries(said) as LiveOrderDocument),
    ...(updatedAt === order.createdAt ? {} : { updatedAt }),
    ...(order.intent === 'entry' && tradeId === tradeIdUnlessSaid(trades, order.symbol, id) ? {} : { tradeId }),
  };
}

/** Of an entry only: its trade is open as long as it is live, while an exit may outlive its trade by a moment. */
function tradeIdUnlessSaid(trades: BookDocument['trades'], symbol: string, orderId: string): string {
  const open = Object.hasOwn(trades, symbol) ? trades[symbol] : undefined;
  return open?.tradeId ?? tradeOfEntry(orderId);
}

/** A live order with all that its book leaves unsaid, except its trade. */
export function saidInFull(
  document: LiveOrderDocument,
): Omit<OrderDocument, keyof ProfileKey | 'id' | 'kind' | 'ownerId' | 'tradeId'> {
  return { ...UNLESS_SAID, updatedAt: document.createdAt, ...document };
}

/** A live order of a book as the domain sees it; `undefined` when the book has none with this id. */
export function liveOrderOf(book: BookDocument, orderId: string): Order | undefined {
  const document = Object.hasOwn(book.live, orderId) ? book.live[orderId] : undefined;
  if (document === undefined) return undefined;
  const { ownerId, productId, profileId } = book;
  const tradeId = document.tradeId ?? tradeIdUnlessSaid(book.trades, document.symbol, orderId);
  return orderOf({ id: orderId, kind: 'order', productId, profileId, ownerId, ...saidInFull(document), tradeId });
}

/** Whether the order was sent under a name of the longer kind. */
export function isLongNamed({ attempts, shortName }: Pick<OrderDocument, 'attempts' | 'shortName'>): boolean {
  return attempts > 0 && shortName !== true;
}

/** The order as the domain sees it. */
export function orderOf(document: OrderDocument): Order {
  return {
    id: document.id,
    profileId: document.profileId,
    ownerId: document.ownerId,
    clientOrderId: document.clientOrderId,
    symbol: document.symbol,
    side: document.side,
    type: document.type,
    timeInForce: document.timeInForce,
    intent: document.intent,
    tradeId: document.tradeId,
    quantity: decimal(document.quantity),
    limitPrice: optionalDecimal(document.limitPrice),
    boundPrice: optionalDecimal(document.boundPrice ?? document.limitPrice),
    collateralPrice: optionalDecimal(document.collateralPrice),
    placedEpoch: document.placedEpoch ?? 0,
    covers: document.covers,
    conditions: conditionsOf({ ...document, notional: document.notionalAsked }),
    state: document.state,
    pendingCancel: document.pendingCancel,
    isOversized: document.isOversized === true,
    venueOrderId: document.venueOrderId,
    triggeredAt: document.triggeredAt,
    attempts: document.attempts,
    hasLongName: isLongNamed(document),
    submittedAt: document.submittedAt,
    filledQuantity: decimal(document.filledQuantity),
    reversedQuantity: decimal(document.reversedQuantity ?? '0'),
    notional: decimal(document.notional),
    fees: decimal(document.fees),
    executions: document.executions,
    refusal: document.refusal,
    venueReason: document.venueReason,
    ...replacedOf(document),
    version: document.version,
    correlationId: document.correlationId,
    createdAt: document.createdAt,
    updatedAt: document.updatedAt,
  };
}
