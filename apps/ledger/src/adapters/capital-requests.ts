import { CAPITAL_ASSET, decimal, exactUnits } from '@ballast/money';
import { ProblemException } from '@ballast/service-host';
import type { CapitalAnswer } from '../answer-once.js';
import type { CapitalRefusal } from '../domain/decide-move.js';

/** Refusals that say that the caller is behind: what was asked for would have been right before. */
const CONFLICTS: readonly CapitalRefusal['code'][] = ['version-stale', 'posting-already-reversed'];

/** An amount of the body in whole units; a 400 that names the field where it does not fall on a whole one. */
export function unitsIn(amount: string, pointer = '/amount'): bigint {
  const units = exactUnits(decimal(amount), CAPITAL_ASSET);
  if (units === undefined) throw invalid(pointer, 'must fall on whole cents');
  return units;
}

/** When something happened, in UTC with milliseconds; a 400 for the future. */
export function occurredAtIn(text: string | undefined, now: string): { readonly occurredAt?: string } {
  if (text === undefined) return {};
  return { occurredAt: pastInstantIn(text, '/occurredAt', now) };
}

/** An instant of a query in UTC with milliseconds, `now` where it names none; a 400 for the future. */
export function pastInstantIn(text: string | undefined, pointer: string, now: string): string {
  const instant = text === undefined ? now : new Date(text).toISOString();
  if (instant > now) throw invalid(pointer, 'must not be in the future');
  return instant;
}

/** The view of what was done; otherwise the problem: 404, 409 for a caller who is behind, or 422. */
export function viewIn<View>(answer: CapitalAnswer<View>): View {
  switch (answer.outcome) {
    case 'done':
      return answer.view;
    case 'refused': {
      const { refusal } = answer;
      throw new ProblemException(CONFLICTS.includes(refusal.code) ? 'conflict' : 'capital-refused', { refusal });
    }
    case 'key-reused':
      throw new ProblemException('idempotency-key-reused');
    case 'not-found':
      throw new ProblemException('not-found');
    case 'stale':
      throw new ProblemException('precondition-failed');
  }
}

/** A 400 that names one field of the body or one parameter. */
export function invalid(pointer: string, detail: string): ProblemException {
  return new ProblemException('invalid-request', { errors: [{ pointer, detail }] });
}
