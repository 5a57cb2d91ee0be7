import { Failure } from '@ballast/contracts';
import { capitalReleased } from '@ballast/contracts/ledger';
import { Clock } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { LedgerStore } from './adapters/ledger.store.js';
import type { LedgerChange, LedgerFacts } from './adapters/ledger.store.js';
import { balancesText } from './domain/account.js';
import { decideSurplus } from './domain/decide-replacement.js';
import type { Replacement } from './domain/decide-replacement.js';
import { post, postingIdOf } from './domain/posting.js';
import { requireAccount } from './domain/requirements.js';

/** Sets free what is held beyond an order's terms, once it is known whether these are the other ones or those before; once. */
@Injectable()
export class ReleaseSurplus {
  constructor(
    private readonly ledger: LedgerStore,
    private readonly clock: Clock,
  ) {}

  /**
   * `cause` is the id of the event. Throws `Failure` while what it builds on (hold, executions, the request) is not there
   * or the store cannot be reached.
   */
  async execute(profileId: string, replacement: Replacement, cause: string): Promise<void> {
    await this.ledger.changeTogether<void>(
      profileId,
      (facts) => this.changeOf(facts, { profileId, replacement, cause }),
      () => undefined,
    );
  }

  private async changeOf(
    facts: LedgerFacts,
    { profileId, replacement, cause }: { profileId: string; replacement: Replacement; cause: string },
  ): Promise<LedgerChange<void>> {
    const { orderId, revision } = replacement;
    const account = requireAccount(facts.account, profileId);
    const before = await facts.hold(orderId);
    const decision = decideSurplus(account.balances, before, replacement);
    if (decision.outcome === 'nothing-to-do') return { result: undefined };
    if (decision.outcome === 'too-early')
      throw new Failure(`${decision.missing}-not-there-yet`, `replacement ${revision} of ${orderId} is early`);
    const hold = { before, after: decision.hold };
    if (decision.outcome === 'noted') return { account, hold, result: undefined };
    const movement = { id: postingIdOf(cause), kind: 'release', cause, orderId, legs: decision.legs } as const;
    const { posting, account: next } = post(account, movement, this.clock.iso());
    const [units, balances] = [decision.releasedUnits.toString(), balancesText(posting.balances)];
    const data = { profileId, asset: account.asset, postingId: posting.id, units, balances, orderId };
    return {
      account: next,
      posting,
      hold,
      event: { declaration: capitalReleased, subject: orderId, data },
      result: undefined,
    };
  }
}
