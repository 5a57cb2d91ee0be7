import { CAPITAL_ASSET, Decimal, decimalText } from '@ballast/money';
import { KEYED_REVISION_MAX } from '@ballast/contracts';
import { ASKED_BY_SIZE } from '@ballast/contracts/orders';
import { sellableQuantity, tradeOf } from './book.js';
import type { Book } from './book.js';
import { decideCancellation } from './cancellation.js';
import { coveringOrderId, coveringTexts } from './covering.js';
import { exitPricesOf } from './exit-retry.js';
import { remainingQuantity } from './order.js';
import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';
import { termTexts } from './replacement.js';
import type { LiveTerms } from './replacement.js';
import { replaced } from './replacing.js';
import { needsPair } from './sending.js';
import { reference } from './submission.js';

interface Step {
  readonly order: Order;
  readonly committed: readonly OrderEvent[];
}

/** What can leave the exits of a trade larger than what is held, or can have been meant to make them smaller. */
const CHANGES_SIZE: readonly OrderEvent['fact'][] = [
  'executed',
  'position-reversed',
  'replaced',
  'replace-rejected',
  'ended',
];

/** That live exits are larger than what is held: told with each event that leaves them so, until none does. */
export function oversized(after: Book, { order, committed }: Step): readonly OrderEvent[] {
  const trade = tradeOf(after, order.symbol);
  const isTold = order.intent === 'exit' && committed.some(({ fact }) => CHANGES_SIZE.includes(fact));
  if (!isTold || trade === undefined || trade.exiting.lte(trade.quantity)) return [];
  const { tradeId, quantity, exiting } = trade;
  const sizes = { held: decimalText(quantity), exiting: decimalText(exiting) };
  return [{ fact: 'exits-oversized', data: { ...reference(order), tradeId, symbol: order.symbol, ...sizes } }];
}

/** The exits, for what is still held, that take the place of those that were cancelled because they were larger than that. */
export function coveredAgain(after: Book, { order, committed }: Step): readonly OrderEvent[] {
  const last = committed.at(-1);
  if (last?.fact !== 'ended' || last.data.state !== 'cancelled') return [];
  if (order.covers === undefined || !order.isOversized) return [];
  const { tradeId, symbol } = order;
  const quantity = Decimal.min(remainingQuantity(order), sellableQuantity(after, symbol));
  if (quantity.lte(0)) return [];
  const { orderId, executionNumber } = order.covers;
  const covers = { orderId, executionNumber, attempt: 1, insteadOf: order.id };
  const exitOrderId = coveringOrderId(covers);
  const due = { ...reference(order), ...coveringTexts(covers), exitOrderId, tradeId, symbol };
  return [{ fact: 'exits-due', data: { ...due, quantity: decimalText(quantity), ...exitPricesOf(order) } }];
}

/** What the decision on one of several exits needs. */
export interface SizeFacts {
  readonly book: Book;
  /** The live exits of its trade, itself among them. */
  readonly exits: readonly Order[];
  /** Whether the broker puts another order in the place of one that is open. */
  readonly canReplace: boolean;
  readonly nowMs: number;
}

/**
 * The order in which exits are made smaller: those that somebody has placed by hand before those that protect fills, and of
 * each the latest first.
 */
export function bySacrifice(exits: readonly Order[]): Order[] {
  const rank = ({ covers, createdAt, id }: Order): string => `${covers === undefined ? 1 : 0} ${createdAt} ${id}`;
  return [...exits].sort((left, right) => (rank(left) < rank(right) ? 1 : -1));
}

/**
 * What is done about one exit while all together are larger than what is held, less what is under way already: one that the
 * broker has nothing of is smaller at once; one that it can put a smaller order in the place of is replaced; any other, and
 * one of which nothing would be left, is cancelled, and `coveredAgain` places what is still to be covered.
 */
export function decideShrink(order: Order, facts: SizeFacts): readonly OrderEvent[] {
  const tooMuch = excessOf(order, facts);
  if (tooMuch.lte(0) || order.pendingCancel || leaves(order).gt(0)) return [];
  const left = remainingQuantity(order).minus(tooMuch);
  const terms: LiveTerms = { ...order, quantity: order.quantity.minus(tooMuch) };
  if (left.gt(0) && order.replacement === undefined && order.replacements < KEYED_REVISION_MAX) {
    if (order.state === 'accepted') return smallerHere(order, terms);
    if (isReplaceable(order, facts)) return [asked(order, terms)];
  }
  const decision = decideCancellation(order, ASKED_BY_SIZE, facts.nowMs);
  return decision.outcome === 'requested' ? decision.events : [];
}

/** By how much the exits are too large, without what is under way. */
function excessOf({ symbol }: Order, { book, exits }: SizeFacts): Decimal {
  return exits.reduce((sum, exit) => sum.minus(leaves(exit)), sellableQuantity(book, symbol).negated());
}

/** What a live exit is about to let go of. */
function leaves(order: Order): Decimal {
  const { quantity, replacement, pendingCancel } = order;
  if (pendingCancel) return remainingQuantity(order);
  return replacement === undefined ? ZERO : Decimal.max(0, quantity.minus(replacement.terms.quantity));
}

/** Not what the broker has turned down before, nor two exits of which one ends the other: these have two quantities there. */
function isReplaceable(order: Order, { canReplace }: SizeFacts): boolean {
  const { state, conditions, replaceRefusal, replaceVenueReason } = order;
  const rests = state === 'open' || state === 'partially-filled';
  const wasRefused = replaceRefusal !== undefined || replaceVenueReason !== undefined;
  return canReplace && rests && !wasRefused && !needsPair(order) && conditions.triggeredHere !== true;
}

function smallerHere(order: Order, terms: LiveTerms): readonly OrderEvent[] {
  const revision = order.replacements + 1;
  const { filledEarlier } = order;
  return [asked(order, terms), replaced(order, { revision, terms }, { filledEarlier, feeRate: ZERO })];
}

function asked(order: Order, terms: LiveTerms): OrderEvent {
  const revision = order.replacements + 1;
  const data = { ...termTexts(order, terms), revision, requestedBy: ASKED_BY_SIZE, asset: CAPITAL_ASSET };
  return { fact: 'replace-requested', data };
}

const ZERO = new Decimal(0);
