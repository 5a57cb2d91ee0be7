import { CapitalBalances } from '@ballast/contracts/ledger';
import { watch } from './monitors.js';
import type { Monitors } from './monitors.js';
import type { Posting } from './posting.js';

/** The accounts that a profile's postings move money between. */
export const LEDGER_ACCOUNTS = [
  'funding',
  'available',
  'reserved-for-orders',
  'reserved-for-positions',
  'realized-pnl',
  'fees',
  'shortfall',
  'in-transit',
] as const;
export type LedgerAccount = (typeof LEDGER_ACCOUNTS)[number];

/** What is moved, in whole units of the asset: into an account above zero, out of it below. */
export type Legs = Readonly<Partial<Record<LedgerAccount, bigint>>>;

/**
 * The balances of a profile in whole units, each with the sign in which people speak of it:
 * `available = allocated − reservedForOrders − reservedForPositions − inTransit + realizedPnl − fees + shortfall`.
 */
export type Balances = Readonly<Record<keyof CapitalBalances, bigint>>;

/** What a profile sets for itself, in whole units; absent where it has not. */
export interface CapitalLimits {
  /** What must stay available after a hold, a withdrawal or a transfer. */
  readonly availableMin?: bigint;
  /** What may be reserved for orders and positions together. */
  readonly reservedMax?: bigint;
}

/** A profile's capital and the end of its chain of postings. */
export interface Account {
  readonly profileId: string;
  /** Id of the user who owns the profile. */
  readonly ownerId: string;
  readonly asset: string;
  /** Events of this profile published so far. */
  readonly sequence: number;
  /** Postings so far. */
  readonly postings: number;
  /** Hash of the latest posting; 64 zeros before the first. */
  readonly lastHash: string;
  readonly balances: Balances;
  /** When it changed last, ISO 8601 in UTC; empty before the first time. */
  readonly updatedAt: string;
  /** When it was closed; absent while it takes part in what is new. */
  readonly closedAt?: string;
  readonly limits: CapitalLimits;
  readonly monitors: Monitors;
}

/** What the first posting of a chain names as the hash before it. */
export const NO_HASH = '0'.repeat(64);

export const ZERO_BALANCES: Balances = {
  allocated: 0n,
  reservedForOrders: 0n,
  reservedForPositions: 0n,
  realizedPnl: 0n,
  fees: 0n,
  shortfall: 0n,
  inTransit: 0n,
  available: 0n,
};

/** An account before its first event and posting. */
export function emptyAccount(profileId: string, ownerId: string, asset: string): Account {
  const empty = { sequence: 0, postings: 0, lastHash: NO_HASH, balances: ZERO_BALANCES, updatedAt: '' };
  return { profileId, ownerId, asset, ...empty, limits: {}, monitors: {} };
}

/** The account after its next posting; throws `RangeError` for a posting that does not follow the latest one. */
export function evolve(account: Account, posting: Posting): Account {
  if (posting.number !== account.postings + 1 || posting.previousHash !== account.lastHash) {
    throw new RangeError(`posting ${posting.id} does not follow posting ${account.postings} of ${account.profileId}`);
  }
  const { number: postings, hash: lastHash, balances, at: updatedAt } = posting;
  return { ...account, postings, lastHash, balances, updatedAt, monitors: watch(account.monitors, balances) };
}

/** The balances after `legs`. Where the money came from (funding, profit, shortfall) is spoken of with the other sign. */
export function balancesAfter(balances: Balances, legs: Legs): Balances {
  const moved = (account: LedgerAccount): bigint => legs[account] ?? 0n;
  return {
    allocated: balances.allocated - moved('funding'),
    reservedForOrders: balances.reservedForOrders + moved('reserved-for-orders'),
    reservedForPositions: balances.reservedForPositions + moved('reserved-for-positions'),
    realizedPnl: balances.realizedPnl - moved('realized-pnl'),
    fees: balances.fees + moved('fees'),
    shortfall: balances.shortfall - moved('shortfall'),
    inTransit: balances.inTransit + moved('in-transit'),
    available: balances.available + moved('available'),
  };
}

/**
 * The legs that give `units` of free capital, or take them when below zero: what comes repays the shortfall first, and
 * what is taken beyond the available goes to the shortfall. So one of the two is always zero.
 */
export function freeCapitalLegs(balances: Balances, units: bigint): Legs {
  const net = balances.available - balances.shortfall + units;
  const available = net > 0n ? net : 0n;
  const shortfall = net < 0n ? -net : 0n;
  return { available: available - balances.available, shortfall: balances.shortfall - shortfall };
}

/** The balances as they stand in documents and events: strings of whole units; nothing in transit is left out. */
export function balancesText(balances: Balances): CapitalBalances {
  const text = new CapitalBalances();
  for (const field of BALANCE_FIELDS) {
    if (field !== 'inTransit' || balances.inTransit !== 0n) text[field] = balances[field].toString();
  }
  return text;
}

/** Reads what `balancesText` wrote. */
export function readBalances(text: CapitalBalances): Balances {
  return Object.fromEntries(BALANCE_FIELDS.map((field) => [field, BigInt(text[field] ?? 0)])) as Record<
    keyof CapitalBalances,
    bigint
  >;
}

/** The names of all balances. */
export const BALANCE_FIELDS = Object.keys(ZERO_BALANCES) as (keyof CapitalBalances)[];
