import { transferCompleted, transferReceived, transferRefused, transferReturned } from '@ballast/contracts/ledger';
import { Clock } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { LedgerStore } from './adapters/ledger.store.js';
import type { LedgerChange, LedgerFacts, Publication } from './adapters/ledger.store.js';
import { balancesText } from './domain/account.js';
import type { Account, Legs } from './domain/account.js';
import type { CapitalRefusal } from './domain/decide-move.js';
import { post } from './domain/posting.js';
import type { Posting } from './domain/posting.js';
import { requireAccount } from './domain/requirements.js';
import { decideReceipt, finalLegs, stepIdOf } from './domain/transfer.js';
import type { Transfer } from './domain/transfer.js';

/** How the other profile answered: it took the amount, or did not and why. */
export type Receipt =
  { readonly outcome: 'received' } | { readonly outcome: 'refused'; readonly refusal: CapitalRefusal };

/**
 * The second and the third step of a transfer. Each is one commit in one profile under an id of its own, so that whoever
 * asked and whoever hears of the step before may both try: it happens once. The event of each step causes the next.
 */
@Injectable()
export class SettleTransfer {
  constructor(
    private readonly ledger: LedgerStore,
    private readonly clock: Clock,
  ) {}

  /** The other profile takes the amount or refuses it. Throws `Failure` while the store cannot be reached. */
  async receive(transfer: Transfer): Promise<Receipt> {
    const { id, toProfileId } = transfer;
    return this.ledger.change<Receipt>(
      toProfileId,
      (facts) => this.receiptIn(facts, transfer),
      async (conflict) => {
        const refusal = await this.ledger.refusalAt(toProfileId, conflict);
        if (conflict !== stepIdOf(id, 'in')) throw new Error(`${conflict} stands in the way of ${id}`);
        return refusal === undefined ? RECEIVED : { outcome: 'refused', refusal };
      },
    );
  }

  /** The giving profile lets go of the amount, or has it back. Throws `Failure` while the store cannot be reached. */
  async finish(transfer: Transfer, receipt: Receipt): Promise<void> {
    await this.ledger.change<void>(
      transfer.fromProfileId,
      (facts) => this.endIn(facts, transfer, receipt),
      () => undefined,
    );
  }

  private receiptIn({ account }: LedgerFacts, transfer: Transfer): LedgerChange<Receipt> {
    const to = requireAccount(account, transfer.toProfileId);
    const id = stepIdOf(transfer.id, 'in');
    const decision = decideReceipt(to, transfer);
    if (decision.outcome === 'moved') {
      const moved = this.step(to, transfer, { id, kind: 'transfer-in', legs: decision.legs });
      return { ...moved, result: RECEIVED };
    }
    const { refusal } = decision;
    const { fromProfileId, toProfileId, asset, units } = transfer;
    const told = { transferId: transfer.id, fromProfileId, toProfileId, units: units.toString(), refusal };
    const data = { profileId: toProfileId, asset, ...told };
    const event = { declaration: transferRefused, subject: transfer.id, data };
    return { account: to, barred: { id, refusal }, event, result: { outcome: 'refused', refusal } };
  }

  private async endIn(facts: LedgerFacts, transfer: Transfer, receipt: Receipt): Promise<LedgerChange<void>> {
    const from = requireAccount(facts.account, transfer.fromProfileId);
    const row = await this.ledger.transfer(transfer.fromProfileId, transfer.id);
    if (row === undefined) throw new Error(`transfer ${transfer.id} was never asked for`);
    if (row.state !== 'pending') return { result: undefined };
    const isReturned = receipt.outcome === 'refused';
    const kind = isReturned ? 'transfer-returned' : 'transfer-out';
    const legs = finalLegs(from, transfer, isReturned);
    const state = isReturned ? 'returned' : 'completed';
    const refusal = receipt.outcome === 'refused' ? { refusal: receipt.refusal } : {};
    const moved = this.step(from, transfer, { id: stepIdOf(transfer.id, 'out'), kind, legs });
    return { ...moved, transfer: { ...row, kind: 'transfer', state, ...refusal }, result: undefined };
  }

  private step(
    account: Account,
    transfer: Transfer,
    { id, kind, legs }: { id: string; kind: keyof typeof STEPS; legs: Legs },
  ): Omit<LedgerChange<unknown>, 'result'> {
    const movement = { id, kind, cause: transfer.id, transferId: transfer.id, legs };
    const { posting, account: next } = post(account, movement, this.clock.iso());
    return { account: next, posting, event: transferEvent(STEPS[kind], transfer, posting) };
  }
}

const RECEIVED: Receipt = { outcome: 'received' };

const STEPS = {
  'transfer-in': transferReceived,
  'transfer-out': transferCompleted,
  'transfer-returned': transferReturned,
} as const;

/** The event of one step, in the account in which it was posted. */
export function transferEvent(
  declaration: Publication['declaration'],
  { id, fromProfileId, toProfileId, units }: Transfer,
  posting: Posting,
): Publication {
  const profileId = posting.kind === 'transfer-in' ? toProfileId : fromProfileId;
  const moved = { postingId: posting.id, units: units.toString(), balances: balancesText(posting.balances) };
  const data = { profileId, asset: posting.asset, ...moved, transferId: id, fromProfileId, toProfileId };
  return { declaration, subject: id, data };
}
