import { capitalReversed } from '@ballast/contracts/ledger';
import type { CapitalMoveView } from '@ballast/contracts/ledger';
import { Clock } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import type { LedgerFacts } from './adapters/ledger.store.js';
import { AnswerOnce, keyHashOf } from './answer-once.js';
import type { CapitalAnswer, CapitalRequest, RequestDecision } from './answer-once.js';
import { balancesText } from './domain/account.js';
import type { Account } from './domain/account.js';
import { moveViewOf } from './domain/capital-views.js';
import { refusalOfVersion } from './domain/decide-move.js';
import { decideReversal, reversalIdOf } from './domain/decide-reversal.js';
import { post } from './domain/posting.js';

/** A decoded request to take a posting back. */
export interface ReversePostingCommand extends CapitalRequest {
  readonly postingId: string;
  readonly reason: string;
  readonly expectedVersion?: number;
}

/** Takes back what was entered by hand, with a new posting; each once, whoever asks and however often. */
@Injectable()
export class ReversePosting {
  constructor(
    private readonly answers: AnswerOnce,
    private readonly clock: Clock,
  ) {}

  /** Throws `Failure` while the store cannot be reached; repeating the request is safe. */
  execute(command: ReversePostingCommand): Promise<CapitalAnswer<CapitalMoveView>> {
    return this.answers.execute<CapitalMoveView>(command, (account, facts) => this.decide(account, facts, command));
  }

  private async decide(
    account: Account,
    facts: LedgerFacts,
    command: ReversePostingCommand,
  ): Promise<RequestDecision<CapitalMoveView>> {
    const stale = refusalOfVersion(account, command.expectedVersion);
    if (stale !== undefined) return { outcome: 'refused', refusal: stale };
    const { postingId, reason, caller, profileId } = command;
    const original = await facts.posting(postingId);
    if (original === undefined) return { outcome: 'not-found' };
    const id = reversalIdOf(postingId);
    const decision = decideReversal(account, original, (await facts.posting(id)) !== undefined);
    if (decision.outcome === 'refused') return decision;
    const story = { reason, actor: caller.userId, reverses: postingId };
    const movement = {
      id,
      kind: 'reversal',
      cause: `key:${keyHashOf(command)}`,
      legs: decision.legs,
      ...story,
    } as const;
    const { posting, account: next } = post(account, movement, this.clock.iso());
    const balances = balancesText(posting.balances);
    const data = {
      profileId,
      asset: account.asset,
      postingId: id,
      units: decision.units.toString(),
      balances,
      ...story,
    };
    const event = { declaration: capitalReversed, subject: profileId, data };
    const result = moveViewOf(posting.content(), 'reversal');
    return { outcome: 'done', change: { account: next, posting, event, result } };
  }
}
