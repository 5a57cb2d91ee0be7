import { randomUUID } from 'node:crypto';
import { carryingEvent, eventRow } from '@ballast/cosmos';
import type { EventDeclaration, EventEnvelope } from '@ballast/contracts';
import { bookLimitsChanged, bookOpened, orderRefused, tradeClosed } from '@ballast/contracts/orders';
import type { OrderRefusedV1, TradeClosedV1 } from '@ballast/contracts/orders';
import { faults } from '@ballast/faults';
import { currentTrace } from '@ballast/service-bus';
import { CAPITAL_ASSET, decimalText } from '@ballast/money';
import type { Book } from '../domain/book.js';
import type { Order } from '../domain/order.js';
import { isShort } from '../domain/trade.js';
import type { OpenTrade } from '../domain/trade.js';
import { limitTexts } from '../domain/risk-limits.js';
import { PUBLISHED_AS } from '../domain/order-event.js';
import type { OrderEvent } from '../domain/order-event.js';
import { profileKey } from './order-documents.js';

/** An event of an order that is told to others. */
export type PublishedEvent = Exclude<OrderEvent, { fact: 'capital-held' }>;

/** Where an event stands: the book with the sequence that it takes, and when it is committed, ISO 8601. */
export interface Place {
  readonly book: Book;
  readonly at: string;
}

/** Id of the row that proves that an execution was recorded. */
export function executionRowId(orderId: string, executionId: string): string {
  // A document id may not have / \ ? #; what has one is told apart by a character that no other begins with.
  const isPlain = !/[/\\?#]|^~/.test(executionId);
  const once = faults.isWithout('handled-rows') ? `:${randomUUID()}` : '';
  return `execution:${orderId}${once}:${isPlain ? executionId : `~${Buffer.from(executionId).toString('base64url')}`}`;
}

/** The event of an order as it is after it; `cause` where that is not the message being handled. */
export function orderEnvelope(
  order: Order,
  event: PublishedEvent,
  place: Place,
  cause: string | undefined,
): EventEnvelope {
  return envelopeOf(place, {
    declaration: PUBLISHED_AS[event.fact],
    subject: order.id,
    version: order.version,
    correlationId: order.correlationId,
    cause,
    intent: order.intent,
    data: event.data,
  });
}

/** What is written for an event. That of an execution is carried by the row whose id proves that it was recorded. */
export function rowOf(order: Order, event: PublishedEvent, envelope: EventEnvelope): object {
  const key = profileKey(order.profileId);
  if (!isProof(event)) return eventRow(envelope, { ...key });
  const id = executionRowId(order.id, event.data.executionId);
  return carryingEvent({ id, kind: 'execution', ...key }, envelope);
}

/** Of an execution that closed nothing, what it did otherwise proves that it was recorded. */
function isProof(event: PublishedEvent): event is PublishedEvent & { fact: 'executed' | 'position-reversed' } {
  return event.fact === 'executed' || (event.fact === 'position-reversed' && event.data.closed === '0');
}

/** The event of an order that was refused and never came to be. */
export function refusedEnvelope(refused: OrderRefusedV1, place: Place): EventEnvelope {
  const { orderId, intent } = refused;
  return envelopeOf(place, { declaration: orderRefused, subject: orderId, version: 1, intent, data: refused });
}

/** The rows that answer a request when it is repeated; the first of them carries the event of the answer. */
export function answerRows([first, ...others]: AnswerRows, envelope: EventEnvelope): object[] {
  return [carryingEvent(first, envelope), ...others];
}

/** Rows whose existence answers a request: the idempotency row, and what else the caller may name it by. */
export type AnswerRows = readonly [idempotency: object, ...named: object[]];

/** What is written for a book that was just made. */
export function bookOpenedRow(place: Place): object {
  const { profileId } = place.book;
  const publication = { declaration: bookOpened, subject: profileId, version: 1, data: { profileId } };
  return eventRow(envelopeOf(place, publication), { ...profileKey(profileId) });
}

/**
 * What is written for a trade that is over; `order` is the one that closed it. The event takes its version from the
 * profile's sequence: a fill that comes late opens the trade again, and it closes once more.
 */
export function tradeClosedRow(trade: OpenTrade, order: Order, place: Place): object {
  const { tradeId, closed } = trade;
  const data: TradeClosedV1 = {
    tradeId,
    profileId: order.profileId,
    symbol: order.symbol,
    ...(isShort(trade) ? { direction: 'short' } : {}),
    quantity: decimalText(closed.quantity),
    costUnits: closed.costUnits.toString(),
    proceedsUnits: closed.proceedsUnits.toString(),
    realizedPnlUnits: (closed.proceedsUnits - closed.costUnits).toString(),
    feeUnits: closed.feeUnits.toString(),
    asset: CAPITAL_ASSET,
    closedBy: order.id,
    closedAt: place.at,
  };
  const { correlationId } = order;
  const version = place.book.sequence;
  const publication = { declaration: tradeClosed, subject: tradeId, version, correlationId, data };
  return eventRow(envelopeOf(place, publication), { ...profileKey(order.profileId) });
}

/** What is written when a profile is given limits of its own, those in the book of `place`. */
export function limitsChangedRow(place: Place, actor: string): object {
  const { profileId, sequence, limits } = place.book;
  const data = { profileId, actor, ...limitTexts(limits) };
  const publication = { declaration: bookLimitsChanged, subject: profileId, version: sequence, data };
  return eventRow(envelopeOf(place, publication), { ...profileKey(profileId) });
}

/** An event that is about to be published, before it has a place in the profile's sequence. */
interface Publication {
  readonly declaration: EventDeclaration;
  readonly subject: string;
  readonly version: number;
  readonly correlationId?: string;
  readonly cause?: string | undefined;
  readonly intent?: string;
  readonly data: object;
}

function envelopeOf({ book, at }: Place, publication: Publication): EventEnvelope {
  const trace = currentTrace();
  const causationid = publication.cause ?? trace?.causationId;
  return {
    id: `orders:${publication.subject}:${publication.version}`,
    type: publication.declaration.type,
    source: '/orders',
    subject: publication.subject,
    time: at,
    partitionkey: book.profileId,
    ownerid: book.ownerId,
    sequence: book.sequence,
    ...(publication.intent === undefined ? {} : { intent: publication.intent }),
    ...(trace?.traceparent === undefined ? {} : { traceparent: trace.traceparent }),
    correlationid: trace?.correlationId ?? publication.correlationId ?? publication.subject,
    ...(causationid === undefined ? {} : { causationid }),
    data: publication.data,
  };
}
