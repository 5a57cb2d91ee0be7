import { newRequestId } from '@ballast/contracts';
import type { EventDeclaration, EventEnvelope } from '@ballast/contracts';
import { DocumentConflict, HeadStore, carryingEvent, eventRow } from '@ballast/cosmos';
import type { Change, CommitOperation, ContainerStore } from '@ballast/cosmos';
import { currentTrace } from '@ballast/service-bus';
import { Clock, InjectStore } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import type { Account } from '../domain/account.js';
import { holdIdOf } from '../domain/hold.js';
import type { Hold } from '../domain/hold.js';
import type { Posting } from '../domain/posting.js';
import {
  ACCOUNT_ID,
  accountDocument,
  accountOf,
  holdDocument,
  holdOf,
  partitionOf,
  postingDocument,
  profileKey,
} from './ledger-documents.js';
import type { AccountDocument, AnswerDocument, HoldDocument, PostingDocument } from './ledger-documents.js';

/** Unresolved holds of one profile that are kept in memory. */
const HOLDS_KNOWN_MAX = 1_000;
const POSTINGS_PAGE_SIZE = 200;

/** What a decision is made from. */
export interface LedgerFacts {
  /** `undefined` for a profile that the ledger has not heard of. */
  readonly account: Account | undefined;
  /** The hold of an order, from memory where possible. */
  hold(orderId: string): Promise<Hold | undefined>;
  /** Whether there is a posting with this id. */
  isPosted(postingId: string): Promise<boolean>;
}

/** An event to publish; it takes the account's next sequence. */
export interface Publication<Data extends object = object> {
  readonly declaration: EventDeclaration<Data>;
  readonly subject: string;
  readonly data: Data;
}

/** What a decision writes, all of it in one batch. */
export interface LedgerChange<Result> {
  /** The account after it; absent leaves it alone, and then there is no posting and no event. */
  readonly account?: Account;
  readonly posting?: Posting;
  /** The hold after it; `isNew` when there must not be one yet. */
  readonly hold?: { readonly after: Hold; readonly isNew: boolean };
  readonly answer?: AnswerDocument;
  readonly event?: Publication;
  readonly result: Result;
}

/**
 * The capital of all profiles. A change is one batch: the account under its ETag, the posting with its event, the hold and
 * the answer. A hold changes only together with its account, except for its creation, so a hold in memory is as fresh as
 * the account it was committed with.
 */
@Injectable()
export class LedgerStore {
  private readonly heads: HeadStore<AccountDocument>;
  private readonly known = new WeakMap<AccountDocument, ReadonlyMap<string, Hold>>();

  constructor(
    @InjectStore('capital_ledgers') private readonly store: ContainerStore,
    private readonly clock: Clock,
  ) {
    this.heads = new HeadStore<AccountDocument>(store, { headId: () => ACCOUNT_ID });
  }

  /**
   * Hands the facts to `decide` and commits what it decided; asked again from fresh facts when another replica was
   * faster. `orElse` answers when the answer, hold or posting exists already: it was all done before. Whatever is
   * thrown, the next try starts from fresh facts.
   */
  async change<Result>(
    profileId: string,
    decide: (facts: LedgerFacts) => LedgerChange<Result> | Promise<LedgerChange<Result>>,
    orElse: () => Result | Promise<Result>,
  ): Promise<Result> {
    try {
      return await this.heads.change(partitionOf(profileId), async (document) =>
        this.prepare(profileId, document, await decide(this.factsOf(profileId, document))),
      );
    } catch (error) {
      // A lost answer may have left the account in memory behind what is stored; so may waiting for another replica.
      this.heads.forget(partitionOf(profileId));
      if (error instanceof DocumentConflict && !isEventId(error.id)) return orElse();
      throw error;
    }
  }

  /** The account as it is stored now, whatever is in memory, and when it changed last. */
  async account(profileId: string): Promise<{ account: Account; updatedAt: string } | undefined> {
    const stored = await this.store.read<AccountDocument>(ACCOUNT_ID, partitionOf(profileId));
    return stored && { account: accountOf(stored.document), updatedAt: stored.document.updatedAt };
  }

  /** The stored answer with this id. */
  async answer(profileId: string, id: string): Promise<AnswerDocument | undefined> {
    return (await this.store.read<AnswerDocument>(id, partitionOf(profileId)))?.document;
  }

  /** The profile's postings in their order, a page at a time. */
  async *postings(profileId: string): AsyncGenerator<readonly PostingDocument[]> {
    let continuation: string | undefined;
    do {
      const page = await this.store.query<PostingDocument>({
        query: 'SELECT * FROM c WHERE c.kind = @kind ORDER BY c.number',
        parameters: { '@kind': 'posting' },
        partition: partitionOf(profileId),
        pageSize: POSTINGS_PAGE_SIZE,
        ...(continuation !== undefined && { continuation }),
      });
      yield page.items;
      continuation = page.continuation;
    } while (continuation !== undefined);
  }

  private factsOf(profileId: string, document: AccountDocument | undefined): LedgerFacts {
    return {
      account: document && accountOf(document),
      hold: async (orderId) => {
        const known = document && this.known.get(document)?.get(orderId);
        if (known !== undefined) return known;
        const stored = await this.store.read<HoldDocument>(holdIdOf(orderId), partitionOf(profileId));
        return stored && holdOf(stored.document);
      },
      isPosted: async (postingId) => (await this.store.read(postingId, partitionOf(profileId))) !== undefined,
    };
  }

  private prepare<Result>(
    profileId: string,
    before: AccountDocument | undefined,
    { account, posting, hold, answer, event, result }: LedgerChange<Result>,
  ): Change<AccountDocument, Result> {
    const next = account && event ? { ...account, sequence: account.sequence + 1 } : account;
    const envelope = next && event && this.envelopeOf(next, event);
    const holdRow = hold && holdDocument(profileId, hold.after);
    const postingRow = posting && withEvent(postingDocument(profileId, posting), envelope);
    const first = [answer, hold?.isNew === true ? holdRow : undefined, postingRow];
    const creations = first.flatMap((row): CommitOperation[] => (row === undefined ? [] : [{ create: row }]));
    if (next === undefined) return { first: creations, result };
    const head = accountDocument(next, this.clock.iso());
    this.known.set(head, withHold(before && this.known.get(before), hold?.after));
    const newsAlone = postingRow === undefined && envelope !== undefined;
    return {
      first: creations,
      head,
      operations: [
        ...(holdRow !== undefined && hold?.isNew === false ? [{ upsert: holdRow }] : []),
        ...(newsAlone ? [{ create: eventRow(envelope, { ...profileKey(profileId) }) }] : []),
      ],
      result,
    };
  }

  /** The account carries the sequence that this event takes. */
  private envelopeOf(account: Account, { declaration, subject, data }: Publication): EventEnvelope {
    const { profileId, ownerId, sequence } = account;
    const trace = currentTrace();
    return {
      id: `ledger:${profileId}:${sequence}`,
      type: declaration.type,
      source: '/ledger',
      subject,
      time: this.clock.iso(),
      partitionkey: profileId,
      ownerid: ownerId,
      sequence,
      ...(trace?.traceparent !== undefined && { traceparent: trace.traceparent }),
      correlationid: trace?.correlationId ?? newRequestId(this.clock.now()),
      ...(trace?.causationId !== undefined && { causationid: trace.causationId }),
      data,
    };
  }
}

/** A posting is never written again, so it carries the event that tells of it: one write for both. */
function withEvent(posting: PostingDocument, event: EventEnvelope | undefined): PostingDocument {
  return event === undefined ? posting : carryingEvent(posting, event);
}

const isEventId = (id: string): boolean => id.startsWith('ledger:');

/** The holds known with the account before, and the changed one; those that are resolved are rarely asked for again. */
function withHold(known: ReadonlyMap<string, Hold> | undefined, changed: Hold | undefined): ReadonlyMap<string, Hold> {
  if (changed === undefined) return known ?? new Map();
  const holds = new Map(known);
  holds.delete(changed.orderId);
  if (changed.state === 'held') holds.set(changed.orderId, changed);
  const [oldest] = holds.keys();
  if (holds.size > HOLDS_KNOWN_MAX && oldest !== undefined) holds.delete(oldest);
  return holds;
}
