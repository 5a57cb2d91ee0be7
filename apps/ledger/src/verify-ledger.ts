import { Injectable } from '@nestjs/common';
import { LedgerStore } from './adapters/ledger.store.js';
import { PostingRows } from './adapters/posting-rows.js';
import { balancesText, emptyAccount } from './domain/account.js';
import type { Account } from './domain/account.js';
import { verifyChain } from './domain/verify-chain.js';

/** Whether a profile's postings make its account, and the first thing that is wrong if they do not. */
export interface LedgerVerdict {
  readonly postings: number;
  readonly finding: string | undefined;
}

/** Recomputes the balances and the hash chain of a profile from its postings and compares them with its account. */
@Injectable()
export class VerifyLedger {
  constructor(
    private readonly ledger: LedgerStore,
    private readonly rows: PostingRows,
  ) {}

  /** Postings made while it runs are not looked at. Throws for a profile without an account. */
  async execute(profileId: string): Promise<LedgerVerdict> {
    const expected = await this.ledger.account(profileId);
    if (expected === undefined) throw new Error(`profile ${profileId} has no account`);
    let account = emptyAccount(profileId, expected.ownerId, expected.asset);
    for await (const page of this.rows.part(profileId, { upTo: expected.postings })) {
      const verdict = verifyChain(account, page);
      account = verdict.account;
      if (verdict.finding !== undefined) return { postings: account.postings, finding: verdict.finding };
    }
    return { postings: account.postings, finding: differenceOf(account, expected) };
  }
}

function differenceOf(account: Account, expected: Account): string | undefined {
  if (account.postings !== expected.postings) {
    return `${account.postings} postings are there, the account counts ${expected.postings}`;
  }
  if (account.lastHash !== expected.lastHash) return 'the account names another latest posting';
  const same = JSON.stringify(balancesText(account.balances)) === JSON.stringify(balancesText(expected.balances));
  return same ? undefined : 'the balances of the account are not those of its postings';
}
