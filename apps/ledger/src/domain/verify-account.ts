import { BALANCE_FIELDS } from './account.js';
import type { Account } from './account.js';
import type { Finding } from './findings.js';
import type { Reckoning } from './verify-chain.js';

/** An account as it stands in the store, with what is held for orders by their ids, in whole units. */
export interface StandingAccount {
  readonly account: Account;
  readonly held: Readonly<Record<string, bigint>>;
}

/** What of an account is not what its postings make. */
export function verifyAccount({ account: made, reserved }: Reckoning, { account, held }: StandingAccount): Finding[] {
  return [...differencesOf(made, account), ...differencesOfHolds(reserved, held), ...reservedDiffers(account, held)];
}

function differencesOf(made: Account, account: Account): Finding[] {
  const subject = account.profileId;
  if (made.postings !== account.postings) {
    const detail = `${account.postings} counted, the last is number ${made.postings}`;
    return [{ kind: 'account-count-differs', subject, detail }];
  }
  const links: Finding[] =
    made.lastHash === account.lastHash
      ? []
      : [{ kind: 'account-link-differs', subject, detail: `${account.lastHash}, not ${made.lastHash}` }];
  const wrong = BALANCE_FIELDS.filter((field) => made.balances[field] !== account.balances[field]);
  const told = wrong.map((field) => `${field} is ${account.balances[field]}, not ${made.balances[field]}`);
  if (told.length === 0) return links;
  return [...links, { kind: 'account-balances-differ', subject, detail: told.join('; ') }];
}

function differencesOfHolds(reserved: Reckoning['reserved'], held: StandingAccount['held']): Finding[] {
  const orders = [...new Set([...Object.keys(reserved), ...Object.keys(held)])];
  return orders.flatMap((orderId): Finding[] => {
    const [by, stands] = [reserved[orderId] ?? 0n, held[orderId] ?? 0n];
    if (by === stands) return [];
    return [{ kind: 'hold-differs', subject: orderId, detail: `${stands} stands, its postings have reserved ${by}` }];
  });
}

function reservedDiffers({ profileId, balances }: Account, held: StandingAccount['held']): Finding[] {
  const sum = Object.values(held).reduce((total, units) => total + units, 0n);
  if (sum === balances.reservedForOrders) return [];
  const detail = `${sum} is held, ${balances.reservedForOrders} is reserved`;
  return [{ kind: 'reserved-differs', subject: profileId, detail }];
}
