import { Failure } from '@ballast/contracts';
import { capitalDeclined, capitalHeld } from '@ballast/contracts/ledger';
import type { OrderReplaceRequestedV1 } from '@ballast/contracts/orders';
import { Clock } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { LedgerStore } from './adapters/ledger.store.js';
import type { LedgerChange, LedgerFacts } from './adapters/ledger.store.js';
import { balancesText } from './domain/account.js';
import type { Account } from './domain/account.js';
import { decideRaise } from './domain/decide-replacement.js';
import type { RaiseDecision } from './domain/decide-replacement.js';
import { post, postingIdOf } from './domain/posting.js';
import { requireAccount, requireAsset } from './domain/requirements.js';

/** A request for terms that cost more. */
type Requested = OrderReplaceRequestedV1 & { readonly holdUnits: string };

/** Reserves what other terms of an entry need beyond its hold, before the broker is asked for them, or declines; once. */
@Injectable()
export class RaiseHold {
  constructor(
    private readonly ledger: LedgerStore,
    private readonly clock: Clock,
  ) {}

  /**
   * `cause` is the id of the event. Terms that cost no more ask for nothing. Throws `Failure` while what it builds on
   * (hold, executions, the replacement before) is not there or the store cannot be reached.
   */
  async execute(requested: OrderReplaceRequestedV1, cause: string): Promise<void> {
    const { profileId, intent, holdUnits } = requested;
    if (intent === 'exit' || holdUnits === undefined) return;
    await this.ledger.changeTogether<void>(
      profileId,
      (facts) => this.changeOf(facts, { ...requested, holdUnits }, cause),
      () => undefined,
    );
  }

  private async changeOf(facts: LedgerFacts, requested: Requested, cause: string): Promise<LedgerChange<void>> {
    const { orderId, profileId, asset, revision, executions } = requested;
    const account = requireAccount(facts.account, profileId);
    requireAsset(account, asset);
    const before = await facts.hold(orderId);
    const raise = { orderId, revision, executions, holdUnits: BigInt(requested.holdUnits) };
    const decision = decideRaise(account, before, raise);
    if (decision.outcome === 'nothing-to-do') return { result: undefined };
    if (decision.outcome === 'too-early')
      throw new Failure(`${decision.missing}-not-there-yet`, `replacement ${revision} of ${orderId} is early`);
    const hold = { before, after: decision.hold };
    if (decision.outcome === 'held') return { ...this.raise(account, requested, { decision, cause }), hold };
    const data = { profileId, asset, orderId, revision, refusal: decision.refusal };
    const event = { declaration: capitalDeclined, subject: orderId, data };
    return { account, hold, barred: { id: postingIdOf(cause) }, event, result: undefined };
  }

  private raise(
    account: Account,
    { profileId, asset, orderId, revision }: Requested,
    { decision, cause }: { decision: RaiseDecision & { outcome: 'held' }; cause: string },
  ): LedgerChange<void> {
    const { legs, units } = decision;
    const movement = { id: postingIdOf(cause), kind: 'hold-raised', cause, orderId, legs } as const;
    const { posting, account: next } = post(account, movement, this.clock.iso());
    const moved = { postingId: posting.id, units: units.toString(), balances: balancesText(posting.balances) };
    const data = { profileId, asset, ...moved, orderId, revision };
    return { account: next, posting, event: { declaration: capitalHeld, subject: orderId, data }, result: undefined };
  }
}
