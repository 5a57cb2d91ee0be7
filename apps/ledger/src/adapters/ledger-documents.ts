import { PRODUCT_ID } from '@ballast/contracts';
import type { Refusal } from '@ballast/contracts';
import type { CapitalBalances, CapitalMoveView } from '@ballast/contracts/ledger';
import { balancesText, readBalances } from '../domain/account.js';
import type { Account } from '../domain/account.js';
import { holdIdOf } from '../domain/hold.js';
import type { Hold, HoldState } from '../domain/hold.js';
import type { Posting } from '../domain/posting.js';
import type { StoredPosting } from '../domain/verify-chain.js';

/** Id of the document at the head of a profile's partition. */
export const ACCOUNT_ID = 'account';

/** The fields of the partition key that every document carries. */
export interface ProfileKey {
  readonly productId: string;
  readonly profileId: string;
}

/** The account as it is stored; amounts are strings of whole units. */
export interface AccountDocument extends ProfileKey {
  readonly id: string;
  readonly kind: 'account';
  readonly ownerId: string;
  readonly asset: string;
  readonly sequence: number;
  readonly postings: number;
  readonly lastHash: string;
  readonly balances: CapitalBalances;
  readonly updatedAt: string;
}

/** A posting as it is stored; never written again. */
export interface PostingDocument extends StoredPosting, ProfileKey {
  readonly kind: 'posting';
}

/** A hold as it is stored. */
export interface HoldDocument extends ProfileKey {
  readonly id: string;
  readonly kind: 'hold';
  readonly orderId: string;
  readonly state: HoldState;
  readonly units: string;
  readonly used: string;
  readonly remaining: string;
  readonly postedUpTo: number;
  readonly postedAhead?: readonly number[];
  readonly executions?: number;
}

/** The answer to a request under its idempotency key. */
export interface AnswerDocument extends ProfileKey {
  readonly id: string;
  readonly kind: 'answer';
  readonly requestHash: string;
  readonly moved?: CapitalMoveView;
  readonly refusal?: Refusal;
}

/** The partition key of a profile's documents, as fields. */
export function profileKey(profileId: string): ProfileKey {
  return { productId: PRODUCT_ID, profileId };
}

/** The same as the list of values that the store takes. */
export function partitionOf(profileId: string): string[] {
  return [PRODUCT_ID, profileId];
}

export function accountDocument(account: Account, updatedAt: string): AccountDocument {
  const { profileId, ownerId, asset, sequence, postings, lastHash, balances } = account;
  const state = { ownerId, asset, sequence, postings, lastHash, balances: { ...balancesText(balances) }, updatedAt };
  return { id: ACCOUNT_ID, kind: 'account', ...profileKey(profileId), ...state };
}

export function accountOf(document: AccountDocument): Account {
  const { profileId, ownerId, asset, sequence, postings, lastHash, balances } = document;
  return { profileId, ownerId, asset, sequence, postings, lastHash, balances: readBalances(balances) };
}

export function postingDocument(profileId: string, posting: Posting): PostingDocument {
  const { previousHash, hash } = posting;
  return { kind: 'posting', ...profileKey(profileId), ...posting.content(), previousHash, hash };
}

export function holdDocument(profileId: string, hold: Hold): HoldDocument {
  const { orderId, state, units, used, remaining, posted, executions } = hold;
  return {
    id: holdIdOf(orderId),
    kind: 'hold',
    ...profileKey(profileId),
    orderId,
    state,
    units: units.toString(),
    used: used.toString(),
    remaining: remaining.toString(),
    postedUpTo: posted.upTo,
    ...(posted.ahead.length > 0 && { postedAhead: posted.ahead }),
    ...(executions !== undefined && { executions }),
  };
}

export function holdOf(document: HoldDocument): Hold {
  const { orderId, state, units, used, remaining, postedUpTo, postedAhead, executions } = document;
  return {
    orderId,
    state,
    units: BigInt(units),
    used: BigInt(used),
    remaining: BigInt(remaining),
    posted: { upTo: postedUpTo, ahead: postedAhead ?? [] },
    executions,
  };
}
