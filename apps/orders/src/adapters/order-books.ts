import { Injectable } from '@nestjs/common';
import { HeadStore, carryingEvent, eventRow } from '@ballast/cosmos';
import type { Change, CommitOperation, ContainerStore } from '@ballast/cosmos';
import { PRODUCT_ID } from '@ballast/contracts';
import type { EventDeclaration, EventEnvelope } from '@ballast/contracts';
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
import {
  BOOK_ID,
  bookDocument,
  bookOf,
  liveOrderDocument,
  liveOrderOf,
  orderDocument,
  orderOf,
  profileKey,
} from './order-documents.js';
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

type PublishedEvent = Exclude<OrderEvent, { fact: 'capital-held' }>;

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

/** Which order a change is about; `isNew` when its id was made just now, so that nothing needs to be read. */
export interface OrderKey {
  readonly profileId: string;
  readonly orderId: string;
  readonly isNew?: boolean;
}

/** Id of the row that proves that an execution was recorded. */
export function executionRowId(orderId: string, executionId: string): string {
  return `execution:${orderId}:${executionId.replaceAll(/[/\\?#]/g, '_')}`;
}

/**
 * The books of all profiles with their live orders, and rows for the orders that have ended. A change is one batch: the
 * book under its ETag, the events, and what proves that they happened. A live order stands in its book, so that a
 * change of it costs no write of its own and is as fresh as the book is.
 */
@Injectable()
export class OrderBooks {
  private readonly heads: HeadStore<BookDocument>;

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
  async open(profile: Pick<Book, 'profileId' | 'ownerId' | 'entriesPerSymbolMax'>): Promise<void> {
    const { profileId } = profile;
    await this.heads.change(partitionOf(profileId), (document): Change<BookDocument, void> => {
      if (document !== undefined) return { result: undefined };
      const book: Book = { ...profile, sequence: 1, liveOrders: 0, trades: {} };
      const publication = { declaration: bookOpened, subject: profileId, version: 1, data: { profileId } };
      const row = eventRow(this.envelope(book, publication), { ...profileKey(profileId) });
      return { head: bookDocument(book, {}), operations: [{ create: row }], result: undefined };
    });
  }

  /**
   * Hands the book and the order to `decide` and commits what it decided in one batch; asked again from fresh facts when
   * another replica was faster. A row of `first`, or an execution, that exists already throws `DocumentConflict`.
   * Throws when the profile has no book.
   */
  change<Result>(
    key: OrderKey,
    decide: (facts: BookFacts) => BookDecision<Result> | Promise<BookDecision<Result>>,
  ): Promise<Result> {
    return this.heads.change(partitionOf(key.profileId), async (document): Promise<Change<BookDocument, Result>> => {
      if (document === undefined) throw new Error(`profile ${key.profileId} has no book`);
      const live = liveOrderOf(document, key.orderId);
      const order = live ?? (key.isNew === true ? undefined : await this.endedOrder(key));
      const decision = await decide({ book: bookOf(document), order });
      if (decision.refused !== undefined) return this.refusal(document, decision, decision.refused);
      return this.progress(document, order, decision);
    });
  }

  /** The order as this process knows it, which is as fresh as its book in memory. */
  current(key: OrderKey): Promise<Order | undefined> {
    return this.change(key, ({ order }) => ({ events: [], result: () => order }));
  }

  /** The order as it is stored now, whoever owns it. */
  async find(key: OrderKey): Promise<Order | undefined> {
    const stored = await this.store.read<BookDocument>(BOOK_ID, partitionOf(key.profileId));
    if (stored === undefined) return undefined;
    return liveOrderOf(stored.document, key.orderId) ?? this.endedOrder(key);
  }

  /** The profile's live orders as they are stored now. */
  async liveOrders(profileId: string): Promise<Order[]> {
    const stored = await this.store.read<BookDocument>(BOOK_ID, partitionOf(profileId));
    if (stored === undefined) return [];
    return Object.keys(stored.document.live).flatMap((orderId) => liveOrderOf(stored.document, orderId) ?? []);
  }

  /** Whether this execution of the order was recorded. */
  async hasExecution(order: Order, executionId: string): Promise<boolean> {
    return (await this.store.read(executionRowId(order.id, executionId), partitionOf(order.profileId))) !== undefined;
  }

  private async endedOrder({ profileId, orderId }: OrderKey): Promise<Order | undefined> {
    const stored = await this.store.read<OrderDocument>(orderId, partitionOf(profileId));
    return stored === undefined ? undefined : orderOf(stored.document);
  }

  private progress<Result>(
    document: BookDocument,
    known: Order | undefined,
    decision: BookDecision<Result>,
  ): Change<BookDocument, Result> {
    if (decision.events.length === 0) return { result: decision.result(known) };
    let book = bookOf(document);
    let order = known;
    const rows: object[] = [];
    for (const event of decision.events) {
      const before = order;
      order = evolve(before, event, this.provenance(book, before));
      book = evolveBook(book, before, event);
      if (event.fact === 'capital-held') continue;
      book = { ...book, sequence: book.sequence + 1 };
      rows.push(rowOf(order, event, this.envelope(book, { ...publicationOf(order, event), cause: decision.cause })));
    }
    if (order === undefined) throw new Error('unreachable: events without an order');
    const { [order.id]: _before, ...others } = document.live;
    const ended = hasEnded(order);
    const live = ended ? others : { ...others, [order.id]: liveOrderDocument(order) };
    return {
      first: decision.first ?? [],
      head: bookDocument(book, live),
      operations: [...rows.map((row) => ({ create: row })), ...(ended ? [{ upsert: orderDocument(order) }] : [])],
      result: decision.result(order),
    };
  }

  private refusal<Result>(
    document: BookDocument,
    decision: BookDecision<Result>,
    refused: OrderRefusedV1,
  ): Change<BookDocument, Result> {
    const book = { ...bookOf(document), sequence: document.sequence + 1 };
    const publication = {
      declaration: orderRefused,
      subject: refused.orderId,
      version: 1,
      intent: refused.intent,
      data: refused,
    };
    return {
      first: decision.first ?? [],
      head: bookDocument(book, document.live),
      operations: [{ create: eventRow(this.envelope(book, publication), { ...profileKey(book.profileId) }) }],
      result: decision.result(undefined),
    };
  }

  private provenance(book: Book, before: Order | undefined) {
    return {
      ownerId: book.ownerId,
      at: this.clock.iso(),
      correlationId: before?.correlationId ?? currentTrace()?.correlationId ?? book.profileId,
    };
  }

  /** The event; `book` carries the sequence that it takes. */
  private envelope(book: Book, publication: Publication): EventEnvelope {
    const trace = currentTrace();
    const causationid = publication.cause ?? trace?.causationId;
    return {
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
      correlationid: trace?.correlationId ?? publication.correlationId ?? publication.subject,
      ...(causationid === undefined ? {} : { causationid }),
      data: publication.data,
    };
  }
}

function partitionOf(profileId: string): string[] {
  return [PRODUCT_ID, profileId];
}

function publicationOf(order: Order, event: PublishedEvent): Publication {
  return {
    declaration: PUBLISHED_AS[event.fact],
    subject: order.id,
    version: order.version,
    correlationId: order.correlationId,
    intent: order.intent,
    data: event.data,
  };
}

/** What is written for an event. That of an execution is carried by the row whose id proves that it was recorded. */
function rowOf(order: Order, event: PublishedEvent, envelope: EventEnvelope): object {
  const key = profileKey(order.profileId);
  if (event.fact !== 'executed') return eventRow(envelope, { ...key });
  const id = executionRowId(order.id, event.data.executionId);
  return carryingEvent({ id, kind: 'execution', ...key }, envelope);
}
