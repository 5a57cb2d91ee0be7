import { newRequestId } from '@ballast/contracts';
import type { EventDeclaration, EventEnvelope } from '@ballast/contracts';
import { DocumentConflict, HeadStore, carryingEvent, eventRow } from '@ballast/cosmos';
import type { Alone, Change, CommitOperation, ContainerStore } from '@ballast/cosmos';
import { currentTrace } from '@ballast/service-bus';
import { Clock, InjectStore } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import type { Account } from '../domain/account.js';
import type { CapitalRefusal } from '../domain/decide-move.js';
import { holdIdOf } from '../domain/hold.js';
import type { Hold } from '../domain/hold.js';
import type { Posting } from '../domain/posting.js';
import type { StandingAccount } from '../domain/verify-account.js';
import type { StoredPosting } from '../domain/verify-chain.js';
import { alarmNews } from './alarm-news.js';
import { holdDocument, holdOf, holdsWith, liveHoldOf } from './hold-documents.js';
import {
  ACCOUNT_ID,
  accountDocument,
  accountOf,
  barredPostingDocument,
  partitionOf,
  postingDocument,
  profileKey,
  transferRowIdOf,
} from './ledger-documents.js';
import type { HoldDocument } from './hold-documents.js';
import type {
  AccountDocument,
  AnswerDocument,
  Barred,
  BarredPostingDocument,
  PostingDocument,
  TransferDocument,
} from './ledger-documents.js';

/** What a decision is made from. */
export interface LedgerFacts {
  /** `undefined` for a profile that the ledger has not heard of. */
  readonly account: Account | undefined;
  /** What the account holds for an order. */
  liveHold(orderId: string): Hold | undefined;
  /** The hold of an order, or what became of it; read only where the account holds nothing for it. */
  hold(orderId: string): Promise<Hold | undefined>;
  /** The posting with this id. */
  posting(postingId: string): Promise<StoredPosting | undefined>;
}

/** An event to publish; it takes the account's next sequence. */
export interface Publication<Data extends object = object> {
  readonly declaration: EventDeclaration<Data>;
  readonly subject: string;
  readonly data: Data;
}

/** What a decision writes, all of it in one batch. */
export interface LedgerChange<Result> {
  /** The account after it; absent leaves it alone, and then there is no posting, no event and nothing held. */
  readonly account?: Account;
  readonly posting?: Posting;
  /** The hold as it was found, and after it. */
  readonly hold?: { readonly before: Hold | undefined; readonly after: Hold };
  /** The posting that a cause would make, and must never. */
  readonly barred?: Barred;
  /** A transfer that begins or ends with it. */
  readonly transfer?: TransferDocument;
  readonly answer?: AnswerDocument;
  readonly event?: Publication;
  readonly result: Result;
}

type Decide<Result> = (facts: LedgerFacts, alone: Alone) => LedgerChange<Result> | Promise<LedgerChange<Result>>;
/** The answer where what would prove the change is there already; it is given the id of that row. */
type OrElse<Result> = (conflict: string) => Result | Promise<Result>;

/**
 * The capital of all profiles. A change is one batch: the account under its ETag, the posting with its event, the answer,
 * and what became of a hold. An order has either a hold in its account or a row that says what became of it, never both.
 * Every placement leaves one row, its posting or the bar in its place, so a repetition conflicts and nothing need be read.
 */
@Injectable()
export class LedgerStore {
  private readonly heads: HeadStore<AccountDocument>;

  constructor(
    @InjectStore('capital_ledgers') private readonly store: ContainerStore,
    private readonly clock: Clock,
  ) {
    this.heads = new HeadStore<AccountDocument>(store, { headId: () => ACCOUNT_ID });
  }

  /**
   * Hands the facts to `decide` and commits what it decided; asked again from fresh facts when another replica was
   * faster. `orElse` answers when the answer or the posting, whose id it is given, exists already or is barred: it was done before.
   * Whatever is thrown, the next try starts from fresh facts.
   */
  change<Result>(profileId: string, decide: Decide<Result>, orElse: OrElse<Result>): Promise<Result> {
    const decideAlone: Decide<Result> = (facts, alone) => {
      alone();
      return decide(facts, alone);
    };
    return this.changeTogether(profileId, decideAlone, orElse);
  }

  /** The same for a decision that knows nothing but its facts: in one batch with others that are made meanwhile. */
  async changeTogether<Result>(profileId: string, decide: Decide<Result>, orElse: OrElse<Result>): Promise<Result> {
    try {
      return await this.heads.changeTogether(partitionOf(profileId), async (document, alone) =>
        this.prepare(profileId, document, await decide(this.factsOf(profileId, document, alone), alone)),
      );
    } catch (error) {
      // A lost answer may have left the account in memory behind what is stored; so may waiting for another replica.
      this.heads.forget(partitionOf(profileId));
      if (error instanceof DocumentConflict && provesThatItWasDone(error.id)) return orElse(error.id);
      throw error;
    }
  }

  /** The account as it is stored now, whatever is in memory. */
  async account(profileId: string): Promise<Account | undefined> {
    const stored = await this.store.read<AccountDocument>(ACCOUNT_ID, partitionOf(profileId));
    return stored && accountOf(stored.document);
  }

  /** The posting with this id; `undefined` where there is none, or where the id is barred. */
  async posting(profileId: string, id: string): Promise<StoredPosting | undefined> {
    const stored = await this.store.read<PostingDocument | BarredPostingDocument>(id, partitionOf(profileId));
    return stored?.document.kind === 'posting' ? stored.document : undefined;
  }

  /** The stored answer with this id. */
  async answer(profileId: string, id: string): Promise<AnswerDocument | undefined> {
    return (await this.store.read<AnswerDocument>(id, partitionOf(profileId)))?.document;
  }

  /** Why the posting with this id must never be; `undefined` where it is there, or nothing stands in its place. */
  async refusalAt(profileId: string, postingId: string): Promise<CapitalRefusal | undefined> {
    return (await this.store.read<Barred>(postingId, partitionOf(profileId)))?.document.refusal;
  }

  /** Where a transfer that this profile gives stands. */
  async transfer(profileId: string, transferId: string): Promise<TransferDocument | undefined> {
    return (await this.store.read<TransferDocument>(transferRowIdOf(transferId), partitionOf(profileId)))?.document;
  }

  /** The account as it is stored now, and what it holds for orders. */
  async standing(profileId: string): Promise<StandingAccount | undefined> {
    const stored = await this.store.read<AccountDocument>(ACCOUNT_ID, partitionOf(profileId));
    if (stored === undefined) return undefined;
    const held = Object.keys(stored.document.holds).map(
      (orderId) => [orderId, liveHoldOf(stored.document, orderId)?.remaining ?? 0n] as const,
    );
    return { account: accountOf(stored.document), held: Object.fromEntries(held) };
  }

  /** What is read beyond the account may be what a change before this one is about to write. */
  private factsOf(profileId: string, document: AccountDocument | undefined, alone: Alone): LedgerFacts {
    const liveHold = (orderId: string): Hold | undefined => document && liveHoldOf(document, orderId);
    return {
      account: document && accountOf(document),
      liveHold,
      hold: async (orderId) => {
        const live = liveHold(orderId);
        if (live !== undefined) return live;
        alone();
        return this.holdElsewhere(profileId, orderId);
      },
      posting: (postingId) => {
        alone();
        return this.posting(profileId, postingId);
      },
    };
  }

  /**
   * The hold of an order for which the account in memory holds nothing: resolved, or made by another replica since. In
   * that case the account in memory is behind, and what is decided about it loses the race and is decided again.
   */
  private async holdElsewhere(profileId: string, orderId: string): Promise<Hold | undefined> {
    const row = await this.store.read<HoldDocument>(holdIdOf(orderId), partitionOf(profileId));
    if (row !== undefined) return holdOf(row.document);
    const stored = await this.store.read<AccountDocument>(ACCOUNT_ID, partitionOf(profileId));
    return stored && liveHoldOf(stored.document, orderId);
  }

  private prepare<Result>(
    profileId: string,
    before: AccountDocument | undefined,
    { account, posting, hold, barred, transfer, answer, event, result }: LedgerChange<Result>,
  ): Change<AccountDocument, Result> {
    const found = before && accountOf(before);
    const news = [...(event ? [event] : []), ...(found && account ? alarmNews(found, account) : [])];
    const envelopes = account ? this.envelopesOf(account, news) : [];
    const next = account && this.touched({ ...account, sequence: account.sequence + envelopes.length });
    const proof =
      (posting && postingDocument(profileId, posting)) ??
      (barred === undefined ? undefined : barredPostingDocument(profileId, barred));
    // What is posted carries the event that tells of it; the others stand beside it.
    const [carried, ...others] = proof === undefined ? [undefined, ...envelopes] : envelopes;
    const first = [answer, proof && withEvent(proof, carried)].flatMap(creationOf);
    const operations = [
      ...(hold ? holdWrites(profileId, hold) : []),
      ...(transfer ? [{ upsert: transfer }] : []),
      ...others.flatMap((envelope) => creationOf(envelope && eventRow(envelope, { ...profileKey(profileId) }))),
    ];
    if (next === undefined) return { first, operations, result };
    const holds = before?.holds ?? {};
    return { first, head: accountDocument(next, hold ? holdsWith(holds, hold.after) : holds), operations, result };
  }

  /** The times of an account never run back, however the clocks of replicas differ. */
  private touched(account: Account): Account {
    const now = this.clock.iso();
    return now > account.updatedAt ? { ...account, updatedAt: now } : account;
  }

  /** The events of one change, in the places of the profile's sequence after those before. */
  private envelopesOf({ profileId, ownerId, sequence }: Account, news: readonly Publication[]): EventEnvelope[] {
    const trace = currentTrace();
    const time = this.clock.iso();
    const correlationid = trace?.correlationId ?? newRequestId(this.clock.now());
    return news.map(({ declaration, subject, data }, index) => ({
      id: `ledger:${profileId}:${sequence + index + 1}`,
      type: declaration.type,
      source: '/ledger',
      subject,
      time,
      partitionkey: profileId,
      ownerid: ownerId,
      sequence: sequence + index + 1,
      ...(trace?.traceparent !== undefined && { traceparent: trace.traceparent }),
      correlationid,
      ...(trace?.causationId !== undefined && { causationid: trace.causationId }),
      data,
    }));
  }
}

/** A posting, or the bar in its place, is never written again, so it carries the event: one write for both. */
function withEvent<Row extends object>(row: Row, event: EventEnvelope | undefined): Row {
  return event === undefined ? row : carryingEvent(row, event);
}

function creationOf(row: object | undefined): CommitOperation[] {
  return row === undefined ? [] : [{ create: row }];
}

/** A hold that is `held` stands in the account; any other has a row. Written after the account, whose ETag decides first. */
function holdWrites(profileId: string, { before, after }: Required<LedgerChange<unknown>>['hold']): CommitOperation[] {
  if (after.state === 'held') return [];
  const row = holdDocument(profileId, after);
  return before === undefined || before.state === 'held' ? [{ create: row }] : [{ upsert: row }];
}

/** Whether a row with this id is there only when the whole change was committed before, or must never be. */
const provesThatItWasDone = (id: string): boolean => id.startsWith('posting:') || id.startsWith('answer:');
