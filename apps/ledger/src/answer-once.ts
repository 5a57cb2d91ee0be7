import { createHash } from 'node:crypto';
import { capitalRequestRefused } from '@ballast/contracts/ledger';
import type { CapitalRequestKind } from '@ballast/contracts/ledger';
import type { Caller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { profileKey } from './adapters/ledger-documents.js';
import type { AnswerDocument } from './adapters/ledger-documents.js';
import { LedgerStore } from './adapters/ledger.store.js';
import type { LedgerChange, LedgerFacts, Publication } from './adapters/ledger.store.js';
import { mayUse } from './domain/access.js';
import type { Account } from './domain/account.js';
import type { CapitalRefusal } from './domain/decide-move.js';

/** Times a request is decided again because something it found undone was done meanwhile. */
const ATTEMPTS_MAX = 3;

/** Who asks for what, and what makes it repeatable. */
export interface CapitalRequest {
  readonly kind: CapitalRequestKind;
  readonly profileId: string;
  readonly caller: Caller;
  readonly idempotencyKey: string;
  /** Hash of method, path and body: the same key with another hash is another request. */
  readonly requestHash: string;
}

/** What is decided on a request: a change, or a refusal, which is published unless it says otherwise. */
export type RequestDecision<View> =
  | { readonly outcome: 'done'; readonly change: LedgerChange<View> }
  | { readonly outcome: 'refused'; readonly refusal: CapitalRefusal; readonly event?: Publication }
  | Undecided;

/** There is nothing to decide on, or it is not what the caller saw. */
type Undecided = { readonly outcome: 'not-found' } | { readonly outcome: 'stale' };

/** The one answer to a request, however often it is repeated. */
export type CapitalAnswer<View> =
  | { readonly outcome: 'done'; readonly view: View }
  | { readonly outcome: 'refused'; readonly refusal: CapitalRefusal }
  | { readonly outcome: 'key-reused' }
  | Undecided;

/** Decides a request about a profile's capital once per idempotency key of the profile, refusals included. */
@Injectable()
export class AnswerOnce {
  constructor(private readonly ledger: LedgerStore) {}

  /** Throws `Failure` while the store cannot be reached; repeating the request is safe. */
  async execute<View extends object>(
    request: CapitalRequest,
    decide: (account: Account, facts: LedgerFacts) => RequestDecision<View> | Promise<RequestDecision<View>>,
  ): Promise<CapitalAnswer<View>> {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const answer = await this.ledger.change<CapitalAnswer<View> | undefined>(
        request.profileId,
        async (facts) => {
          const { account } = facts;
          if (account === undefined || !mayUse(request.caller, account.ownerId)) return { result: NOT_FOUND };
          const decision = await decide(account, facts);
          if (decision.outcome !== 'not-found' && decision.outcome !== 'stale')
            return changeOf(account, request, decision);
          // What the first request found may be gone or changed because of it.
          return { result: (await this.earlierAnswer<View>(request)) ?? decision };
        },
        (conflict) => (conflict === answerTo(request).id ? this.answerThere<View>(request) : undefined),
      );
      if (answer !== undefined) return answer;
    }
    throw new Error(`the ${request.kind} of ${request.profileId} meets a row that it does not find`);
  }

  private async answerThere<View extends object>(request: CapitalRequest): Promise<CapitalAnswer<View>> {
    const earlier = await this.earlierAnswer<View>(request);
    if (earlier === undefined) throw new Error(`the answer to ${request.kind} conflicted and is not there`);
    return earlier;
  }

  private async earlierAnswer<View extends object>(request: CapitalRequest): Promise<CapitalAnswer<View> | undefined> {
    const { id, requestHash } = answerTo(request);
    const earlier = await this.ledger.answer(request.profileId, id);
    if (earlier === undefined) return undefined;
    if (earlier.requestHash !== requestHash) return { outcome: 'key-reused' };
    if (earlier.refusal !== undefined) return { outcome: 'refused', refusal: earlier.refusal };
    const view = earlier.view ?? earlier.moved;
    if (view === undefined) throw new Error(`answer ${id} says nothing`);
    return { outcome: 'done', view: view as View };
  }
}

const NOT_FOUND = { outcome: 'not-found' } as const;

function changeOf<View extends object>(
  account: Account,
  request: CapitalRequest,
  decision: Exclude<RequestDecision<View>, Undecided>,
): LedgerChange<CapitalAnswer<View>> {
  switch (decision.outcome) {
    case 'done': {
      const { result: view, ...change } = decision.change;
      return { ...change, answer: { ...answerTo(request), view }, result: { outcome: 'done', view } };
    }
    case 'refused': {
      const { refusal, event = refusedEvent(account, request, refusal) } = decision;
      const answer = { ...answerTo(request), refusal };
      const result = { outcome: 'refused', refusal } as const;
      // That somebody looked too early is no news to anybody else. The account goes with it all the same: a replica whose
      // memory is behind must not refuse for ever what was decided on the present balances.
      return refusal.code === 'version-stale' ? { account, answer, result } : { account, answer, event, result };
    }
  }
}

function refusedEvent(account: Account, { kind, profileId }: CapitalRequest, refusal: CapitalRefusal): Publication {
  const data = { profileId, asset: account.asset, request: kind, refusal };
  return { declaration: capitalRequestRefused, subject: profileId, data };
}

/** The row that answers a repetition; kept for ever, like the posting that it stands beside. */
function answerTo(request: CapitalRequest): AnswerDocument {
  const { profileId, requestHash } = request;
  return { id: `answer:${keyHashOf(request)}`, kind: 'answer', ...profileKey(profileId), requestHash };
}

/** The idempotency key as a part of ids: keys are the caller's and may hold characters that an id may not. */
export function keyHashOf({ idempotencyKey }: Pick<CapitalRequest, 'idempotencyKey'>): string {
  return createHash('sha256').update(idempotencyKey).digest('hex');
}
