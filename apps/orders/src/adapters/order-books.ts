import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { DocumentConflict, HeadStore } from '@ballast/cosmos';
import type { Alone, Change, ContainerStore } from '@ballast/cosmos';
import { Failure, PRODUCT_ID } from '@ballast/contracts';
import type { OrderRefusedV1 } from '@ballast/contracts/orders';
import { Clock, InjectStore } from '@ballast/service-host';
import { BLANK_BOOK } from '../domain/book.js';
import type { Book } from '../domain/book.js';
import type { Order } from '../domain/order.js';
import type { ProfileLimits, ProfileRisk } from '../domain/risk-limits.js';
import type { OrderEvent } from '../domain/order-event.js';
import { BOOK_ID, bookDocument, bookOf } from './book-documents.js';
import type { BookDocument, ShortfallDocument } from './book-documents.js';
import { changeOf, creation } from './book-progress.js';
import { liveOrderOf, orderOf } from './order-documents.js';
import type { OrderDocument } from './order-documents.js';
import { answerRows, bookOpenedRow, executionRowId, limitsChangedRow, refusedEnvelope } from './order-rows.js';
import type { AnswerRows } from './order-rows.js';

/** What a use case decided about one order of a book. */
export interface BookDecision<Result> {
  /** Events of the order, in the order in which they happened; none commits nothing. */
  readonly events: readonly OrderEvent[];
  /** Instead of events of an order: it was refused and never came to be. */
  readonly refused?: { readonly data: OrderRefusedV1; readonly answers: AnswerRows };
  /** For a placement or a replacement: rows whose existence answers the request before anything else does; the first carries its event. */
  readonly answers?: AnswerRows;
  /** What caused it, where that is not the message being handled: an execution of the broker's. */
  readonly cause?: string;
  /**
   * That there are no events is true only of the order as it is stored: where the book in memory said so, it is asked
   * again from the stored one, which another replica may have changed since.
   */
  readonly isOfStored?: boolean;
  /** Made from the order as it is after the events. */
  readonly result: (order: Order | undefined) => Result;
}

/** What a decision is made from: the book, and the order if it exists. */
export interface BookFacts {
  readonly book: Book;
  readonly order: Order | undefined;
  /** The live orders of a symbol. */
  liveIn(symbol: string): Order[];
  /** To be called before anything is read that an earlier change of the book may be about to write. */
  readonly alone: Alone;
}

type Decide<Result> = (facts: BookFacts) => BookDecision<Result> | Promise<BookDecision<Result>>;

/** Which order a change is about; `isNew` when its id was made just now, so that nothing needs to be read. */
export interface OrderKey {
  readonly profileId: string;
  readonly orderId: string;
  readonly isNew?: boolean;
}

/** Says that the book in memory does not know an order, which another replica may have placed since. */
const TOO_OLD = Symbol('the book in memory is too old for what is asked');

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

  /** The profile's book as it is stored now; `undefined` for a profile that orders has not heard of. */
  async stored(profileId: string): Promise<Book | undefined> {
    const stored = await this.store.read<BookDocument>(BOOK_ID, partitionOf(profileId));
    return stored === undefined ? undefined : bookOf(stored.document);
  }

  /** What a decision that writes nothing is made from, as it is stored now. Throws when the profile has no book. */
  async storedFacts(profileId: string): Promise<Pick<BookFacts, 'book' | 'liveIn'>> {
    const stored = await this.store.read<BookDocument>(BOOK_ID, partitionOf(profileId));
    if (stored === undefined) throw new Error(`profile ${profileId} has no book`);
    const { document } = stored;
    return { book: bookOf(document), liveIn: (symbol) => liveIn(document, symbol) };
  }

  /** Makes the book of a new profile; a second call changes nothing. */
  async open(profile: Pick<Book, 'profileId' | 'ownerId' | 'entriesPerSymbolMax'>): Promise<void> {
    const { profileId } = profile;
    await this.heads.change(partitionOf(profileId), (document): Change<BookDocument, void> => {
      if (document !== undefined) return { result: undefined };
      const book: Book = { ...profile, sequence: 1, hasShortfall: false, ...BLANK_BOOK };
      const row = bookOpenedRow({ book, at: this.clock.iso() });
      return { head: bookDocument(book, { live: {} }), operations: [{ create: row }], result: undefined };
    });
  }

  /**
   * Hands the book and the order to `decide` and commits what it decided in one batch, with what is decided about other
   * orders meanwhile. Asked again from fresh facts when another replica was faster, and when the book in memory may be too
   * old: it lacks the order, or the decision is impossible by it, or is that there is nothing to do.
   * A row of `first`, or an execution, that exists already throws `DocumentConflict`. Throws when the profile has no book.
   */
  async change<Result>(key: OrderKey, decide: Decide<Result>): Promise<Result> {
    const result = await this.fromMemory(key, decide);
    if (result !== TOO_OLD) return result;
    this.heads.forget(partitionOf(key.profileId));
    return (await this.attempt(key, decide, { mayBeMissing: true, isStored: true })) as Result;
  }

  /**
   * Gives a profile limits of its own and publishes them; setting what is set changes nothing. `check` may throw by what
   * they were. Throws without a book.
   */
  async setLimits(
    profileId: string,
    limits: ProfileLimits,
    actor: string,
    check: (before: ProfileLimits) => void = () => undefined,
  ): Promise<void> {
    // Another replica may have set others since, and what is set here already would look as if nothing were to do.
    this.heads.forget(partitionOf(profileId));
    await this.heads.change(partitionOf(profileId), (document): Change<BookDocument, void> => {
      if (document === undefined) throw new Error(`profile ${profileId} has no book`);
      const before = bookOf(document);
      check(before.limits ?? {});
      const book: Book = { ...before, limits, sequence: document.sequence + 1 };
      const head = bookDocument(book, document);
      if (isDeepStrictEqual(head.limits, document.limits)) return { result: undefined };
      return {
        head,
        operations: [creation(limitsChangedRow({ book, at: this.clock.iso() }, actor))],
        result: undefined,
      };
    });
  }

  /** Notes the ledger's word on a shortfall, unless a later one is known. Throws `Failure` while there is no book. */
  async noteShortfall(profileId: string, shortfall: ShortfallDocument): Promise<void> {
    await this.heads.change(partitionOf(profileId), (document): Change<BookDocument, void> => {
      if (document === undefined) throw new Failure('book-not-open', `the book of ${profileId} is not open yet`);
      const isNews = shortfall.sequence > (document.shortfall?.sequence ?? 0);
      return { ...(isNews ? { head: { ...document, shortfall } } : {}), result: undefined };
    });
  }

  /** Notes what a version of the profile lets it do, unless a later one is known. Throws `Failure` while there is no book. */
  async noteRisk(profileId: string, risk: ProfileRisk): Promise<void> {
    await this.heads.change(partitionOf(profileId), (document): Change<BookDocument, void> => {
      if (document === undefined) throw new Failure('book-not-open', `the book of ${profileId} is not open yet`);
      const isNews = risk.version > (document.risk?.version ?? 0);
      return { ...(isNews && { head: bookDocument({ ...bookOf(document), risk }, document) }), result: undefined };
    });
  }

  /** The order as this process knows it, which is as fresh as its book in memory. */
  current(key: OrderKey): Promise<Order | undefined> {
    return this.change(key, ({ order }) => ({ events: [], result: () => order }));
  }

  /** The order as it is stored now, on which the next change of it in this process builds. */
  latest(key: OrderKey): Promise<Order | undefined> {
    return this.change(key, ({ order }) => ({ events: [], isOfStored: true, result: () => order }));
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

  /** A decision from the book in memory; what only an old book can explain is no result. */
  private async fromMemory<Result>(key: OrderKey, decide: Decide<Result>): Promise<Result | typeof TOO_OLD> {
    try {
      return await this.attempt(key, decide, { mayBeMissing: key.isNew === true, isStored: false });
    } catch (error) {
      if (error instanceof Failure || error instanceof DocumentConflict) throw error;
      return TOO_OLD;
    }
  }

  private attempt<Result>(
    key: OrderKey,
    decide: Decide<Result>,
    { mayBeMissing, isStored }: { readonly mayBeMissing: boolean; readonly isStored: boolean },
  ): Promise<Result | typeof TOO_OLD> {
    type Attempt = Change<BookDocument, Result | typeof TOO_OLD>;
    return this.heads.changeTogether(partitionOf(key.profileId), async (document, alone): Promise<Attempt> => {
      if (document === undefined) throw new Error(`profile ${key.profileId} has no book`);
      const live = liveOrderOf(document, key.orderId);
      if (live === undefined && key.isNew !== true) alone();
      const order = live ?? (key.isNew === true ? undefined : await this.endedOrder(key));
      if (order === undefined && !mayBeMissing) return { result: TOO_OLD };
      const facts = { book: bookOf(document), order, liveIn: (symbol: string) => liveIn(document, symbol), alone };
      const decision = await decide(facts);
      if (decision.isOfStored === true && decision.events.length === 0 && !isStored) return { result: TOO_OLD };
      if (decision.refused !== undefined) return this.refusal(document, decision, decision.refused);
      return this.progress(document, order, decision);
    });
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
    const { order, ...change } = changeOf(document, known, { ...decision, at: this.clock.iso() });
    return { ...change, result: decision.result(order) };
  }

  private refusal<Result>(
    document: BookDocument,
    decision: BookDecision<Result>,
    { data, answers }: NonNullable<BookDecision<Result>['refused']>,
  ): Change<BookDocument, Result> {
    const book = { ...bookOf(document), sequence: document.sequence + 1 };
    const envelope = refusedEnvelope(data, { book, at: this.clock.iso() });
    return {
      first: answerRows(answers, envelope).map(creation),
      head: bookDocument(book, document),
      result: decision.result(undefined),
    };
  }
}

function liveIn(document: BookDocument, symbol: string): Order[] {
  return Object.entries(document.live).flatMap(([orderId, live]) =>
    live.symbol === symbol ? (liveOrderOf(document, orderId) ?? []) : [],
  );
}

function partitionOf(profileId: string): string[] {
  return [PRODUCT_ID, profileId];
}
