import { Failure } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import type { ParkingCause } from './parking.js';

/** Milliseconds before the second try of a message. */
export const BACKOFF_MS_MIN = 50;
/** Milliseconds at most between two tries, so that a precondition that arrives late is noticed soon. */
export const BACKOFF_MS_MAX = 5_000;
/** Milliseconds that one message waits in all, between its tries, before it is given back to the broker. */
export const WAIT_TOTAL_MS_MAX = 30_000;
/** Tries of a message whose handler throws something else than a `Failure`. */
export const BUG_ATTEMPTS_MAX = 3;
/** Characters of a dead letter's description; the broker takes 4096. */
const DESCRIPTION_LENGTH_MAX = 1_024;

/** What has been tried already. */
export interface Attempts {
  /** Waits so far. */
  waits: number;
  /** Milliseconds waited so far. */
  waitedMs: number;
  /** Tries so far that ended with a bug. */
  bugs: number;
}

/** What happens to a message after its handler returned or threw. */
export type Settlement =
  | { readonly kind: 'complete' }
  | { readonly kind: 'retry'; readonly afterMs: number }
  | { readonly kind: 'abandon' }
  | { readonly kind: 'park'; readonly reason: string; readonly description: string };

/** What ends a message's time here; `queue` puts it behind parked ones of its aggregate. */
export type FinalSettlement = Exclude<Settlement, { kind: 'retry' }> | { readonly kind: 'queue' };

/** What the broker is told of a message. */
export type BrokerSettlement =
  | { readonly kind: 'complete' }
  | { readonly kind: 'abandon' }
  | { readonly kind: 'dead-letter'; readonly reason: string; readonly description: string };

/** How a call of the handler ended. */
export type Outcome = { readonly handled: true } | { readonly handled: false; readonly error: unknown };

/** A message that was not tried yet. */
export function noAttempts(): Attempts {
  return { waits: 0, waitedMs: 0, bugs: 0 };
}

/**
 * The one place that decides what becomes of a message. Handled: complete. A `Failure`: wait, twice as long each time,
 * up to 30 s in all, then back to the broker. Anything else is a bug: `BUG_ATTEMPTS_MAX` tries, then it is parked.
 */
export function decideSettlement(outcome: Outcome, attempts: Attempts): Settlement {
  if (outcome.handled) return { kind: 'complete' };
  const { error } = outcome;
  if (error instanceof Failure) {
    const leftMs = WAIT_TOTAL_MS_MAX - attempts.waitedMs;
    if (leftMs <= 0) return { kind: 'abandon' };
    return { kind: 'retry', afterMs: Math.min(leftMs, Math.max(backoffMs(attempts), error.retryAfterMs ?? 0)) };
  }
  if (attempts.bugs + 1 < BUG_ATTEMPTS_MAX) return { kind: 'retry', afterMs: backoffMs(attempts) };
  return { kind: 'park', ...causeOf(error) };
}

/** The attempts after `outcome` was settled with `settlement`. */
export function afterAttempt(attempts: Attempts, outcome: Outcome, settlement: Settlement): Attempts {
  if (settlement.kind !== 'retry') return attempts;
  const isBug = !outcome.handled && !(outcome.error instanceof Failure);
  return {
    waits: attempts.waits + 1,
    waitedMs: attempts.waitedMs + settlement.afterMs,
    bugs: attempts.bugs + (isBug ? 1 : 0),
  };
}

/**
 * Why a message could not be handled. Only an `UnreadableEvent` says more than its name and place, because other
 * messages may hold data, and the reason is read by people who may not see it.
 */
export function causeOf(error: unknown): ParkingCause {
  const reason = error instanceof Error ? error.name : 'ThrownValue';
  const description = reason === 'UnreadableEvent' ? (error as Error).message : `bug ${placeOf(error)}`;
  return { reason, description: description.slice(0, DESCRIPTION_LENGTH_MAX) };
}

/** What a log line says of an event: no data. */
export function named(event: EventEnvelope): { event: string; type: string; correlationId: string } {
  return { event: event.id, type: event.type, correlationId: event.correlationid };
}

function backoffMs(attempts: Attempts): number {
  return Math.min(BACKOFF_MS_MIN * 2 ** attempts.waits, BACKOFF_MS_MAX);
}

/** The innermost frame of the stack, which is code and never data. */
function placeOf(error: unknown): string {
  const frame = error instanceof Error ? error.stack?.split('\n').find((line) => /^\s+at /.test(line)) : undefined;
  return frame?.trim() ?? 'at an unknown place';
}
