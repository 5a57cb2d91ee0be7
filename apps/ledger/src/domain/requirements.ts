import { Failure } from '@ballast/contracts';
import type { Account } from './account.js';

/** The account, or `Failure('account-not-there-yet')` while its profile's creation is still on the way. */
export function requireAccount(account: Account | undefined, profileId: string): Account {
  if (account === undefined) throw new Failure('account-not-there-yet', `profile ${profileId} has no account yet`);
  return account;
}

/** Throws when an event counts in another asset than the account: nobody may publish that. */
export function requireAsset(account: Account, asset: string): void {
  if (asset !== account.asset) throw new Error(`${account.profileId} holds ${account.asset}, not ${asset}`);
}
