import type { OrderState } from '@ballast/contracts/orders';
import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';

/** What can happen to an order, as finely as the table distinguishes it. */
export const ORDER_STEPS = [
  'placed-entry',
  'placed-exit',
  'capital-held',
  'triggered',
  'submitted',
  'became-unknown',
  'opened',
  'executed-in-part',
  'executed-in-full',
  'exits-due',
  'exits-abandoned',
  'exits-oversized',
  'reversed-in-part',
  'reversed-in-full',
  'rejected',
  'cancelled',
  'expired',
  'cancel-requested',
  'replace-requested',
  'replace-submitted',
  'replaced',
  'replace-rejected',
] as const;
export type OrderStep = (typeof ORDER_STEPS)[number];

/**
 * Every legal pair of state and step with the state it leads to; a pair that is absent is illegal. A request to cancel
 * changes a flag, not the state; other terms that are asked for stand beside it and change the terms, and that exits are
 * due, or are too large, changes nothing. After `cancelled` and `expired` an execution may still arrive and is recorded; the
 * broker lost that race, not we. What an exit closes beyond what is held (`reversed`) is of the order and of no position.
 */
export const TRANSITIONS: Readonly<Record<OrderState | 'none', Partial<Record<OrderStep, OrderState>>>> = {
  none: { 'placed-entry': 'pending-capital', 'placed-exit': 'accepted' },
  'pending-capital': {
    'capital-held': 'accepted',
    rejected: 'rejected',
    cancelled: 'cancelled',
    expired: 'expired',
  },
  accepted: {
    triggered: 'accepted',
    'exits-oversized': 'accepted',
    'replace-requested': 'accepted',
    replaced: 'accepted',
    'replace-rejected': 'accepted',
    submitted: 'submitting',
    rejected: 'rejected',
    cancelled: 'cancelled',
    expired: 'expired',
  },
  submitting: {
    'became-unknown': 'unknown',
    opened: 'open',
    'executed-in-part': 'partially-filled',
    'executed-in-full': 'filled',
    'reversed-in-part': 'partially-filled',
    'reversed-in-full': 'filled',
    rejected: 'rejected',
    cancelled: 'cancelled',
    expired: 'expired',
    'cancel-requested': 'submitting',
  },
  unknown: {
    submitted: 'submitting',
    opened: 'open',
    'executed-in-part': 'partially-filled',
    'executed-in-full': 'filled',
    'reversed-in-part': 'partially-filled',
    'reversed-in-full': 'filled',
    rejected: 'rejected',
    cancelled: 'cancelled',
    expired: 'expired',
    'cancel-requested': 'unknown',
  },
  open: {
    'exits-due': 'open',
    'exits-oversized': 'open',
    'executed-in-part': 'partially-filled',
    'executed-in-full': 'filled',
    'reversed-in-part': 'partially-filled',
    'reversed-in-full': 'filled',
    rejected: 'rejected',
    cancelled: 'cancelled',
    expired: 'expired',
    'cancel-requested': 'open',
    'replace-requested': 'open',
    'replace-submitted': 'open',
    replaced: 'open',
    'replace-rejected': 'open',
  },
  'partially-filled': {
    'exits-due': 'partially-filled',
    'exits-oversized': 'partially-filled',
    'executed-in-part': 'partially-filled',
    'executed-in-full': 'filled',
    'reversed-in-part': 'partially-filled',
    'reversed-in-full': 'filled',
    cancelled: 'cancelled',
    expired: 'expired',
    'cancel-requested': 'partially-filled',
    'replace-requested': 'partially-filled',
    'replace-submitted': 'partially-filled',
    replaced: 'partially-filled',
    'replace-rejected': 'partially-filled',
  },
  filled: { 'exits-due': 'filled', 'exits-oversized': 'filled' },
  rejected: { 'exits-due': 'rejected', 'exits-abandoned': 'rejected', 'exits-oversized': 'rejected' },
  cancelled: {
    'exits-due': 'cancelled',
    'exits-abandoned': 'cancelled',
    'exits-oversized': 'cancelled',
    'executed-in-part': 'cancelled',
    'executed-in-full': 'cancelled',
    'reversed-in-part': 'cancelled',
    'reversed-in-full': 'cancelled',
  },
  expired: {
    'exits-due': 'expired',
    'exits-abandoned': 'expired',
    'exits-oversized': 'expired',
    'executed-in-part': 'expired',
    'executed-in-full': 'expired',
    'reversed-in-part': 'expired',
    'reversed-in-full': 'expired',
  },
};

/** A step that the table does not allow: we or the broker are wrong, and nothing may be guessed. */
export class IllegalTransition extends Error {
  override readonly name = 'IllegalTransition';
}

/** The step that an event is in the words of the table. */
export function stepOf(event: OrderEvent): OrderStep {
  switch (event.fact) {
    case 'placed':
      return event.data.intent === 'entry' ? 'placed-entry' : 'placed-exit';
    case 'executed':
      return event.data.fillsOrder ? 'executed-in-full' : 'executed-in-part';
    case 'position-reversed':
      return event.data.fillsOrder ? 'reversed-in-full' : 'reversed-in-part';
    case 'ended':
      return event.data.state;
    default:
      return event.fact;
  }
}

/** The state after the event; throws `IllegalTransition` when the pair is not in the table. */
export function nextState(order: Order | undefined, event: OrderEvent): OrderState {
  const from = order?.state ?? 'none';
  const step = stepOf(event);
  const to = TRANSITIONS[from][step];
  if (to === undefined)
    throw new IllegalTransition(`order ${order?.id ?? '(none)'}: ${step} is not possible in state ${from}`);
  return to;
}
