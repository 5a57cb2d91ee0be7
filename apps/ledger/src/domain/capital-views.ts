import type {
  BalancesView,
  CapitalMoveView,
  CapitalLimitsView,
  CapitalView,
  HoldingView,
  MonitorView,
  MoveKind,
} from '@ballast/contracts/ledger';
import { unitsText } from '@ballast/money';
import { readBalances } from './account.js';
import type { Account, Balances } from './account.js';
import { quantityText } from './asset-legs.js';
import type { Holdings } from './asset-legs.js';
import { freedBy } from './decide-reversal.js';
import { valueOf } from './monitors.js';
import type { Monitor } from './monitors.js';
import type { PostingContent } from './posting.js';

/** The balances as callers see them: decimals with the asset's digits. */
export function balancesView(balances: Balances, asset: string): BalancesView {
  return {
    allocated: unitsText(balances.allocated, asset),
    reservedForOrders: unitsText(balances.reservedForOrders, asset),
    reservedForPositions: unitsText(balances.reservedForPositions, asset),
    inTransit: unitsText(balances.inTransit, asset),
    realizedPnl: unitsText(balances.realizedPnl, asset),
    fees: unitsText(balances.fees, asset),
    shortfall: unitsText(balances.shortfall, asset),
    available: unitsText(balances.available, asset),
  };
}

/** What is held, by the names of the assets. */
export function holdingViews(holdings: Holdings): HoldingView[] {
  const sorted = Object.entries(holdings).sort(([left], [right]) => (left < right ? -1 : 1));
  return sorted.map(([asset, units]) => ({ asset, quantity: quantityText(units) }));
}

/** What was moved, as the caller who asked for it sees it. */
export function moveViewOf(posting: PostingContent, kind: MoveKind): CapitalMoveView {
  const { id: postingId, asset, number: version } = posting;
  const freed = freedBy(posting);
  const amount = kind === 'withdrawal' || kind === 'fee' ? -freed : freed;
  const balances = balancesView(readBalances(posting.balances), asset);
  return { postingId, kind, amount: unitsText(amount, asset), available: balances.available, balances, version };
}

/** A profile's capital as its owner sees it. */
export function capitalViewOf(account: Account): CapitalView {
  const { profileId, asset, balances, postings, closedAt, updatedAt } = account;
  return {
    profileId,
    asset,
    ...balancesView(balances, asset),
    state: closedAt === undefined ? 'open' : 'closed',
    ...limitsViewOf(account),
    postings,
    version: postings,
    updatedAt,
  };
}

/** Its limits alone. */
export function limitsViewOf({ asset, limits }: Pick<Account, 'asset' | 'limits'>): CapitalLimitsView {
  const { availableMin, reservedMax } = limits;
  return {
    ...(availableMin !== undefined && { availableMin: unitsText(availableMin, asset) }),
    ...(reservedMax !== undefined && { reservedMax: unitsText(reservedMax, asset) }),
  };
}

/** A monitor of this account as its owner sees it. */
export function monitorViewOf({ asset, balances }: Account, id: string, monitor: Monitor): MonitorView {
  const { measure, threshold, hysteresis, isBreached } = monitor;
  return {
    id,
    measure,
    threshold: unitsText(threshold, asset),
    hysteresis: unitsText(hysteresis, asset),
    state: isBreached ? 'breached' : 'armed',
    value: unitsText(valueOf(monitor, balances), asset),
  };
}
