import { HOLD_REFUSAL_CODES } from '@ballast/contracts';
import type { EventDeclaration } from '@ballast/contracts';
import {
  capitalAdjusted,
  capitalDeposited,
  capitalWithdrawn,
  feeCharged,
  withdrawalRefused,
} from '@ballast/contracts/ledger';
import type { CapitalMoveView } from '@ballast/contracts/ledger';
import { Clock } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { LedgerStore } from './adapters/ledger.store.js';
import type { Publication } from './adapters/ledger.store.js';
import { AnswerOnce, keyHashOf } from './answer-once.js';
import type { CapitalAnswer, CapitalRequest, RequestDecision } from './answer-once.js';
import { balancesText } from './domain/account.js';
import type { Account } from './domain/account.js';
import { moveViewOf } from './domain/capital-views.js';
import { decideMove, refusalOfVersion } from './domain/decide-move.js';
import type { AmountKind, CapitalRefusal, MoveDecision } from './domain/decide-move.js';
import { post, postingIdOf } from './domain/posting.js';
import type { Movement, Posting } from './domain/posting.js';

/** A decoded request to move an amount. */
export interface MoveCapitalCommand extends CapitalRequest {
  readonly kind: AmountKind;
  /** Above zero; what an adjustment adds may be below. */
  readonly units: bigint;
  /** Number of postings that the caller knew of. */
  readonly expectedVersion?: number;
  /** ISO 8601 in UTC with milliseconds. */
  readonly occurredAt?: string;
  /** For what only operators do. */
  readonly reason?: string;
}

type Moved = Extract<MoveDecision, { outcome: 'moved' }>;

/** Moves capital into a profile or out of it, or refuses, exactly once per idempotency key of the profile. */
@Injectable()
export class MoveCapital {
  constructor(
    private readonly answers: AnswerOnce,
    private readonly ledger: LedgerStore,
    private readonly clock: Clock,
  ) {}

  /** Throws `Failure` while the store cannot be reached; repeating the request is safe. */
  async execute(command: MoveCapitalCommand): Promise<CapitalAnswer<CapitalMoveView>> {
    const answer = await this.answers.execute<CapitalMoveView>(command, (account) => this.decide(account, command));
    return answer.outcome === 'done' ? { ...answer, view: await this.complete(command, answer.view) } : answer;
  }

  private decide(account: Account, command: MoveCapitalCommand): RequestDecision<CapitalMoveView> {
    const stale = refusalOfVersion(account, command.expectedVersion);
    if (stale !== undefined) return { outcome: 'refused', refusal: stale };
    const decision = decideMove(account, command.kind, command.units);
    return decision.outcome === 'moved'
      ? this.move(account, command, decision)
      : { ...decision, ...withdrawalRefusedEvent(account, command, decision.refusal) };
  }

  private move(account: Account, command: MoveCapitalCommand, decision: Moved): RequestDecision<CapitalMoveView> {
    const key = keyHashOf(command);
    const { kind, caller, occurredAt, reason } = command;
    const movement: Movement = {
      id: postingIdOf(key),
      kind,
      cause: `key:${key}`,
      legs: decision.legs,
      actor: caller.userId,
      ...(occurredAt !== undefined && { occurredAt }),
      ...(reason !== undefined && { reason }),
    };
    const { posting, account: next } = post(account, movement, this.clock.iso());
    const event = movedEvent(account, command, { posting, units: decision.units });
    const result = moveViewOf(posting.content(), kind);
    return { outcome: 'done', change: { account: next, posting, event, result } };
  }

  /** Answers of earlier releases were kept without the balances; the posting has them. */
  private async complete({ profileId, kind }: MoveCapitalCommand, view: CapitalMoveView): Promise<CapitalMoveView> {
    if ((view.version as number | undefined) !== undefined) return view;
    const posting = await this.ledger.posting(profileId, view.postingId);
    if (posting === undefined) throw new Error(`${view.postingId} was answered and is not there`);
    return moveViewOf(posting, kind);
  }
}

const MOVED: Readonly<Record<AmountKind, EventDeclaration>> = {
  deposit: capitalDeposited,
  withdrawal: capitalWithdrawn,
  fee: feeCharged,
  adjustment: capitalAdjusted,
};

function movedEvent(
  { profileId, asset }: Account,
  { kind, units, reason, caller }: MoveCapitalCommand,
  moved: { readonly posting: Posting; readonly units: bigint },
): Publication {
  const { id: postingId, balances, story } = moved.posting;
  const common = { profileId, asset, postingId, balances: balancesText(balances) };
  const byHand = { reason, actor: caller.userId, ...(story.occurredAt && { occurredAt: story.occurredAt }) };
  const data =
    kind === 'deposit' || kind === 'withdrawal'
      ? { ...common, units: units.toString() }
      : { ...common, units: moved.units.toString(), ...byHand };
  return { declaration: MOVED[kind], subject: profileId, data };
}

/** A refused withdrawal has an event of its own, which says how much was asked for. */
function withdrawalRefusedEvent(
  { profileId, asset }: Account,
  { kind, units }: MoveCapitalCommand,
  refusal: CapitalRefusal,
): { event?: Publication } {
  if (kind !== 'withdrawal' || !(HOLD_REFUSAL_CODES as readonly string[]).includes(refusal.code)) return {};
  const data = { profileId, asset, units: units.toString(), refusal };
  return { event: { declaration: withdrawalRefused, subject: profileId, data } };
}
