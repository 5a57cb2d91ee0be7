import { capitalDeclined, capitalHeld } from '@ballast/contracts/ledger';
import type { OrderPlacedV1 } from '@ballast/contracts/orders';
import { Clock } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { LedgerStore } from './adapters/ledger.store.js';
import type { LedgerChange, LedgerFacts } from './adapters/ledger.store.js';
import { balancesText } from './domain/account.js';
import { decideHold } from './domain/decide-hold.js';
import { evolveHold, placementIdOf } from './domain/hold.js';
import { post, postingIdOf } from './domain/posting.js';
import { requireAccount, requireAsset } from './domain/requirements.js';

/** Reserves the worst cost and fee of a placed entry, or declines; once per order, and never after the order's end. */
@Injectable()
export class HoldCapital {
  constructor(
    private readonly ledger: LedgerStore,
    private readonly clock: Clock,
  ) {}

  /**
   * `cause` is the id of the event. Throws `Failure` while the account is not there or the store cannot be reached, and
   * an `Error` for an event that is not the first of its order: an end that came before it could not bar it.
   */
  async execute(placed: OrderPlacedV1, cause: string): Promise<void> {
    if (placed.intent === 'exit') return;
    if (cause !== placementIdOf(placed.orderId)) throw new Error(`${cause} cannot place ${placed.orderId}`);
    await this.ledger.changeTogether<void>(
      placed.profileId,
      (facts) => this.changeOf(facts, placed, cause),
      // The posting is there, and so was the hold; or it is barred: declined, or the order ended before.
      () => undefined,
    );
  }

  private changeOf(facts: LedgerFacts, placed: OrderPlacedV1, cause: string): LedgerChange<void> {
    const { orderId, profileId, asset } = placed;
    const account = requireAccount(facts.account, profileId);
    if (facts.liveHold(orderId) !== undefined) return { result: undefined };
    requireAsset(account, asset);
    const units = BigInt(placed.holdUnits);
    const decision = decideHold(account, units);
    if (decision.outcome === 'declined') {
      const data = { profileId, asset, orderId, refusal: decision.refusal };
      return {
        account,
        hold: { before: undefined, after: evolveHold(orderId, undefined, { kind: 'declined' }) },
        barred: { id: postingIdOf(cause) },
        event: { declaration: capitalDeclined, subject: orderId, data },
        result: undefined,
      };
    }
    const movement = { id: postingIdOf(cause), kind: 'hold', cause, orderId, legs: decision.legs } as const;
    const { posting, account: next } = post(account, movement, this.clock.iso());
    const balances = balancesText(posting.balances);
    const data = { profileId, asset, orderId, postingId: posting.id, units: units.toString(), balances };
    return {
      account: next,
      posting,
      hold: { before: undefined, after: evolveHold(orderId, undefined, { kind: 'held', units }) },
      event: { declaration: capitalHeld, subject: orderId, data },
      result: undefined,
    };
  }
}
