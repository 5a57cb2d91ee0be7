import { decimalText } from '@ballast/money';
import type { Refusal } from '@ballast/contracts';
import type { OrderEndState } from '@ballast/contracts/orders';
import type { Controls } from './controls.js';
import { refusalOfControls } from './controls.js';
import { nameAtBroker } from './name-at-broker.js';
import { hasExpired } from './order.js';
import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';
import { sentType } from './sending.js';
import { waitsHere } from './waiting.js';

/** What to do at the broker once the events are committed. */
export type VenueStep = 'send' | 'look-up' | 'nothing';

export interface SubmissionDecision {
  readonly events: readonly OrderEvent[];
  readonly next: VenueStep;
}

const NOTHING: SubmissionDecision = { events: [], next: 'nothing' };

/** What a submission depends on beside the order. */
export interface SubmissionFacts {
  readonly controls: Controls;
  readonly nowMs: number;
  /** What the ledger says is allocated to the profile, in whole units of USD, where it has just said so. */
  readonly allocatedUnits?: bigint | undefined;
}

/**
 * What to do when an order's capital is held, or an exit was placed. `submitting` is committed before the broker is
 * called, so an order found in it was interrupted in that call: whether the broker has it is unknown and looked up.
 */
export function decideSubmission(order: Order, facts: SubmissionFacts): SubmissionDecision {
  switch (order.state) {
    case 'pending-capital':
      return firstSubmission(order, facts, [capitalHeld(facts)]);
    case 'accepted':
      return firstSubmission(order, facts, []);
    case 'submitting':
      return { events: [becameUnknown(order, 'interrupted before the answer was recorded')], next: 'look-up' };
    case 'unknown':
      return { events: [], next: 'look-up' };
    default:
      return NOTHING;
  }
}

function capitalHeld({ allocatedUnits }: SubmissionFacts): OrderEvent {
  return { fact: 'capital-held', ...(allocatedUnits === undefined ? {} : { allocatedUnits }) };
}

function firstSubmission(
  order: Order,
  { controls, nowMs }: SubmissionFacts,
  held: readonly OrderEvent[],
): SubmissionDecision {
  if (hasExpired(order, nowMs)) return { events: [ended(order, 'expired', {})], next: 'nothing' };
  const refusal = refusalOfControls(controls, order);
  if (refusal !== undefined) return { events: [ended(order, 'rejected', { refusal })], next: 'nothing' };
  if (waitsHere(order)) return { events: held, next: 'nothing' };
  return { events: [...held, submitted(order)], next: 'send' };
}

/** When the broker has answered that it does not know an order, and how long that answer may be too early. */
export interface AbsenceFacts extends SubmissionFacts {
  /** Milliseconds after submission before "not found" counts: the call's start and deadline plus the venue's visibility delay. */
  readonly certainAfterMs: number;
}

/** Milliseconds after which a broker that does not know an order may have forgotten it: a person has to find out. */
const QUARANTINE_AFTER_MS = 24 * 3_600_000;

export type AbsenceDecision =
  | SubmissionDecision
  | { readonly next: 'wait'; readonly events: readonly []; readonly waitMs: number }
  | { readonly next: 'quarantine'; readonly events: readonly [] };

/**
 * What to do with an unknown order that the broker says it does not know: wait, send it again, or end it; a day after it was
 * sent only a person may say, by cancelling it. One that another replica has sent again meanwhile waits for what becomes of
 * that: the replica may have died with it, and this message may be the last that asks.
 */
export function decideAbsence(order: Order, facts: AbsenceFacts): AbsenceDecision {
  const sinceMs = facts.nowMs - Date.parse(order.submittedAt ?? order.updatedAt);
  if (order.state === 'submitting')
    return { next: 'wait', events: [], waitMs: Math.max(0, facts.certainAfterMs - sinceMs) };
  if (order.state !== 'unknown') return NOTHING;
  if (sinceMs < facts.certainAfterMs) return { next: 'wait', events: [], waitMs: facts.certainAfterMs - sinceMs };
  if (order.pendingCancel) return { events: [ended(order, 'cancelled', {})], next: 'nothing' };
  if (sinceMs >= QUARANTINE_AFTER_MS) return { next: 'quarantine', events: [] };
  if (hasExpired(order, facts.nowMs)) return { events: [ended(order, 'expired', {})], next: 'nothing' };
  const refusal = refusalOfControls(facts.controls, order);
  if (refusal !== undefined) return { events: [ended(order, 'rejected', { refusal })], next: 'nothing' };
  return { events: [submitted(order)], next: 'send' };
}

/** The order goes to the broker, once more under the same key. */
export function submitted(order: Order): OrderEvent {
  return {
    fact: 'submitted',
    data: {
      ...reference(order),
      brokerKey: nameAtBroker(order, order.revision),
      attempt: order.attempts + 1,
      type: sentType(order),
      quantity: decimalText(order.quantity),
      ...(order.boundPrice && { limitPrice: decimalText(order.boundPrice) }),
    },
  };
}

/** Whether the broker has the order is not known. */
export function becameUnknown(order: Order, reason: string): OrderEvent {
  return { fact: 'became-unknown', data: { ...reference(order), reason: keptReason(reason) } };
}

/** Characters of a broker's reason that are kept. */
const VENUE_REASON_CHARS_MAX = 200;

/** A reason as events promise it: never empty, never long. */
export function keptReason(reason: string): string {
  return reason.slice(0, VENUE_REASON_CHARS_MAX) || 'the broker gave no reason';
}

/** The order ends other than by being filled, with as many executions as it has. */
export function ended(
  order: Order,
  state: OrderEndState,
  why: { readonly refusal?: Refusal; readonly venueReason?: string },
): OrderEvent {
  return {
    fact: 'ended',
    data: {
      ...reference(order),
      state,
      intent: order.intent,
      executions: order.executions,
      ...(why.refusal === undefined ? {} : { refusal: why.refusal }),
      ...(why.venueReason === undefined ? {} : { venueReason: keptReason(why.venueReason) }),
    },
  };
}

/** What every event of an order repeats. */
export function reference(order: Order): { orderId: string; profileId: string } {
  return { orderId: order.id, profileId: order.profileId };
}
