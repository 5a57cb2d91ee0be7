import { accountClosed, accountReopened, capitalLimitsChanged } from '@ballast/contracts/ledger';
import type { CapitalLimitsView, CapitalView } from '@ballast/contracts/ledger';
import { Clock } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { AnswerOnce } from './answer-once.js';
import type { CapitalAnswer, CapitalRequest, RequestDecision } from './answer-once.js';
import type { Account, CapitalLimits } from './domain/account.js';
import { capitalViewOf, limitsViewOf } from './domain/capital-views.js';
import { decideClosing, decideReopening } from './domain/decide-state.js';

/** A decoded request to close an account or to open it again. */
export interface ChangeStateCommand extends CapitalRequest {
  readonly kind: 'closing' | 'reopening';
  readonly reason: string;
}

/** A decoded request to set what must stay available and what may be reserved. */
export interface SetLimitsCommand extends CapitalRequest {
  readonly kind: 'limits';
  readonly limits: CapitalLimits;
  /** Whether the limits before are those that the caller saw. */
  readonly wereSeen: (before: CapitalLimitsView) => boolean;
}

/** Changes what an account takes part in; nothing moves. */
@Injectable()
export class ChangeAccount {
  constructor(
    private readonly answers: AnswerOnce,
    private readonly clock: Clock,
  ) {}

  /** Closes or opens again. Throws `Failure` while the store cannot be reached; repeating the request is safe. */
  changeState(command: ChangeStateCommand): Promise<CapitalAnswer<CapitalView>> {
    return this.answers.execute<CapitalView>(command, (account) => {
      const now = this.clock.iso();
      const decision = command.kind === 'closing' ? decideClosing(account, now) : decideReopening(account);
      if (decision.outcome === 'refused') return decision;
      const { profileId, reason, caller } = command;
      const declaration = command.kind === 'closing' ? accountClosed : accountReopened;
      const data = { profileId, asset: account.asset, reason, actor: caller.userId };
      return changed({ ...decision.account, updatedAt: now }, { declaration, subject: profileId, data });
    });
  }

  /** Sets both limits; one that is absent is removed. Nothing that is reserved already is touched. */
  setLimits(command: SetLimitsCommand): Promise<CapitalAnswer<CapitalView>> {
    return this.answers.execute<CapitalView>(command, (account) => {
      const { profileId, caller, limits } = command;
      if (!command.wereSeen(limitsViewOf(account))) return { outcome: 'stale' };
      const { availableMin, reservedMax } = limits;
      const data = {
        profileId,
        asset: account.asset,
        actor: caller.userId,
        ...(availableMin !== undefined && { availableMinUnits: availableMin.toString() }),
        ...(reservedMax !== undefined && { reservedMaxUnits: reservedMax.toString() }),
      };
      const next = { ...account, limits, updatedAt: this.clock.iso() };
      return changed(next, { declaration: capitalLimitsChanged, subject: profileId, data });
    });
  }
}

function changed(
  account: Account,
  event: { declaration: typeof accountClosed | typeof capitalLimitsChanged; subject: string; data: object },
): RequestDecision<CapitalView> {
  return { outcome: 'done', change: { account, event, result: capitalViewOf(account) } };
}
