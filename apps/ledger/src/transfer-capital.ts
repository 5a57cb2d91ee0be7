import { createHash } from 'node:crypto';
import { profileOfTransfer, transferIdOf } from '@ballast/contracts';
import { transferReserved } from '@ballast/contracts/ledger';
import type { TransferView } from '@ballast/contracts/ledger';
import { unitsText } from '@ballast/money';
import { Clock } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { transferDocument, transferOf } from './adapters/ledger-documents.js';
import type { TransferDocument } from './adapters/ledger-documents.js';
import { LedgerStore } from './adapters/ledger.store.js';
import { AnswerOnce } from './answer-once.js';
import type { CapitalAnswer, CapitalRequest, RequestDecision } from './answer-once.js';
import { mayUse } from './domain/access.js';
import type { Account } from './domain/account.js';
import { refusalOfVersion } from './domain/decide-move.js';
import { post } from './domain/posting.js';
import { decideTransfer, stepIdOf } from './domain/transfer.js';
import type { Transfer } from './domain/transfer.js';
import { SettleTransfer, transferEvent } from './settle-transfer.js';

/** A decoded request to move capital to another profile. */
export interface TransferCapitalCommand extends CapitalRequest {
  readonly kind: 'transfer';
  readonly toProfileId: string;
  /** Above zero. */
  readonly units: bigint;
  readonly expectedVersion?: number;
}

/** What the answer to the idempotency key is: which transfer it was. Where that stands is read when it is asked for. */
interface Begun {
  readonly transferId: string;
}

/**
 * Moves capital from one profile to another of the same owner. The two have no commit in common: the amount is put on its
 * way, received, and let go of. Whoever asks again, and the events of the steps, take what is left of it to the end, so
 * that it ends in both profiles or in neither.
 */
@Injectable()
export class TransferCapital {
  constructor(
    private readonly answers: AnswerOnce,
    private readonly settle: SettleTransfer,
    private readonly ledger: LedgerStore,
    private readonly clock: Clock,
  ) {}

  /** The transfer at its end. Throws `Failure` while the store cannot be reached; repeating the request is safe. */
  async execute(command: TransferCapitalCommand): Promise<CapitalAnswer<TransferView>> {
    const answer = await this.answers.execute<Begun>(command, async (account) => {
      const to = await this.ledger.account(command.toProfileId);
      return this.begin(account, to, command);
    });
    if (answer.outcome !== 'done') return answer;
    const { profileId } = command;
    const { transferId } = answer.view;
    const begun = await this.required(profileId, transferId);
    if (begun.state !== 'pending') return { outcome: 'done', view: viewOf(begun) };
    const transfer = transferOf(begun);
    await this.settle.finish(transfer, await this.settle.receive(transfer));
    return { outcome: 'done', view: viewOf(await this.required(profileId, transferId)) };
  }

  /** A transfer as it stands now; `undefined` unless the caller may see the profile that gives. */
  async read(profileId: string, transferId: string, caller: Caller): Promise<TransferView | undefined> {
    if (profileOfTransfer(transferId) !== profileId) return undefined;
    const account = await this.ledger.account(profileId);
    if (account === undefined || !mayUse(caller, account.ownerId)) return undefined;
    const row = await this.ledger.transfer(profileId, transferId);
    return row && viewOf(row);
  }

  private begin(from: Account, to: Account | undefined, command: TransferCapitalCommand): RequestDecision<Begun> {
    const stale = refusalOfVersion(from, command.expectedVersion);
    if (stale !== undefined) return { outcome: 'refused', refusal: stale };
    const { profileId, toProfileId, units, idempotencyKey } = command;
    const id = transferIdOf(profileId, createHash('sha256').update(idempotencyKey).digest());
    const transfer: Transfer = { id, fromProfileId: profileId, toProfileId, asset: from.asset, units };
    const decision = decideTransfer(from, to, transfer);
    if (decision.outcome === 'refused') return decision;
    const step = { id: stepIdOf(id, 'reserved'), kind: 'transfer-reserved', cause: id, transferId: id } as const;
    const { posting, account } = post(from, { ...step, legs: decision.legs }, this.clock.iso());
    const event = transferEvent(transferReserved, transfer, posting);
    const row = transferDocument(transfer, posting.at);
    return { outcome: 'done', change: { account, posting, transfer: row, event, result: { transferId: id } } };
  }

  private async required(profileId: string, transferId: string): Promise<TransferDocument> {
    const row = await this.ledger.transfer(profileId, transferId);
    if (row === undefined) throw new Error(`transfer ${transferId} was answered and is not there`);
    return row;
  }
}

function viewOf({ transferId, profileId, toProfileId, units, asset, ...row }: TransferDocument): TransferView {
  const { state, refusal, createdAt } = row;
  const amount = unitsText(BigInt(units), asset);
  const view = { transferId, fromProfileId: profileId, toProfileId, amount, state, createdAt };
  return refusal === undefined ? view : { ...view, refusal };
}
