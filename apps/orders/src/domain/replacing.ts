import { CAPITAL_ASSET, decimalText } from '@ballast/money';
import type { Decimal } from '@ballast/money';
import type { Refusal } from '@ballast/contracts';
import type { VenueStep } from './submission.js';
import { keptReason, reference } from './submission.js';
import type { Controls } from './controls.js';
import { refusalOfControls } from './controls.js';
import { nameAtBroker } from './name-at-broker.js';
import { hasEnded } from './order.js';
import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';
import { unitsOfRest } from './replacement-cost.js';
import { enlarges, termTexts } from './replacement.js';
import type { LiveTerms, Replacement } from './replacement.js';

/** What to do at the broker about a replacement once the events are committed. */
export interface ReplaceStep {
  readonly events: readonly OrderEvent[];
  readonly next: VenueStep;
}

const NOTHING: ReplaceStep = { events: [], next: 'nothing' };

/**
 * What to do when a replacement has its capital, or needs none. That the broker is asked is committed first, so a
 * replacement that was found asked was interrupted there: what became of it is looked up.
 */
export function decideReplaceSubmission(order: Order, revision: number, controls: Controls): ReplaceStep {
  const { replacement } = order;
  if (hasEnded(order) || replacement?.revision !== revision) return NOTHING;
  if (replacement.submittedAt !== undefined) return { events: [], next: 'look-up' };
  const refusal = refusalOfControls(controls, controlled(order, replacement.terms));
  if (refusal !== undefined) return { events: [replaceRejected(order, { refusal })], next: 'nothing' };
  const brokerKey = nameAtBroker(order, revision);
  return {
    events: [{ fact: 'replace-submitted', data: { ...reference(order), revision, brokerKey } }],
    next: 'send',
  };
}

/** What becomes of a replacement of an order that waits here when its capital is held: the order has the other terms. */
export function decideReplaceHere(
  order: Order,
  revision: number,
  { controls, feeRate }: { readonly controls: Controls; readonly feeRate: Decimal },
): ReplaceStep {
  const { replacement } = order;
  if (hasEnded(order) || replacement?.revision !== revision) return NOTHING;
  const refusal = refusalOfControls(controls, controlled(order, replacement.terms));
  const filledEarlier = order.filledEarlier;
  const event =
    refusal === undefined
      ? replaced(order, replacement, { filledEarlier, feeRate })
      : replaceRejected(order, { refusal });
  return { events: [event], next: 'nothing' };
}

/** The order as the kill switch sees a replacement of it: one that makes it no larger is let through like an exit. */
export function controlled(order: Order, terms: LiveTerms): Pick<Order, 'intent' | 'profileId' | 'symbol'> {
  const { profileId, symbol, intent } = order;
  return { profileId, symbol, intent: enlarges(order, terms) ? intent : 'exit' };
}

/** The order has the terms that were asked for, under another id at the broker where it is there. */
export function replaced(
  order: Order,
  { revision, terms }: Pick<Replacement, 'revision' | 'terms'>,
  at: { readonly venueOrderId?: string; readonly filledEarlier: Decimal; readonly feeRate: Decimal },
): OrderEvent {
  if (terms.quantity.lte(order.filledQuantity))
    throw new Error(`order ${order.id}: the broker took ${decimalText(terms.quantity)} for it, and more is executed`);
  return {
    fact: 'replaced',
    data: {
      ...termTexts(order, terms),
      revision,
      ...(at.venueOrderId === undefined ? {} : { venueOrderId: at.venueOrderId }),
      filledQuantity: decimalText(order.filledQuantity),
      filledEarlier: decimalText(at.filledEarlier),
      holdUnits: (order.intent === 'entry' ? unitsOfRest(order, terms, at.feeRate) : 0n).toString(),
      asset: CAPITAL_ASSET,
    },
  };
}

/** The order has terms that the broker need not know, such as the prices of later exits. */
export function replacedHere(order: Order, terms: LiveTerms): OrderEvent {
  return {
    fact: 'replaced',
    data: {
      ...termTexts(order, terms),
      revision: order.revision,
      filledQuantity: decimalText(order.filledQuantity),
      filledEarlier: decimalText(order.filledEarlier),
      asset: CAPITAL_ASSET,
    },
  };
}

/** The order stays as it was: what was asked for, if anything was, is over. */
export function replaceRejected(
  order: Order,
  why: { readonly refusal?: Refusal; readonly venueReason?: string },
): OrderEvent {
  const { replacement } = order;
  return {
    fact: 'replace-rejected',
    data: {
      ...reference(order),
      intent: order.intent,
      ...(replacement === undefined ? {} : { revision: replacement.revision }),
      ...(replacement?.holdUnits === undefined ? {} : { holdUnits: replacement.holdUnits.toString() }),
      ...(why.refusal === undefined ? {} : { refusal: why.refusal }),
      ...(why.venueReason === undefined ? {} : { venueReason: keptReason(why.venueReason) }),
    },
  };
}

/** An order that ends takes what was asked for with it; it comes before the end. */
export function replacementOver(order: Order): readonly OrderEvent[] {
  return order.replacement === undefined
    ? []
    : [replaceRejected(order, { venueReason: 'the order ended before it had the other terms' })];
}

/** Milliseconds after the request for which the broker is asked again: later the market is not that of the decision. */
const ASK_AGAIN_MS_MAX = 60_000;

/** What to do about a replacement that the broker surely does not know: ask again, or leave the order as it was. */
export function decideReplaceAgain(
  order: Order,
  revision: number,
  { controls, nowMs }: { readonly controls: Controls; readonly nowMs: number },
): ReplaceStep {
  const { replacement } = order;
  if (hasEnded(order) || replacement?.revision !== revision) return NOTHING;
  if (nowMs - Date.parse(replacement.requestedAt) < ASK_AGAIN_MS_MAX && !order.pendingCancel)
    return decideReplaceSubmission(withNothingAsked(order), revision, controls);
  return { events: [replaceRejected(order, { venueReason: 'the broker has not taken the request' })], next: 'nothing' };
}

function withNothingAsked(order: Order): Order {
  return { ...order, replacement: order.replacement && { ...order.replacement, submittedAt: undefined } };
}
