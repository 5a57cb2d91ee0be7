import {
  orderBecameUnknown,
  orderCancelRequested,
  orderEnded,
  orderExecuted,
  orderExitsAbandoned,
  orderExitsDue,
  orderExitsOversized,
  orderOpened,
  orderPlaced,
  orderPositionReversed,
  orderReplaceRejected,
  orderReplaceRequested,
  orderReplaceSubmitted,
  orderReplaced,
  orderSubmitted,
  orderTriggered,
} from '@ballast/contracts/orders';
import type {
  OrderBecameUnknownV1,
  OrderCancelRequestedV1,
  OrderEndedV1,
  OrderExecutedV1,
  OrderExitsAbandonedV1,
  OrderExitsDueV1,
  OrderExitsOversizedV1,
  OrderOpenedV1,
  OrderPlacedV1,
  OrderPositionReversedV1,
  OrderReplaceRejectedV1,
  OrderReplaceRequestedV1,
  OrderReplaceSubmittedV1,
  OrderReplacedV1,
  OrderSubmittedV1,
  OrderTriggeredV1,
} from '@ballast/contracts/orders';
import type { EventDeclaration } from '@ballast/contracts';

/** Something that happened to one order, named after the event it is published as, with that event's data. */
export type OrderEvent =
  | { readonly fact: 'placed'; readonly data: OrderPlacedV1 }
  /** `allocatedUnits` is what the ledger says is allocated to the profile, in whole units of USD. */
  | { readonly fact: 'capital-held'; readonly allocatedUnits?: bigint }
  | { readonly fact: 'triggered'; readonly data: OrderTriggeredV1 }
  | { readonly fact: 'submitted'; readonly data: OrderSubmittedV1 }
  | { readonly fact: 'became-unknown'; readonly data: OrderBecameUnknownV1 }
  | { readonly fact: 'opened'; readonly data: OrderOpenedV1 }
  | { readonly fact: 'executed'; readonly data: OrderExecutedV1 }
  | { readonly fact: 'exits-due'; readonly data: OrderExitsDueV1 }
  | { readonly fact: 'exits-abandoned'; readonly data: OrderExitsAbandonedV1 }
  | { readonly fact: 'exits-oversized'; readonly data: OrderExitsOversizedV1 }
  | { readonly fact: 'position-reversed'; readonly data: OrderPositionReversedV1 }
  | { readonly fact: 'ended'; readonly data: OrderEndedV1 }
  | { readonly fact: 'cancel-requested'; readonly data: OrderCancelRequestedV1 }
  | { readonly fact: 'replace-requested'; readonly data: OrderReplaceRequestedV1 }
  | { readonly fact: 'replace-submitted'; readonly data: OrderReplaceSubmittedV1 }
  | { readonly fact: 'replaced'; readonly data: OrderReplacedV1 }
  | { readonly fact: 'replace-rejected'; readonly data: OrderReplaceRejectedV1 };

/** The event under which a fact is published; `capital-held` is the ledger's own event and not published again. */
export const PUBLISHED_AS: Readonly<Record<Exclude<OrderEvent['fact'], 'capital-held'>, EventDeclaration>> = {
  placed: orderPlaced,
  triggered: orderTriggered,
  submitted: orderSubmitted,
  'became-unknown': orderBecameUnknown,
  opened: orderOpened,
  executed: orderExecuted,
  'exits-due': orderExitsDue,
  'exits-abandoned': orderExitsAbandoned,
  'exits-oversized': orderExitsOversized,
  'position-reversed': orderPositionReversed,
  ended: orderEnded,
  'cancel-requested': orderCancelRequested,
  'replace-requested': orderReplaceRequested,
  'replace-submitted': orderReplaceSubmitted,
  replaced: orderReplaced,
  'replace-rejected': orderReplaceRejected,
};
