import { isDeepStrictEqual } from 'node:util';
import { CAPITAL_ASSET, Decimal, decimalText } from '@ballast/money';
import { KEYED_REVISION_MAX } from '@ballast/contracts';
import type { Refusal } from '@ballast/contracts';
import { conditionTexts } from './conditions.js';
import { refusalOfControls } from './controls.js';
import { tradeOf } from './book.js';
import { OFFER_RUNGS } from './offer-rungs.js';
import { remainingQuantity } from './order.js';
import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';
import { withFirstStop } from './placement.js';
import type { PlacementFacts, PlacementTerms, Rung } from './placement.js';
import { PRICE_RUNGS } from './price-rungs.js';
import { RISK_RUNGS } from './risk-rungs.js';
import { askedForBy, unitsWhileAsked } from './replacement-cost.js';
import { enlarges, termTexts } from './replacement.js';
import type { LiveTerms } from './replacement.js';
import { controlled, replaceRejected, replaced, replacedHere } from './replacing.js';
import { heldBy, needsPair, sentType } from './sending.js';
import { trailOf, waitsHere } from './waiting.js';
import { NOT_OFFERED, boundPrice, collateralPrice, isShortSale, worstNotional } from './worst-cost.js';

/** Everything that the decision on other terms needs beside the order. */
export interface ReplacementFacts extends PlacementFacts {
  /** Whether the broker puts another order in the place of one that is open. */
  readonly canReplace: boolean;
  readonly requestedBy: string;
}

/** What is asked for, with what stays; the bound, and the collateral of a short sale, are found from the market. */
export type WantedTerms = Omit<LiveTerms, 'boundPrice' | 'collateralPrice'>;

export type ReplacementDecision = {
  readonly outcome: 'requested' | 'refused';
  readonly refusal?: Refusal;
  readonly events: readonly OrderEvent[];
};

/**
 * Decides on other terms for an open order by the ladder of placements, as if the order were not there. What makes it no
 * larger is not measured against the risk limits. Terms that only we keep are taken at once.
 */
export function decideReplacement(order: Order, wanted: WantedTerms, facts: ReplacementFacts): ReplacementDecision {
  const asked = askedTerms(order, wanted, facts);
  const conditions = waitsHere(order) ? asked.conditions : wanted.conditions;
  const prices = {
    boundPrice: boundOf(order, asked, facts),
    collateralPrice: collateralOf(order, { asked, wanted }, facts),
  };
  const terms: LiveTerms = { ...wanted, conditions, ...prices };
  const refusal = climb({ order, asked, wanted, terms }, facts);
  if (refusal !== undefined) return { outcome: 'refused', refusal, events: [replaceRejected(order, { refusal })] };
  return { outcome: 'requested', events: eventsFor(order, terms, facts) };
}

/**
 * A stop that waits here and is to trail at another distance begins anew, from the market of now. One that was set off here is
 * what it was sent as: nothing sets it off any more, and without a limit of its own it stands at its bound.
 */
function askedTerms(order: Order, wanted: WantedTerms, facts: ReplacementFacts): PlacementTerms {
  const asked: PlacementTerms = { ...placementTermsOf(order), ...wanted };
  if (isSetOffHere(order)) {
    const {
      stopPrice: _past,
      trailPrice: _price,
      trailPercent: _percent,
      triggeredHere: _here,
      ...rest
    } = wanted.conditions;
    return { ...asked, type: sentType(order), limitPrice: wanted.limitPrice ?? order.boundPrice, conditions: rest };
  }
  return waitsHere(order) && trailOf(order) !== trailOf(wanted) ? withFirstStop(asked, facts) : asked;
}

function eventsFor(order: Order, terms: LiveTerms, facts: ReplacementFacts): readonly OrderEvent[] {
  if (waitsHere(order)) return requestedHere(order, terms, facts);
  return isForBroker(order, terms, facts) ? [requested(order, terms, facts)] : [replacedHere(order, terms)];
}

/** The broker has nothing of the order: it has the other terms at once, or when their capital is held. */
function requestedHere(order: Order, terms: LiveTerms, facts: ReplacementFacts): readonly OrderEvent[] {
  const request = requested(order, terms, facts);
  const { revision, holdUnits } = request.data;
  if (holdUnits !== undefined) return [request];
  return [request, replaced(order, { revision, terms }, { filledEarlier: ZERO, feeRate: facts.venue.feeRate })];
}

/** An order without a limit keeps the collar that it was placed with, unless it is set off elsewhere. */
function boundOf(order: Order, asked: PlacementTerms, facts: ReplacementFacts): Decimal | undefined {
  const isSetOffElsewhere = !isSetOffHere(order) && !isSame(order.conditions.stopPrice, asked.conditions.stopPrice);
  return asked.limitPrice === undefined && !isSetOffElsewhere ? order.boundPrice : boundPrice(asked, facts);
}

/** Of a short sale: as it was, unless it is to sell more, or at another price. */
function collateralOf(order: Order, { asked, wanted }: Wanted, facts: ReplacementFacts): Decimal | undefined {
  const isAsBefore =
    wanted.quantity.lte(order.quantity) &&
    isSame(order.limitPrice, wanted.limitPrice) &&
    SENT.every((name) => isSame(order.conditions[name], wanted.conditions[name]));
  return isAsBefore ? order.collateralPrice : collateralPrice(asked, facts);
}

function requested(
  order: Order,
  terms: LiveTerms,
  { venue, requestedBy }: ReplacementFacts,
): OrderEvent & { readonly fact: 'replace-requested' } {
  const costsMore = order.intent === 'entry' && enlarges(order, terms);
  return {
    fact: 'replace-requested',
    data: {
      ...termTexts(order, terms),
      revision: order.replacements + 1,
      requestedBy,
      ...(costsMore ? { holdUnits: unitsWhileAsked(order, terms, venue.feeRate).toString() } : {}),
      asset: CAPITAL_ASSET,
    },
  };
}

/** Whether something is different that the broker was told; of what waits here it was told nothing. */
function isForBroker(order: Order, terms: LiveTerms, { venue }: ReplacementFacts): boolean {
  if (waitsHere(order)) return false;
  const [before, after] = [order.conditions, terms.conditions];
  return (
    !isSame(order.quantity, terms.quantity) ||
    !isSame(order.boundPrice, terms.boundPrice) ||
    SENT.some((name) => !isSame(before[name], after[name])) ||
    heldBy(order.timeInForce, venue) !== heldBy(terms.timeInForce, venue)
  );
}

const SENT = ['stopPrice', 'trailPrice', 'trailPercent'] as const;
const OF_PAIR = ['stopLossPrice', 'stopLossLimitPrice'] as const;

/** What is wanted, and as an order that had it would be placed. */
interface Wanted {
  readonly asked: PlacementTerms;
  readonly wanted: WantedTerms;
}

interface Asked extends Wanted {
  readonly order: Order;
  readonly terms: LiveTerms;
}

function climb(of: Asked, facts: ReplacementFacts): Refusal | undefined {
  const { order, asked, terms } = of;
  const isLarger = enlarges(order, terms);
  const first = refusalOfControls(facts.controls, controlled(order, terms)) ?? own(of, facts, isLarger);
  if (first !== undefined) return first;
  const without = withoutOrder(of, facts);
  const rungs: readonly Rung[] = [...OFFER_RUNGS, ...PRICE_RUNGS, ...(isLarger ? RISK_RUNGS : [])];
  for (const rung of rungs) {
    const refusal = rung(asked, without, facts.symbol ?? NOT_OFFERED);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** What is asked of other terms only. */
function own({ order, asked, wanted, terms }: Asked, facts: ReplacementFacts, isLarger: boolean): Refusal | undefined {
  if (facts.book.hasShortfall && isLarger && order.intent === 'entry')
    return { code: 'reduce-only', limit: 'exit', value: 'entry, the profile has a shortfall' };
  if (isShortSale(order) && isLarger && facts.limits.shortSelling !== true)
    return { code: 'short-selling-not-allowed', limit: 'no more than before', value: 'more to be sold short' };
  const notOffered = notReplaced(order, terms, facts);
  if (notOffered !== undefined)
    return { code: 'replace-not-offered', limit: 'what the broker replaces', value: notOffered };
  if (order.replacements >= KEYED_REVISION_MAX)
    return { code: 'replaced-too-often', limit: `${KEYED_REVISION_MAX} times`, value: `${order.replacements + 1}` };
  const past = changeOfPast(order, wanted);
  if (past !== undefined) return { code: 'set-off-fixed', limit: 'what does not set it off', value: past };
  const pair = changeOfPair(order, asked);
  if (pair !== undefined) return { code: 'exit-pair-fixed', limit: 'limitPrice', value: pair };
  if (isUnchanged(order, terms)) return { code: 'replaces-nothing', limit: 'other terms', value: 'the same terms' };
  return terms.quantity.lte(order.filledQuantity)
    ? {
        code: 'replace-below-filled',
        limit: `more than ${decimalText(order.filledQuantity)}`,
        value: decimalText(terms.quantity),
      }
    : undefined;
}

/** What of the change the broker does not do. */
function notReplaced(order: Order, terms: LiveTerms, facts: ReplacementFacts): string | undefined {
  if (isForBroker(order, terms, facts) && !facts.canReplace) return 'any live order';
  return keepsDate(order, terms, facts) ? 'expiresAt' : undefined;
}

function isSetOffHere(order: Order): boolean {
  return order.conditions.triggeredHere === true && !waitsHere(order);
}

/** What is asked for of an order that was set off here and has no effect any more; an exit is at the market then. */
function changeOfPast(order: Order, wanted: WantedTerms): string | undefined {
  if (!isSetOffHere(order)) return undefined;
  if (sentType(order) === 'market') return 'an exit at the market';
  return SENT.find((name) => !isSame(order.conditions[name], wanted.conditions[name]));
}

/** Whether the date is another one and the broker keeps it: it is told only when an order is placed. */
function keepsDate(order: Order, { conditions, timeInForce }: LiveTerms, { venue }: ReplacementFacts): boolean {
  if (waitsHere(order)) return false;
  const isKept = [order.timeInForce, timeInForce].some((word) => word === 'gtd' && heldBy(word, venue) === 'gtd');
  return isKept && order.conditions.expiresAt !== conditions.expiresAt;
}

/** What of two exits is to change that end each other at the broker, beside the limit of the one that has it. */
function changeOfPair(order: Order, asked: PlacementTerms): string | undefined {
  if (order.intent === 'entry' || (!needsPair(order) && !needsPair(asked))) return undefined;
  const changed = OF_PAIR.find((name) => !isSame(order.conditions[name], asked.conditions[name]));
  if (changed !== undefined) return changed;
  if (!isSame(order.quantity, asked.quantity)) return 'quantity';
  return order.timeInForce === asked.timeInForce ? undefined : 'timeInForce';
}

function isUnchanged(order: Order, { quantity, limitPrice, timeInForce, conditions }: LiveTerms): boolean {
  return (
    isSame(order.quantity, quantity) &&
    isSame(order.limitPrice, limitPrice) &&
    order.timeInForce === timeInForce &&
    isDeepStrictEqual(conditionTexts(order.conditions), conditionTexts(conditions))
  );
}

function isSame(left: Decimal | undefined, right: Decimal | undefined): boolean {
  return left === undefined || right === undefined ? left === right : left.eq(right);
}

function placementTermsOf(order: Order): PlacementTerms {
  const { id: orderId, profileId, clientOrderId, symbol, side, type, intent } = order;
  const { quantity, limitPrice, timeInForce, conditions } = order;
  const terms = { quantity, limitPrice, timeInForce, conditions };
  return { ...{ orderId, profileId, clientOrderId, symbol, side, type, intent }, ...terms, tradeId: undefined };
}

/**
 * The facts as they would be without the order: it is measured once, whole, as it is to be, so what is filled of it is not
 * counted as held or closed beside it; and it does not count as placed anew.
 */
function withoutOrder({ order, asked, terms }: Asked, facts: ReplacementFacts): ReplacementFacts {
  const { book, limits } = facts;
  const { filledQuantity, symbol } = order;
  const isEntry = order.intent === 'entry';
  const trade = tradeOf(book, symbol);
  const others = trade && {
    ...trade,
    ...(isEntry
      ? { liveEntries: trade.liveEntries - 1 }
      : { exiting: trade.exiting.minus(remainingQuantity(order)), quantity: trade.quantity.plus(filledQuantity) }),
  };
  const ofFilled = isShortSale(order)
    ? worstNotional({ ...asked, quantity: filledQuantity }, facts)
    : filledQuantity.times(terms.boundPrice ?? 0);
  const trades = others === undefined ? book.trades : { ...book.trades, [symbol]: others };
  const own = isEntry ? askedForBy(order, undefined, limits).plus(ofFilled) : 0;
  return {
    ...facts,
    book: { ...book, trades, liveOrders: book.liveOrders - 1, rate: undefined },
    askedForUsd: facts.askedForUsd.minus(own),
  };
}

const ZERO = new Decimal(0);
