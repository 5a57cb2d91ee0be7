import { Decimal, decimal } from '@ballast/money';
import type {
  CoveredFill,
  OrderIntent,
  OrderSide,
  OrderState,
  OrderType,
  RefusalReason,
  TimeInForce,
} from '@ballast/contracts/orders';
import { isLongBrokerKey } from '@ballast/contracts';
import { ASKED_BY_SIZE } from '@ballast/contracts/orders';
import { conditionsOf } from './conditions.js';
import type { Conditions } from './conditions.js';
import type { OrderEvent } from './order-event.js';
import { nextState } from './order-transitions.js';
import { replacementChanges } from './replacement.js';
import type { Replaced } from './replacement.js';

/** One order as this service knows it. Quantities, prices and amounts are exact; `fees` and `notional` are in USD. */
export interface Order extends Replaced {
  readonly id: string;
  readonly profileId: string;
  readonly ownerId: string;
  readonly clientOrderId: string | undefined;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly intent: OrderIntent;
  readonly tradeId: string;
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | undefined;
  readonly conditions: Conditions;
  /** The price at which the broker may fill at worst: the limit, or the collar of an entry that has none. */
  readonly boundPrice: Decimal | undefined;
  /** Of a short sale: the capital that is held as collateral for each one that is sold, in USD. */
  readonly collateralPrice: Decimal | undefined;
  /** Epoch of the kill switch under which it was placed; 0 before the first change, and for orders of before this was kept. */
  readonly placedEpoch: number;
  /** Of an exit that comes with its entry. */
  readonly covers: CoveredFill | undefined;
  readonly state: OrderState;
  readonly pendingCancel: boolean;
  /** Of an exit: whether the cancel is ours, because it is larger than what is held, so that it is placed again smaller. */
  readonly isOversized: boolean;
  readonly venueOrderId: string | undefined;
  /** When the market set it off, ISO 8601; of an order that waits here. */
  readonly triggeredAt: string | undefined;
  /** How often it was handed to the broker under its one broker key. */
  readonly attempts: number;
  /** Whether its names at the broker are of the longer kind, which no new order gets. */
  readonly hasLongName: boolean;
  /** When it was last handed to the broker, ISO 8601. */
  readonly submittedAt: string | undefined;
  readonly filledQuantity: Decimal;
  /** Of an exit: what the broker executed of it beyond what was held, which closed nothing. */
  readonly reversedQuantity: Decimal;
  readonly notional: Decimal;
  readonly fees: Decimal;
  readonly executions: number;
  readonly refusal: RefusalReason | undefined;
  readonly venueReason: string | undefined;
  /** Number of events of this order so far; the next event's version is one more. */
  readonly version: number;
  readonly correlationId: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

const END_STATES: readonly OrderState[] = ['filled', 'rejected', 'cancelled', 'expired'];

/** Whether the order is at its end; only late executions may still arrive. */
export function hasEnded(order: Order): boolean {
  return END_STATES.includes(order.state);
}

/** Whether the end that the order was given has come. */
export function hasExpired({ conditions: { expiresAt } }: Order, nowMs: number): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= nowMs;
}

/** What the broker has executed of the order. */
export function executedQuantity({ filledQuantity, reversedQuantity }: Order): Decimal {
  return filledQuantity.plus(reversedQuantity);
}

/** What of the order is not executed. */
export function remainingQuantity(order: Order): Decimal {
  return order.quantity.minus(executedQuantity(order));
}

/** What the placement of an order knows beside its terms. */
export interface Provenance {
  readonly ownerId: string;
  readonly correlationId: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/**
 * The order after one more event; an event that the transition table does not allow in its state throws
 * `IllegalTransition`.
 */
export function evolve(order: Order | undefined, event: OrderEvent, provenance: Provenance): Order {
  if (event.fact === 'placed') return placed(order, event, provenance);
  const state = nextState(order, event);
  if (order === undefined)
    throw new Error('unreachable: the table allows only placement for an order that is not there');
  const published = event.fact === 'capital-held' ? 0 : 1;
  return {
    ...order,
    ...changes(order, event, provenance.at),
    state,
    version: order.version + published,
    updatedAt: provenance.at,
  };
}

function placed(order: Order | undefined, event: OrderEvent & { fact: 'placed' }, provenance: Provenance): Order {
  const { data } = event;
  return {
    id: data.orderId,
    profileId: data.profileId,
    ownerId: provenance.ownerId,
    clientOrderId: data.clientOrderId,
    symbol: data.symbol,
    side: data.side,
    type: data.type,
    timeInForce: data.timeInForce,
    intent: data.intent,
    tradeId: data.tradeId,
    quantity: decimal(data.quantity),
    limitPrice: data.limitPrice === undefined ? undefined : decimal(data.limitPrice),
    conditions: conditionsOf(data),
    boundPrice: data.boundPrice === undefined ? undefined : decimal(data.boundPrice),
    collateralPrice: data.collateralPrice === undefined ? undefined : decimal(data.collateralPrice),
    placedEpoch: data.facts?.controlsEpoch ?? 0,
    covers: data.covers,
    state: nextState(order, event),
    pendingCancel: false,
    isOversized: false,
    venueOrderId: undefined,
    triggeredAt: undefined,
    attempts: 0,
    hasLongName: false,
    submittedAt: undefined,
    filledQuantity: new Decimal(0),
    reversedQuantity: new Decimal(0),
    notional: new Decimal(0),
    fees: new Decimal(0),
    executions: 0,
    refusal: undefined,
    venueReason: undefined,
    ...NEVER_REPLACED,
    version: 1,
    correlationId: provenance.correlationId,
    createdAt: provenance.at,
    updatedAt: provenance.at,
  };
}

/** Of an order that has the terms of its placement. */
const NEVER_REPLACED: Replaced = {
  revision: 0,
  replacements: 0,
  filledEarlier: new Decimal(0),
  replacement: undefined,
  replaceRefusal: undefined,
  replaceVenueReason: undefined,
};

function changes(order: Order, event: Exclude<OrderEvent, { fact: 'placed' }>, at: string): Partial<Order> {
  switch (event.fact) {
    case 'capital-held':
    case 'became-unknown':
    case 'exits-due':
    case 'exits-abandoned':
    case 'exits-oversized':
      return {};
    case 'triggered':
      return { triggeredAt: at };
    case 'submitted':
      return {
        attempts: event.data.attempt,
        submittedAt: at,
        hasLongName: isLongBrokerKey(event.data.brokerKey),
      };
    case 'opened':
      return { venueOrderId: event.data.venueOrderId };
    case 'executed':
      return {
        filledQuantity: decimal(event.data.quantityAfter),
        notional: decimal(event.data.notionalAfter),
        fees: decimal(event.data.feeAfter),
        executions: event.data.executionNumber,
        ...(event.data.fillsOrder ? { pendingCancel: false } : {}),
      };
    case 'position-reversed':
      return {
        reversedQuantity: decimal(event.data.reversedAfter),
        ...(event.data.fillsOrder ? { pendingCancel: false } : {}),
      };
    case 'ended':
      return { pendingCancel: false, refusal: event.data.refusal, venueReason: event.data.venueReason };
    case 'cancel-requested':
      return { pendingCancel: true, isOversized: event.data.requestedBy === ASKED_BY_SIZE };
    default:
      return replacementChanges(order, event, at);
  }
}
