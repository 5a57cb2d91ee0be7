import { PRODUCT_ID } from '@ballast/contracts';
import type { CapitalBalances, MonitorMeasure, TransferState } from '@ballast/contracts/ledger';
import { balancesText, readBalances } from '../domain/account.js';
import type { Account } from '../domain/account.js';
import type { CapitalRefusal } from '../domain/decide-move.js';
import type { Monitor } from '../domain/monitors.js';
import type { Posting } from '../domain/posting.js';
import type { Transfer } from '../domain/transfer.js';
import type { StoredPosting } from '../domain/verify-chain.js';
import type { LiveHoldDocument } from './hold-documents.js';

/** Id of the document at the head of a profile's partition. */
export const ACCOUNT_ID = 'account';

/** The fields of the partition key that every document carries. */
export interface ProfileKey {
  readonly productId: string;
  readonly profileId: string;
}

/** The account as it is stored, with what is held for orders; amounts are strings of whole units. */
export interface AccountDocument extends ProfileKey {
  readonly id: string;
  readonly kind: 'account';
  readonly ownerId: string;
  readonly asset: string;
  readonly sequence: number;
  readonly postings: number;
  readonly lastHash: string;
  readonly balances: CapitalBalances;
  /** Every hold that is `held`, by its order's id; it moves to a row of its own when it is resolved. */
  readonly holds: Readonly<Record<string, LiveHoldDocument>>;
  readonly updatedAt: string;
  readonly closedAt?: string;
  readonly availableMin?: string;
  readonly reservedMax?: string;
  readonly monitors?: Readonly<Record<string, MonitorDocument>>;
}

/** A monitor inside its account; what is zero or false is left out. */
export interface MonitorDocument {
  readonly measure: MonitorMeasure;
  readonly threshold: string;
  readonly hysteresis?: string;
  readonly isBreached?: true;
  readonly peakProfit?: string;
}

/** A posting as it is stored; never written again. */
export interface PostingDocument extends StoredPosting, ProfileKey {
  readonly kind: 'posting';
}

/** The id that a posting must never have, and why where that is asked for again. */
export type Barred = Pick<BarredPostingDocument, 'id' | 'refusal'>;

/** Stands where the posting of a placement would, which holds nothing, however often and whenever it is heard. */
export interface BarredPostingDocument extends ProfileKey {
  readonly id: string;
  readonly kind: 'barred-posting';
  /** Why, where that is asked for again. */
  readonly refusal?: CapitalRefusal;
}

/**
 * A transfer, in the partition of the profile that gives; its state, and its kind with it, is the only thing that ever
 * changes. Those that have not ended have a kind of their own, by which they are found among all that have.
 */
export interface TransferDocument extends ProfileKey {
  readonly id: string;
  readonly kind: 'pending-transfer' | 'transfer';
  readonly transferId: string;
  readonly toProfileId: string;
  readonly asset: string;
  readonly units: string;
  readonly state: TransferState;
  readonly refusal?: CapitalRefusal;
  readonly createdAt: string;
}

/** The answer to a request under its idempotency key. */
export interface AnswerDocument extends ProfileKey {
  readonly id: string;
  readonly kind: 'answer';
  readonly requestHash: string;
  readonly view?: object;
  /** What earlier releases kept in the place of `view`. */
  readonly moved?: object;
  readonly refusal?: CapitalRefusal;
}

/** The partition key of a profile's documents, as fields. */
export function profileKey(profileId: string): ProfileKey {
  return { productId: PRODUCT_ID, profileId };
}

/** The same as the list of values that the store takes. */
export function partitionOf(profileId: string): string[] {
  return [PRODUCT_ID, profileId];
}

export function accountDocument(account: Account, holds: AccountDocument['holds']): AccountDocument {
  const { profileId, ownerId, asset, sequence, postings, lastHash, updatedAt, closedAt, limits, monitors } = account;
  const { availableMin, reservedMax } = limits;
  const balances = { ...balancesText(account.balances) };
  return {
    id: ACCOUNT_ID,
    kind: 'account',
    ...profileKey(profileId),
    ...{ ownerId, asset, sequence, postings, lastHash, balances, holds, updatedAt },
    ...(closedAt !== undefined && { closedAt }),
    ...(availableMin !== undefined && { availableMin: availableMin.toString() }),
    ...(reservedMax !== undefined && { reservedMax: reservedMax.toString() }),
    ...(Object.keys(monitors).length > 0 && { monitors: eachOf(monitors, monitorDocument) }),
  };
}

export function accountOf(document: AccountDocument): Account {
  const { profileId, ownerId, asset, sequence, postings, lastHash, updatedAt, closedAt } = document;
  const limits = {
    ...(document.availableMin !== undefined && { availableMin: BigInt(document.availableMin) }),
    ...(document.reservedMax !== undefined && { reservedMax: BigInt(document.reservedMax) }),
  };
  const balances = readBalances(document.balances);
  const monitors = eachOf(document.monitors ?? {}, monitorOf);
  const account = { profileId, ownerId, asset, sequence, postings, lastHash, balances, updatedAt, limits, monitors };
  return closedAt === undefined ? account : { ...account, closedAt };
}

function monitorDocument({ measure, threshold, hysteresis, isBreached, peakProfit }: Monitor): MonitorDocument {
  return {
    measure,
    threshold: threshold.toString(),
    ...(hysteresis > 0n && { hysteresis: hysteresis.toString() }),
    ...(isBreached && { isBreached: true }),
    ...(peakProfit !== 0n && { peakProfit: peakProfit.toString() }),
  };
}

function monitorOf({ measure, threshold, hysteresis, isBreached, peakProfit }: MonitorDocument): Monitor {
  const amounts = { threshold: BigInt(threshold), hysteresis: BigInt(hysteresis ?? 0) };
  return { measure, ...amounts, isBreached: isBreached === true, peakProfit: BigInt(peakProfit ?? 0) };
}

function eachOf<From, To>(all: Readonly<Record<string, From>>, change: (one: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(all).map(([name, one]) => [name, change(one)]));
}

export function postingDocument(profileId: string, posting: Posting): PostingDocument {
  const { previousHash, hash } = posting;
  return { kind: 'posting', ...profileKey(profileId), ...posting.content(), previousHash, hash };
}

export function barredPostingDocument(profileId: string, barred: Barred): BarredPostingDocument {
  const { id, refusal } = barred;
  return { id, kind: 'barred-posting', ...profileKey(profileId), ...(refusal !== undefined && { refusal }) };
}

/** Id of the row that says where a transfer stands. */
export function transferRowIdOf(transferId: string): string {
  return `transfer:${transferId}`;
}

export function transferDocument({ id, fromProfileId, ...rest }: Transfer, createdAt: string): TransferDocument {
  const { toProfileId, asset, units } = rest;
  const row = {
    id: transferRowIdOf(id),
    kind: 'pending-transfer',
    ...profileKey(fromProfileId),
    transferId: id,
  } as const;
  return { ...row, toProfileId, asset, units: units.toString(), state: 'pending', createdAt };
}

export function transferOf({ transferId, profileId, toProfileId, asset, units }: TransferDocument): Transfer {
  return { id: transferId, fromProfileId: profileId, toProfileId, asset, units: BigInt(units) };
}
