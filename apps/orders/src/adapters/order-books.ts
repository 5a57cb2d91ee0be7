import { Injectable } from '@nestjs/common';
import { HeadStore, eventRow } from '@ballast/cosmos';
import type { Change, CommitOperation, ContainerStore, EventRow } from '@ballast/cosmos';
import { PRODUCT_ID } from '@ballast/contracts';
import type { EventDeclaration } from '@ballast/contracts';
import { bookOpened, orderRefused } from '@ballast/contracts/orders';
import type { OrderRefusedV1 } from '@ballast/contracts/orders';
import { Clock, InjectStore } from '@ballast/service-host';
import { currentTrace } from '@ballast/service-bus';
import { evolveBook } from '../domain/book.js';
import type { Book } from '../domain/book.js';
import { evolve, hasEnded } from '../domain/order.js';
import type { Order } from '../domain/order.js';
import { PUBLISHED_AS } from '../domain/order-event.js';
import type { OrderEvent } from '../domain/order-event.js';
import { BOOK_ID, bookDocument, bookOf, orderDocument, orderOf, profileKey } from './order-documents.js';
import type { BookDocument, OrderDocument } from './order-documents.js';

/** What a use case decided about one order of a book. */
export interface BookDecision<Result> {
  /** Events of the order, in the order in which they happened; none commits nothing. */
  readonly events: readonly OrderEvent[];
  /** Instead of events of an order: it was refused and never came to be. */
  readonly refused?: OrderRefusedV1;
  /** Rows whose existence answers the request before anything else does, such as the idempotency row. */
  readonly first?: readonly CommitOperation[];
  /** What caused it, where that is not the message being handled: an execution of the broker's. */
  readonly cause?: string;
  /** Made from the order as it is after the events. */
  readonly result: (order: Order | undefined) => Result;
}

/** What a decision is made from: the book, and the order if it exists. */
export interface BookFacts {
  readonly book: Book;
  readonly order: Order | undefined;
}

/** An event that is about to be published, before it has a place in the profile's sequence. */
interface Publication {
  readonly declaration: EventDeclaration;
  readonly subject: string;
  readonly version: number;
  readonly correlationId: string | undefined;
  readonly cause?: string | undefined;
  readonly intent?: string;
  readonly data: object;
}

/** Live orders of one profile as they are when its book has this sequence. */
interface LiveOrders {
  readonly sequence: number;
  readonly orders: Map<string, Order>;
}

/** Which order a change is about; `isNew` when its id was made just now, so that nothing needs to be read. */
export interface OrderKey {
  readonly profileId: string;
  readonly orderId: string;
  readonly isNew?: boolean;
}

/** Profiles whose live orders are kept in memory. */
const PROFILES_CACHED_MAX = 10_000;

/** Id of the row that proves that an execution was recorded. */
export function executionRowId(orderId: string, executionId: string): string {
  return `execution:${orderId}:${executionId.replaceAll(/[/\\?#]/g, '_')}`;
}

/**
 * The books of all profiles and the orders in them. A change is one batch: the book under its ETag, the order, its
 * events and what proves that they happened. Because every change replaces the book, an order in memory is as fresh as
 * its book is, and is read again only when another replica has moved the book on.
 */
@Injectable()
export class OrderBooks {
  private readonly heads: HeadStore<BookDocument>;
  private readonly live = new Map<string, LiveOrders>();

  constructor(
    @InjectStore('trade_orders') private readonly store: ContainerStore,
    private readonly clock: Clock,
  ) {
    this.heads = new HeadStore<BookDocument>(store, { headId: () => BOOK_ID });
  }

  /** The profile's book, from memory where possible; `undefined` for a profile that orders has not heard of. */
  async bookOf(profileId: string): Promise<Book | undefined> {
    const document = await this.heads.read(partitionOf(profileId));
    return document === undefined ? undefined : bookOf(document);
  }

  /** Makes the book of a new profile; a second call changes nothing. */
  async open(book: Omit<Book, 'sequence' | 'trades'>): Promise<void> {
    await this.heads.change(partitionOf(book.profileId), (document): Change<BookDocument, void> => {
      if (document !== undefined) return { result: undefined };
      const opened: Book = { ...book, sequence: 1, trades: {} };
      const publication = {
        declaration: bookOpened,
        subject: book.profileId,
        version: 1,
        correlationId: undefined,
        data: { profileId: book.profileId },
      };
      return { head: bookDocument(opened), operations: [{ create: this.row(opened, publication) }], result: undefined };
    });
  }

  /**
   * Hands the book and the order to `decide` and commits what it decided in one batch; asked again from fresh facts when
   * another replica was faster. A row of `first`, or an execution, that exists already throws `DocumentConflict`.
   * Throws when the profile has no book.
   */
  change<Result>(
    order: OrderKey,
    decide: (facts: BookFacts) => BookDecision<Result> | Promise<BookDecision<Result>>,
  ): Promise<Result> {
    const { profileId, orderId } = order;
    let next: { before: Book; book: Book; order: Order | undefined } | undefined;
    const changed = this.heads.change(
      partitionOf(profileId),
      async (document): Promise<Change<BookDocument, Result>> => {
        next = undefined;
        if (document === undefined) throw new Error(`profile ${profileId} has no book`);
        const facts = {
          book: bookOf(document),
          order: order.isNew === true ? undefined : await this.orderAt(document, orderId),
        };
        const decision = await decide(facts);
        const { change, after } = this.prepare(facts, decision);
        if (after !== undefined) next = { before: facts.book, ...after };
        return { ...change, result: decision.result(after?.order ?? facts.order) };
      },
    );
    return changed.then((result) => {
      if (next !== undefined) this.remember(next.before, next.book, next.order);
      return result;
    });
  }

  /** The order as the store has it, whoever owns it. */
  async find(profileId: string, orderId: string): Promise<Order | undefined> {
    const stored = await this.store.read<OrderDocument>(orderId, partitionOf(profileId));
    return stored === undefined ? undefined : orderOf(stored.document);
  }

  /** Whether this execution of the order was recorded. */
  async hasExecution(order: Order, executionId: string): Promise<boolean> {
    return (await this.store.read(executionRowId(order.id, executionId), partitionOf(order.profileId))) !== undefined;
  }

  private prepare(
    facts: BookFacts,
    decision: BookDecision<unknown>,
  ): { change: Omit<Change<BookDocument, unknown>, 'result'>; after?: { book: Book; order: Order | undefined } } {
    const first = decision.first ?? [];
    if (decision.refused !== undefined) return this.prepareRefusal(facts.book, decision.refused, first);
    if (decision.events.length === 0) return { change: {} };
    let { book, order } = facts;
    const operations: CommitOperation[] = [];
    for (const event of decision.events) {
      const before = order;
      order = evolve(before, event, this.provenance(book, before));
      book = evolveBook(book, before, event);
      if (event.fact === 'capital-held') continue;
      book = { ...book, sequence: book.sequence + 1 };
      operations.push({ create: this.row(book, { ...publicationOf(order, event), cause: decision.cause }) });
      if (event.fact === 'executed') operations.push({ create: executionRow(order, event.data) });
    }
    if (order === undefined) throw new Error('unreachable: events without an order');
    const document = orderDocument(order);
    operations.unshift(facts.order === undefined ? { create: document } : { upsert: document });
    return { change: { first, head: bookDocument(book), operations }, after: { book, order } };
  }

  private prepareRefusal(book: Book, refused: OrderRefusedV1, first: readonly CommitOperation[]) {
    const next = { ...book, sequence: book.sequence + 1 };
    const publication = {
      declaration: orderRefused,
      subject: refused.orderId,
      version: 1,
      correlationId: undefined,
      intent: refused.intent,
      data: refused,
    };
    return {
      change: { first, head: bookDocument(next), operations: [{ create: this.row(next, publication) }] },
      after: { book: next, order: undefined },
    };
  }

  private provenance(book: Book, before: Order | undefined) {
    return {
      ownerId: book.ownerId,
      at: this.clock.iso(),
      correlationId: before?.correlationId ?? currentTrace()?.correlationId ?? 'none',
    };
  }

  /** The event row; `book` carries the sequence that this event takes. */
  private row(book: Book, publication: Publication): EventRow {
    const trace = currentTrace();
    const causationid = publication.cause ?? trace?.causationId;
    const envelope = {
      id: `orders:${publication.subject}:${publication.version}`,
      type: publication.declaration.type,
      source: '/orders',
      subject: publication.subject,
      time: this.clock.iso(),
      partitionkey: book.profileId,
      ownerid: book.ownerId,
      sequence: book.sequence,
      ...(publication.intent === undefined ? {} : { intent: publication.intent }),
      ...(trace?.traceparent === undefined ? {} : { traceparent: trace.traceparent }),
      correlationid: trace?.correlationId ?? publication.correlationId ?? 'none',
      ...(causationid === undefined ? {} : { causationid }),
      data: publication.data,
    };
    return eventRow(envelope, { ...profileKey(book.profileId) });
  }

  private async orderAt(document: BookDocument, orderId: string): Promise<Order | undefined> {
    const live = this.live.get(document.profileId);
    const cached = live?.sequence === document.sequence ? live.orders.get(orderId) : undefined;
    return cached ?? this.find(document.profileId, orderId);
  }

  private remember(before: Book, book: Book, order: Order | undefined): void {
    const known = this.live.get(book.profileId);
    // What is known of an older book may be stale: another replica was there in between.
    const orders = known?.sequence === before.sequence ? known.orders : new Map<string, Order>();
    if (order !== undefined && hasEnded(order)) orders.delete(order.id);
    else if (order !== undefined) orders.set(order.id, order);
    this.live.delete(book.profileId);
    this.live.set(book.profileId, { sequence: book.sequence, orders });
    for (const oldest of this.live.keys()) {
      if (this.live.size <= PROFILES_CACHED_MAX) return;
      this.live.delete(oldest);
    }
  }
}

function partitionOf(profileId: string): string[] {
  return [PRODUCT_ID, profileId];
}

function publicationOf(order: Order, event: Exclude<OrderEvent, { fact: 'capital-held' }>): Publication {
  return {
    declaration: PUBLISHED_AS[event.fact],
    subject: order.id,
    version: order.version,
    correlationId: order.correlationId,
    intent: order.intent,
    data: event.data,
  };
}

function executionRow(
  order: Order,
  data: { executionId: string; executionNumber: number; quantity: string; price: string },
): object {
  return {
    id: executionRowId(order.id, data.executionId),
    kind: 'execution',
    ...profileKey(order.profileId),
    orderId: order.id,
    number: data.executionNumber,
    quantity: data.quantity,
    price: data.price,
  };
}
