import type { Change, CommitOperation } from '@ballast/cosmos';
import { currentTrace } from '@ballast/service-bus';
import { evolveBook } from '../domain/book.js';
import type { Book } from '../domain/book.js';
import { followUps } from '../domain/follow-ups.js';
import { evolve, hasEnded } from '../domain/order.js';
import type { Order } from '../domain/order.js';
import type { OrderEvent } from '../domain/order-event.js';
import { bookDocument, bookOf } from './book-documents.js';
import type { BookDocument } from './book-documents.js';
import { liveOrderDocument, orderDocument } from './order-documents.js';
import { answerRows, orderEnvelope, rowOf, tradeClosedRow } from './order-rows.js';
import type { AnswerRows } from './order-rows.js';

/** What happens to one order of a book, and how it is told. */
export interface Happening {
  readonly events: readonly OrderEvent[];
  readonly answers?: AnswerRows;
  readonly cause?: string;
  /** When it is committed, ISO 8601. */
  readonly at: string;
}

/** A book with an order after some events, and the rows that say so. */
interface Progress {
  readonly book: Book;
  readonly order: Order | undefined;
  readonly first: readonly object[];
  readonly rows: readonly object[];
}

/** The row as it is created in a batch. */
export const creation = (row: object): CommitOperation => ({ create: row });

/** The batch in which an order's events, and what follows from them, are committed with its book; at least one event. */
export function changeOf(
  document: BookDocument,
  known: Order | undefined,
  happening: Happening,
): Omit<Change<BookDocument, void>, 'result'> & { readonly order: Order } {
  const before: Progress = { book: bookOf(document), order: known, first: [], rows: [] };
  const decided = happening.events.reduce((progress, event) => step(progress, event, happening), before);
  if (decided.order === undefined) throw new Error('unreachable: events without an order');
  const following = followUps(before.book, decided.book, { order: decided.order, committed: happening.events });
  const { book, order, first, rows } = following.reduce(
    (progress, event) => step(progress, event, { ...happening, answers: undefined }),
    decided,
  );
  if (order === undefined) throw new Error('unreachable: it was there before');
  const ended = hasEnded(order);
  return {
    order,
    first: first.map(creation),
    head: bookDocument(book, { ...document, live: liveAfter(document, book, order) }),
    operations: [...rows.map(creation), ...(ended ? [{ upsert: orderDocument(order) }] : [])],
  };
}

function liveAfter(document: BookDocument, book: Book, order: Order): BookDocument['live'] {
  const others = Object.fromEntries(Object.entries(document.live).filter(([liveId]) => liveId !== order.id));
  if (hasEnded(order)) return others;
  return { ...others, [order.id]: liveOrderDocument(order, bookDocument(book, document).trades) };
}

type Told = Pick<Happening, 'cause' | 'at'> & { readonly answers?: AnswerRows | undefined };

function step(progress: Progress, event: OrderEvent, { answers, cause, at }: Told): Progress {
  const { order: before } = progress;
  const order = evolve(before, event, provenanceOf(progress.book, before, at));
  const next = evolveBook(progress.book, before, { event, at });
  if (event.fact === 'capital-held') return { ...progress, book: next.book, order };
  const book = { ...next.book, sequence: next.book.sequence + 1 };
  const envelope = orderEnvelope(order, event, { book, at }, cause);
  const isAnswer = progress.first.length === 0 && answers !== undefined;
  const rows = isAnswer ? progress.rows : [...progress.rows, rowOf(order, event, envelope)];
  const told = { book, order, first: isAnswer ? answerRows(answers, envelope) : progress.first, rows };
  if (next.closed === undefined) return told;
  const closing = { ...book, sequence: book.sequence + 1 };
  return { ...told, book: closing, rows: [...rows, tradeClosedRow(next.closed, order, { book: closing, at })] };
}

function provenanceOf(book: Book, before: Order | undefined, at: string) {
  return {
    ownerId: book.ownerId,
    at,
    correlationId: before?.correlationId ?? currentTrace()?.correlationId ?? book.profileId,
  };
}
