import { BALANCE_FIELDS, balancesAfter, readBalances } from './account.js';
import type { Account, Balances } from './account.js';
import { holdingsAfter, readAssetLegs } from './asset-legs.js';
import type { Holdings } from './asset-legs.js';
import type { Finding, FindingKind } from './findings.js';
import { Posting, UnbalancedLegs, canonicalJson, legsOf, storyOf } from './posting.js';
import type { Movement, PostingContent } from './posting.js';

/** A posting as it was stored. */
export interface StoredPosting extends PostingContent {
  readonly previousHash: string;
  readonly hash: string;
}

/** What a chain makes as far as it was looked at. */
export interface Reckoning {
  /** The account that its postings make. */
  readonly account: Account;
  /** What they have reserved for each order and not given back, in whole units. */
  readonly reserved: Readonly<Record<string, bigint>>;
  /** What they have put on its way by each transfer, in whole units. */
  readonly inTransit: Readonly<Record<string, bigint>>;
  readonly holdings: Holdings;
  readonly findings: readonly Finding[];
}

/** The beginning of a profile's chain. */
export function reckoningFrom(account: Account): Reckoning {
  return { account, reserved: {}, inTransit: {}, holdings: {}, findings: [] };
}

/**
 * Posts everything again, in the order given, and compares places, links, legs, balances and hashes. Throws
 * nothing. Behind a posting that is not as it must be it goes on from what that posting says, so that what is wrong
 * further on is found too.
 */
export function verifyChain(start: Reckoning, stored: readonly StoredPosting[]): Reckoning {
  return stored.reduce(verifyNext, start);
}

function verifyNext(so: Reckoning, found: StoredPosting): Reckoning {
  const checked = check(so.account, found);
  if (checked.kind === 'posting-unreadable') return { ...so, findings: [...so.findings, findingOf(found, checked)] };
  const findings = checked.kind === undefined ? so.findings : [...so.findings, findingOf(found, checked)];
  const { number: postings, hash: lastHash, at: updatedAt } = found;
  const balances = readBalances(found.balances);
  const legs = legsOf(found);
  return {
    account: { ...so.account, postings, lastHash, balances, updatedAt },
    reserved: plus(so.reserved, found.orderId, legs['reserved-for-orders']),
    inTransit: plus(so.inTransit, found.transferId, legs['in-transit']),
    holdings: holdingsAfter(so.holdings, readAssetLegs(found.assetLegs)),
    findings,
  };
}

interface Check {
  /** `undefined` for a posting that is as it must be. */
  readonly kind: FindingKind | undefined;
  readonly detail: string;
}

const FINE: Check = { kind: undefined, detail: '' };
const findingOf = ({ id }: StoredPosting, { kind, detail }: Check): Finding => ({
  kind: kind ?? 'posting-unreadable',
  subject: id,
  detail,
});

function check(account: Account, found: StoredPosting): Check {
  try {
    requireAmounts(found);
    return (
      checkPlace(account, found) ?? checkContent(account, found) ?? checkSigns(readBalances(found.balances)) ?? FINE
    );
  } catch (error) {
    if (error instanceof UnbalancedLegs) return { kind: 'legs-unbalanced', detail: error.message };
    return { kind: 'posting-unreadable', detail: (error as Error).message };
  }
}

/** Throws for an amount that is no whole number. */
function requireAmounts(found: StoredPosting): void {
  readBalances(found.balances);
  legsOf(found);
  readAssetLegs(found.assetLegs);
}

function checkPlace(account: Account, { number, previousHash }: StoredPosting): Check | undefined {
  const place = account.postings + 1;
  const detail = `number ${number} in place ${place}`;
  if (number > place) return { kind: 'posting-missing', detail };
  if (number < place) return { kind: 'posting-misplaced', detail };
  if (previousHash === account.lastHash) return undefined;
  return { kind: 'link-broken', detail: `names ${previousHash}, the posting before it has ${account.lastHash}` };
}

function checkContent(account: Account, found: StoredPosting): Check | undefined {
  const balances = balancesAfter(account.balances, legsOf(found));
  const wrong = BALANCE_FIELDS.find((field) => readBalances(found.balances)[field] !== balances[field]);
  const again = new Posting(account, movementOf(found), found.at);
  if (wrong !== undefined) {
    return { kind: 'balances-differ', detail: `${wrong} is ${found.balances[wrong] ?? 0}, not ${balances[wrong]}` };
  }
  if (canonicalJson(again.content()) !== canonicalJson(contentOf(found))) {
    return { kind: 'content-differs', detail: `posted again it is ${canonicalJson(again.content())}` };
  }
  return again.hash === found.hash ? undefined : { kind: 'hash-differs', detail: `${found.hash}, not ${again.hash}` };
}

const NEVER_BELOW_ZERO = [
  'available',
  'reservedForOrders',
  'reservedForPositions',
  'inTransit',
  'shortfall',
] as const satisfies readonly (keyof Balances)[];

function checkSigns(balances: Balances): Check | undefined {
  const below = NEVER_BELOW_ZERO.find((field) => balances[field] < 0n);
  if (below !== undefined) return { kind: 'balance-below-zero', detail: `${below} is ${balances[below]}` };
  if (balances.shortfall === 0n || balances.available === 0n) return undefined;
  const { shortfall, available } = balances;
  return { kind: 'shortfall-beside-available', detail: `${shortfall} beside ${available}` };
}

function plus(
  sums: Readonly<Record<string, bigint>>,
  name: string | undefined,
  units: bigint | undefined,
): Readonly<Record<string, bigint>> {
  if (name === undefined || units === undefined) return sums;
  const { [name]: before = 0n, ...others } = sums;
  return before + units === 0n ? others : { ...others, [name]: before + units };
}

function movementOf(found: StoredPosting): Movement {
  const { id, about: kind, cause, at } = found;
  const traded = found.assetLegs === undefined ? {} : { assetLegs: readAssetLegs(found.assetLegs) };
  return { id, kind, cause, legs: legsOf(found), ...traded, ...storyOf(found, at) };
}

/** What is hashed of a posting: all of it but the hashes. A time that it cannot have happened at is kept, to be found. */
function contentOf(found: StoredPosting): PostingContent {
  const { id, about, cause, asset, legs, assetLegs, number, at, balances, occurredAt } = found;
  const told = { ...storyOf(found, at), ...(occurredAt !== undefined && { occurredAt }) };
  return { id, about, cause, ...told, asset, legs, ...(assetLegs && { assetLegs }), number, at, balances };
}
