import { LEDGER_FINDINGS_MAX } from '@ballast/contracts/ledger';
import type { LedgerVerdictView } from '@ballast/contracts/ledger';
import { countOne } from '@ballast/service-bus';
import { Injectable } from '@nestjs/common';
import { HoldingsRows } from './adapters/holdings-rows.js';
import type { HoldingsMark } from './adapters/holdings-rows.js';
import { LedgerStore } from './adapters/ledger.store.js';
import { PostingRows } from './adapters/posting-rows.js';
import { TransferRows } from './adapters/transfer-rows.js';
import { emptyAccount } from './domain/account.js';
import type { Account } from './domain/account.js';
import type { Holdings } from './domain/asset-legs.js';
import type { Finding } from './domain/findings.js';
import { verifyAccount } from './domain/verify-account.js';
import { reckoningFrom, verifyChain } from './domain/verify-chain.js';
import type { Reckoning } from './domain/verify-chain.js';

/**
 * Recomputes a profile's ledger from its postings: the chain of hashes, the balances after each, double entry in every
 * asset, and from them the account, its holds, its transfers on their way and the marks of what it held.
 */
@Injectable()
export class VerifyLedger {
  constructor(
    private readonly ledger: LedgerStore,
    private readonly rows: PostingRows,
    private readonly marks: HoldingsRows,
    private readonly transfers: TransferRows,
  ) {}

  /**
   * Postings made while it runs are not looked at. `undefined` for a profile without an account. Throws `Failure` while
   * the store is away.
   */
  async execute(profileId: string): Promise<LedgerVerdictView | undefined> {
    const standing = await this.ledger.standing(profileId);
    if (standing === undefined) return undefined;
    const { account } = standing;
    const { reckoning, ofMarks, beyond } = await this.reckon(account);
    const moving = [...(await this.ofTransfers(profileId, reckoning)), ...beyond];
    const isStill = moving.length === 0 || (await this.ledger.account(profileId))?.postings === account.postings;
    const findings = [
      ...reckoning.findings,
      ...verifyAccount(reckoning, standing),
      ...ofMarks,
      // Of what is read after the account: wrong only if the account has not moved on meanwhile.
      ...(isStill ? moving : []),
    ];
    for (const { kind } of findings)
      countOne('ballast.capital.findings', 'What a recomputation found wrong.', { kind });
    const whole = findings.length === 0;
    return { profileId, whole, postings: account.postings, findings: findings.slice(0, LEDGER_FINDINGS_MAX) };
  }

  private async reckon(account: Account): Promise<{ reckoning: Reckoning; ofMarks: Finding[]; beyond: Finding[] }> {
    const { profileId, ownerId, asset, postings } = account;
    const marks = await this.marks.all(profileId);
    let reckoning = reckoningFrom(emptyAccount(profileId, ownerId, asset));
    const [ofMarks, beyond]: [Finding[], Finding[]] = [[], []];
    for await (const page of this.rows.part(profileId)) {
      for (const posting of page) {
        if (posting.number > postings) {
          const detail = `number ${posting.number}, the account counts ${postings}`;
          beyond.push({ kind: 'posting-beyond-account', subject: posting.id, detail });
          continue;
        }
        reckoning = verifyChain(reckoning, [posting]);
        ofMarks.push(...findingsOfMark(reckoning.holdings, marks.get(posting.number)));
      }
      if (reckoning.findings.length + beyond.length >= LEDGER_FINDINGS_MAX) break;
    }
    return { reckoning, ofMarks, beyond };
  }

  private async ofTransfers(profileId: string, { inTransit }: Reckoning): Promise<Finding[]> {
    const pending = await this.transfers.pending(profileId);
    const ids = new Set([...Object.keys(inTransit), ...pending.keys()]);
    return [...ids].flatMap((subject): Finding[] => {
      const [posted, stands] = [inTransit[subject] ?? 0n, pending.get(subject) ?? 0n];
      if (posted === stands) return [];
      return [{ kind: 'transfer-differs', subject, detail: `${posted} is in transit, ${stands} is pending` }];
    });
  }
}

function findingsOfMark(holdings: Holdings, mark: HoldingsMark | undefined): Finding[] {
  if (mark === undefined) return [];
  const assets = [...new Set([...Object.keys(holdings), ...Object.keys(mark.holdings)])];
  return assets.flatMap((asset): Finding[] => {
    const [made, stands] = [holdings[asset] ?? 0n, mark.holdings[asset] ?? 0n];
    if (made === stands) return [];
    const subject = `holdings:${mark.number}`;
    return [{ kind: 'holdings-differ', subject, detail: `${stands} of ${asset}, not ${made}` }];
  });
}
