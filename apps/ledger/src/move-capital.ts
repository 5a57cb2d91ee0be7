import { createHash } from 'node:crypto';
import { capitalDeposited, capitalWithdrawn, withdrawalRefused } from '@ballast/contracts/ledger';
import type { CapitalMoveView } from '@ballast/contracts/ledger';
import type { Refusal } from '@ballast/contracts';
import { unitsText } from '@ballast/money';
import { Clock } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { profileKey } from './adapters/ledger-documents.js';
import type { AnswerDocument } from './adapters/ledger-documents.js';
import { LedgerStore } from './adapters/ledger.store.js';
import type { LedgerChange } from './adapters/ledger.store.js';
import { mayUse } from './domain/access.js';
import { balancesText, evolve } from './domain/account.js';
import type { Account, Legs } from './domain/account.js';
import { decideMove } from './domain/decide-move.js';
import type { MoveKind } from './domain/decide-move.js';
import { Posting, postingIdOf } from './domain/posting.js';

/** A decoded request with what makes it repeatable. */
export interface MoveCapitalCommand {
  readonly profileId: string;
  readonly caller: Caller;
  readonly kind: MoveKind;
  /** Above zero. */
  readonly units: bigint;
  readonly idempotencyKey: string;
  /** Hash of method, path and body: the same key with another hash is another request. */
  readonly requestHash: string;
}

/** The one answer to a request, however often it is repeated. */
export type MoveAnswer =
  | { readonly outcome: 'moved'; readonly view: CapitalMoveView }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
  | { readonly outcome: 'key-reused' }
  | { readonly outcome: 'not-found' };

/** Moves capital into a profile or out of it, or refuses, exactly once per idempotency key of the profile. */
@Injectable()
export class MoveCapital {
  constructor(
    private readonly ledger: LedgerStore,
    private readonly clock: Clock,
  ) {}

  /** Throws `Failure` while the store cannot be reached; repeating the request is safe. */
  async execute(command: MoveCapitalCommand): Promise<MoveAnswer> {
    return this.ledger.change<MoveAnswer>(
      command.profileId,
      ({ account }) => {
        if (account === undefined || !mayUse(command.caller, account.ownerId)) return { result: NOT_FOUND };
        const decision = decideMove(account, command.kind, command.units);
        return decision.outcome === 'moved'
          ? this.move(account, command, decision.legs)
          : this.refuse(account, command, decision.refusal);
      },
      () => this.earlierAnswer(command),
    );
  }

  private move(account: Account, command: MoveCapitalCommand, legs: Legs): LedgerChange<MoveAnswer> {
    const { profileId, kind, units } = command;
    const key = keyHash(command);
    const posting = new Posting(account, { id: postingIdOf(key), kind, cause: `key:${key}`, legs }, this.clock.iso());
    const { asset } = posting;
    const view: CapitalMoveView = {
      postingId: posting.id,
      kind,
      amount: unitsText(units, asset),
      available: unitsText(posting.balances.available, asset),
    };
    const balances = balancesText(posting.balances);
    const data = { profileId, asset, postingId: posting.id, units: units.toString(), balances };
    const declaration = kind === 'deposit' ? capitalDeposited : capitalWithdrawn;
    return {
      account: evolve(account, posting),
      posting,
      answer: { ...answerTo(command), moved: view },
      event: { declaration, subject: profileId, data },
      result: { outcome: 'moved', view },
    };
  }

  private refuse(account: Account, command: MoveCapitalCommand, refusal: Refusal): LedgerChange<MoveAnswer> {
    const { profileId, units } = command;
    const data = { profileId, asset: account.asset, units: units.toString(), refusal };
    return {
      account,
      answer: { ...answerTo(command), refusal },
      event: { declaration: withdrawalRefused, subject: profileId, data },
      result: { outcome: 'refused', refusal },
    };
  }

  private async earlierAnswer(command: MoveCapitalCommand): Promise<MoveAnswer> {
    const { id, requestHash } = answerTo(command);
    const earlier = await this.ledger.answer(command.profileId, id);
    if (earlier === undefined) throw new Error(`answer ${id} conflicted and is not there`);
    if (earlier.requestHash !== requestHash) return { outcome: 'key-reused' };
    if (earlier.moved !== undefined) return { outcome: 'moved', view: earlier.moved };
    if (earlier.refusal !== undefined) return { outcome: 'refused', refusal: earlier.refusal };
    throw new Error(`answer ${id} says nothing`);
  }
}

const NOT_FOUND: MoveAnswer = { outcome: 'not-found' };

/** The row that answers a repetition; kept for ever, like the posting that it stands beside. */
function answerTo(command: MoveCapitalCommand): AnswerDocument {
  const { profileId, requestHash } = command;
  return { id: `answer:${keyHash(command)}`, kind: 'answer', ...profileKey(profileId), requestHash };
}

/** Keys are the caller's and may hold characters that an id may not. */
function keyHash({ idempotencyKey }: MoveCapitalCommand): string {
  return createHash('sha256').update(idempotencyKey).digest('hex');
}
