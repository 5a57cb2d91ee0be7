import { Decimal } from '@ballast/money';
import type { CapitalBalances } from '@ballast/contracts/ledger';
import { ordersOf } from './check-orders.js';
import type { Facts, Row, StoredProfile } from './facts.js';

interface PostingRow extends Row {
  readonly number: number;
  readonly legs: Readonly<Record<string, string>>;
  readonly balances: CapitalBalances;
  readonly previousHash: string;
  readonly hash: string;
}

interface AccountRow extends Row {
  readonly postings: number;
  readonly lastHash: string;
  readonly balances: CapitalBalances;
  readonly holds: Readonly<
    Record<string, { readonly units: string; readonly used?: string; readonly raised?: string }>
  >;
}

/** Which balance a leg moves, and with which sign. */
const MOVES: Readonly<Record<string, readonly [keyof CapitalBalances, bigint]>> = {
  funding: ['allocated', -1n],
  available: ['available', 1n],
  'reserved-for-orders': ['reservedForOrders', 1n],
  'reserved-for-positions': ['reservedForPositions', 1n],
  'realized-pnl': ['realizedPnl', -1n],
  fees: ['fees', 1n],
  shortfall: ['shortfall', -1n],
  'in-transit': ['inTransit', 1n],
};

type Sums = Record<keyof CapitalBalances, bigint>;

const postingsOf = ({ ledger }: StoredProfile): PostingRow[] =>
  ledger.filter((row): row is PostingRow => row.kind === 'posting').sort((left, right) => left.number - right.number);
const accountOf = ({ ledger }: StoredProfile): AccountRow | undefined =>
  ledger.find((row): row is AccountRow => row.kind === 'account');
const units = (text: string | undefined): bigint => BigInt(text ?? '0');

/** 3 and 4: balances are the fold of the postings, each of which balances, and no balance is ever what it must not be. */
export function checkPostings({ profiles }: Facts): string[] {
  return profiles.flatMap((profile) => {
    const sums = Object.fromEntries(Object.values(MOVES).map(([field]) => [field, 0n])) as Sums;
    const found: string[] = [];
    let previous: PostingRow | undefined;
    for (const posting of postingsOf(profile)) {
      found.push(...placeFaults(posting, previous));
      if (Object.values(posting.legs).reduce((sum, leg) => sum + BigInt(leg), 0n) !== 0n)
        found.push(`${posting.id}: its legs do not add up`);
      for (const [leg, amount] of Object.entries(posting.legs)) {
        const [field, sign] = MOVES[leg] ?? [];
        if (field === undefined || sign === undefined) found.push(`${posting.id}: ${leg} is no account`);
        else sums[field] += sign * BigInt(amount);
      }
      found.push(...balanceFaults(posting, sums));
      previous = posting;
    }
    return [...found, ...accountFaults(profile, { sums, last: previous })];
  });
}

function placeFaults(posting: PostingRow, previous: PostingRow | undefined): string[] {
  const isNext = posting.number === (previous?.number ?? 0) + 1;
  const isChained = previous === undefined || posting.previousHash === previous.hash;
  return isNext && isChained
    ? []
    : [`${posting.id}: posting ${posting.number} does not follow ${previous?.number ?? 0}`];
}

function balanceFaults({ id, balances }: PostingRow, sums: Sums): string[] {
  const wrong = Object.entries(sums).filter(([field, sum]) => units(balances[field as keyof Sums]) !== sum);
  const below = (['available', 'reservedForOrders', 'reservedForPositions'] as const).filter(
    (field) => sums[field] < 0n,
  );
  const free =
    sums.allocated - sums.reservedForOrders - sums.reservedForPositions - sums.inTransit + sums.realizedPnl - sums.fees;
  return [
    ...wrong.map(([field]) => `${id}: ${field} is not what its postings come to`),
    ...below.map((field) => `${id}: ${field} is below zero (${sums[field]})`),
    ...(sums.shortfall === 0n ? [] : [`${id}: there is a shortfall of ${sums.shortfall}`]),
    ...(free + sums.shortfall === sums.available ? [] : [`${id}: the parts do not add up to the whole`]),
  ];
}

function accountFaults(profile: StoredProfile, { sums, last }: { sums: Sums; last: PostingRow | undefined }): string[] {
  const account = accountOf(profile);
  if (account === undefined) return [`${profile.id} has no account`];
  const wrong = Object.entries(sums).filter(([field, sum]) => units(account.balances[field as keyof Sums]) !== sum);
  return [
    ...wrong.map(
      ([field, sum]) =>
        `${profile.id}: ${field} is ${units(account.balances[field as keyof Sums])}, its postings come to ${sum}`,
    ),
    ...(account.postings === (last?.number ?? 0)
      ? []
      : [`${profile.id}: ${account.postings} postings, ${last?.number ?? 0} found`]),
    ...(last === undefined || account.lastHash === last.hash
      ? []
      : [`${profile.id}: the head is not of its last posting`]),
  ];
}

/** 5: what is reserved for orders is what live orders hold, each enough for what it may still buy. */
export function checkHolds({ profiles }: Facts): string[] {
  return profiles.flatMap((profile) => {
    const account = accountOf(profile);
    if (account === undefined) return [];
    const live = ordersOf(profile).filter(({ isLive, row }) => isLive && (row['intent'] ?? 'entry') === 'entry');
    const liveIds = new Set(live.map(({ id }) => id));
    const remaining = new Map(
      Object.entries(account.holds).map(([id, hold]) => [
        id,
        units(hold.units) + units(hold.raised) - units(hold.used),
      ]),
    );
    const held = [...remaining.values()].reduce((sum, each) => sum + each, 0n);
    const reserved = units(account.balances.reservedForOrders);
    return [
      ...(held === reserved ? [] : [`${profile.id}: ${reserved} is reserved for orders, ${held} is held`]),
      ...[...remaining.keys()].filter((id) => !liveIds.has(id)).map((id) => `${id} holds capital and is not live`),
      ...live
        .filter(({ id, row }) => (remaining.get(id) ?? -1n) < needOf(row))
        .map(({ id, row }) => `${id} holds ${remaining.get(id) ?? 'nothing'} and may still cost ${needOf(row)}`),
    ];
  });
}

/** In cents, without the fee: what is left of the order at its worst price. */
function needOf(row: Readonly<Record<string, unknown>>): bigint {
  const left = new Decimal(String(row['quantity'])).minus(String(row['filledQuantity'] ?? '0'));
  const worst = new Decimal(String(row['limitPrice'] ?? row['boundPrice'] ?? '0'));
  return BigInt(left.times(worst).times(100).toFixed(0));
}
