import { Failure } from '@ballast/contracts';
import { capitalReleased } from '@ballast/contracts/ledger';
import type { OrderEndedV1 } from '@ballast/contracts/orders';
import { Clock } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { LedgerStore } from './adapters/ledger.store.js';
import type { LedgerChange, LedgerFacts } from './adapters/ledger.store.js';
import { balancesText } from './domain/account.js';
import type { Account } from './domain/account.js';
import { decideEnd } from './domain/decide-end.js';
import { placementIdOf } from './domain/hold.js';
import { post, postingIdOf } from './domain/posting.js';
import { requireAccount } from './domain/requirements.js';

type Released = Extract<ReturnType<typeof decideEnd>, { outcome: 'released' }>;

/** Notes the end of an entry on its hold, and releases the rest once every execution is posted. */
@Injectable()
export class EndHold {
  constructor(
    private readonly ledger: LedgerStore,
    private readonly clock: Clock,
  ) {}

  /** `cause` is the id of the event. Throws `Failure` while the account is not there or the store cannot be reached. */
  async execute(ended: OrderEndedV1, cause: string): Promise<void> {
    if (ended.intent === 'exit') return;
    const { profileId, orderId } = ended;
    await this.ledger.changeTogether<void>(
      profileId,
      (facts) => this.changeOf(facts, ended, cause),
      () => {
        throw new Failure('hold-moved', `the hold of ${orderId} was made or ended while its end was noted`);
      },
    );
  }

  private async changeOf(facts: LedgerFacts, ended: OrderEndedV1, cause: string): Promise<LedgerChange<void>> {
    const account = requireAccount(facts.account, ended.profileId);
    const before = await facts.hold(ended.orderId);
    const decision = decideEnd(account.balances, before, ended);
    switch (decision.outcome) {
      case 'nothing-to-do':
        return { result: undefined };
      case 'tombstone':
        return {
          hold: { before, after: decision.hold },
          barred: { id: postingIdOf(placementIdOf(ended.orderId)) },
          result: undefined,
        };
      case 'noted':
        return { account, hold: { before, after: decision.hold }, result: undefined };
      case 'released':
        return { ...this.release(account, decision, cause), hold: { before, after: decision.hold } };
    }
  }

  private release(account: Account, { hold, legs, releasedUnits }: Released, cause: string): LedgerChange<void> {
    const { orderId } = hold;
    const movement = { id: postingIdOf(cause), kind: 'release', cause, orderId, legs } as const;
    const { posting, account: next } = post(account, movement, this.clock.iso());
    const data = {
      profileId: account.profileId,
      asset: account.asset,
      postingId: posting.id,
      units: releasedUnits.toString(),
      balances: balancesText(posting.balances),
      orderId,
    };
    return {
      account: next,
      posting,
      event: { declaration: capitalReleased, subject: orderId, data },
      result: undefined,
    };
  }
}
