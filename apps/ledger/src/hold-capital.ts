import { capitalDeclined, capitalHeld } from '@ballast/contracts/ledger';
import type { OrderPlacedV1 } from '@ballast/contracts/orders';
import { Clock } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { LedgerStore } from './adapters/ledger.store.js';
import type { LedgerChange } from './adapters/ledger.store.js';
import { balancesText, evolve } from './domain/account.js';
import type { Account } from './domain/account.js';
import { decideHold } from './domain/decide-hold.js';
import { evolveHold } from './domain/hold.js';
import { Posting, postingIdOf } from './domain/posting.js';
import { requireAccount, requireAsset } from './domain/requirements.js';

/** Reserves the worst cost and fee of a placed entry, or declines; once per order, and never after the order's end. */
@Injectable()
export class HoldCapital {
  constructor(
    private readonly ledger: LedgerStore,
    private readonly clock: Clock,
  ) {}

  /** `cause` is the id of the event. Throws `Failure` while the account is not there or the store cannot be reached. */
  async execute(placed: OrderPlacedV1, cause: string): Promise<void> {
    if (placed.intent === 'exit') return;
    await this.ledger.change<void>(
      placed.profileId,
      (facts) => this.changeOf(requireAccount(facts.account, placed.profileId), placed, cause),
      // The order's hold is there already: held, declined, or the tombstone of an order that has ended.
      () => undefined,
    );
  }

  private changeOf(account: Account, placed: OrderPlacedV1, cause: string): LedgerChange<void> {
    const { orderId, profileId, asset } = placed;
    requireAsset(account, asset);
    const units = BigInt(placed.holdUnits);
    const decision = decideHold(account, units);
    if (decision.outcome === 'declined') {
      const data = { profileId, asset, orderId, refusal: decision.refusal };
      return {
        account,
        hold: { after: evolveHold(orderId, undefined, { kind: 'declined' }), isNew: true },
        event: { declaration: capitalDeclined, subject: orderId, data },
        result: undefined,
      };
    }
    const movement = { id: postingIdOf(cause), kind: 'hold', cause, orderId, legs: decision.legs } as const;
    const posting = new Posting(account, movement, this.clock.iso());
    const balances = balancesText(posting.balances);
    const data = { profileId, asset, orderId, postingId: posting.id, units: units.toString(), balances };
    return {
      account: evolve(account, posting),
      posting,
      hold: { after: evolveHold(orderId, undefined, { kind: 'held', units }), isNew: true },
      event: { declaration: capitalHeld, subject: orderId, data },
      result: undefined,
    };
  }
}
