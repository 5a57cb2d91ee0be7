import { CAPITAL_REFUSAL_CODES, HOLD_REFUSAL_CODES } from '@ballast/contracts';
import type { CapitalRefusalCode } from '@ballast/contracts';
import { AT, accountWith, postingOf } from '../testing/given-account.js';
import type { Account } from './account.js';
import { decideHold } from './decide-hold.js';
import { decideMove, refusalOfVersion } from './decide-move.js';
import type { CapitalRefusal } from './decide-move.js';
import { decideReversal } from './decide-reversal.js';
import { decideReceipt, decideTransfer } from './transfer.js';
import { decideMonitor } from './monitors.js';
import { decideClosing, decideReopening } from './decide-state.js';

const RICH = accountWith({ available: 10_000n });
const closed = (account: Account): Account => ({ ...account, closedAt: AT });
const deposit = postingOf(RICH, 'deposit', 100n).posting.content();
const hold = (account: Account, units: bigint) => decideHold(account, units);
const refusalIn = (decision: object): CapitalRefusal | undefined =>
  'refusal' in decision ? (decision.refusal as CapitalRefusal) : undefined;

const RULE = { measure: 'available', threshold: 1n, hysteresis: 0n } as const;
const MONITOR = { ...RULE, isBreached: false, peakProfit: 0n };
const TEN = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`m${index}`, MONITOR]));
const tenMonitorsAnd = (id: string) => decideMonitor({ ...RICH, monitors: TEN }, { id, rule: RULE });

const OTHER = { ...RICH, profileId: 'prf_2' };
const TRANSFER = { id: 'trf_1', fromProfileId: 'prf_1', toProfileId: 'prf_2', asset: 'USD', units: 10_000n };

/** What breaks each rule by the smallest step, what just keeps it, and what the refusal says. */
const TABLE: Readonly<Record<CapitalRefusalCode, readonly [broken: () => object, kept: () => object, says: object]>> = {
  'version-stale': [
    () => ({ refusal: refusalOfVersion({ ...RICH, postings: 7 }, 6) }),
    () => ({ refusal: refusalOfVersion({ ...RICH, postings: 7 }, 7) }),
    { limit: '7', value: '6' },
  ],
  'account-not-closed': [
    () => decideReopening(RICH),
    () => decideReopening(closed(RICH)),
    { limit: 'closed', value: 'open' },
  ],
  'posting-not-reversible': [
    () => decideReversal(RICH, { ...deposit, about: 'hold' }, false),
    () => decideReversal(RICH, deposit, false),
    { limit: 'deposit, withdrawal, fee, adjustment', value: 'hold' },
  ],
  'posting-already-reversed': [
    () => decideReversal(RICH, deposit, true),
    () => decideReversal(RICH, deposit, false),
    { value: deposit.id },
  ],
  'monitors-above-limit': [() => tenMonitorsAnd('eleventh'), () => tenMonitorsAnd('m1'), { limit: '10', value: '11' }],
  'transfer-to-itself': [
    () => decideTransfer(RICH, RICH, { ...TRANSFER, toProfileId: RICH.profileId }),
    () => decideTransfer(RICH, OTHER, TRANSFER),
    { value: RICH.profileId },
  ],
  'transfer-target-unknown': [
    () => decideTransfer(RICH, { ...OTHER, ownerId: 'usr_2' }, TRANSFER),
    () => decideTransfer(RICH, OTHER, TRANSFER),
    { value: OTHER.profileId },
  ],
  'transfer-target-closed': [
    () => decideReceipt(closed(OTHER), TRANSFER),
    () => decideReceipt(OTHER, TRANSFER),
    { limit: 'open', value: `closed at ${AT}` },
  ],
  'holds-standing': [
    () => decideClosing(accountWith({ reservedForOrders: 1n }), AT),
    () => decideClosing(accountWith({}), AT),
    { limit: '0.00', value: '0.01' },
  ],
  'positions-standing': [
    () => decideClosing(accountWith({ reservedForPositions: 1n }), AT),
    () => decideClosing(accountWith({}), AT),
    { limit: '0.00', value: '0.01' },
  ],
  'transfers-pending': [
    () => decideClosing(accountWith({ inTransit: 1n }), AT),
    () => decideClosing(accountWith({}), AT),
    { limit: '0.00', value: '0.01' },
  ],
  'shortfall-standing': [
    () => decideClosing(accountWith({ shortfall: 1n }), AT),
    () => decideClosing(accountWith({}), AT),
    { limit: '0.00', value: '0.01' },
  ],
  'available-above-limit': [
    () => decideMove(accountWith({ available: 10n ** 17n - 100n }), 'deposit', 101n),
    () => decideMove(accountWith({ available: 10n ** 17n - 100n }), 'adjustment', 100n),
    { limit: '1000000000000000.00', value: '1000000000000000.01' },
  ],
  'money-standing': [
    () => decideClosing(accountWith({ available: 1n }), AT),
    () => decideClosing(accountWith({}), AT),
    { limit: '0.00', value: '0.01' },
  ],
  'account-closed': [() => hold(closed(RICH), 0n), () => hold(RICH, 0n), { limit: 'open', value: `closed at ${AT}` }],
  'insufficient-capital': [
    () => hold(accountWith({ available: 899_900n }), 899_901n),
    () => hold(accountWith({ available: 899_900n }), 899_900n),
    { limit: '8999.00', value: '8999.01' },
  ],
  'available-below-floor': [
    () => hold(accountWith({ available: 1_000n }, { availableMin: 400n }), 601n),
    () => hold(accountWith({ available: 1_000n }, { availableMin: 400n }), 600n),
    { limit: '4.00', value: '3.99' },
  ],
  'reserved-above-limit': [
    () =>
      hold(
        accountWith({ available: 1_000n, reservedForPositions: 50n, reservedForOrders: 30n }, { reservedMax: 100n }),
        21n,
      ),
    () =>
      hold(
        accountWith({ available: 1_000n, reservedForPositions: 50n, reservedForOrders: 30n }, { reservedMax: 100n }),
        20n,
      ),
    { limit: '1.00', value: '1.01' },
  ],
};

describe('each refusal of the ledger', () => {
  it('has a row here', () => {
    expect(Object.keys(TABLE).sort()).toEqual([...CAPITAL_REFUSAL_CODES].sort());
  });

  it.each(Object.entries(TABLE))('%s, by the smallest step', (code, [broken, kept, says]) => {
    expect(refusalIn(broken())).toMatchObject({ code, ...says });
    expect(refusalIn(kept())).toBeUndefined();
  });
});

describe('where several apply', () => {
  const refuses = (account: Account): (string | undefined)[] => [
    refusalIn(decideHold(account, 1_001n))?.code,
    refusalIn(decideMove(account, 'withdrawal', 1_001n))?.code,
  ];

  it('a hold says the first', () => {
    const limits = { availableMin: 5_000n, reservedMax: 0n };
    const told = [
      closed(accountWith({}, limits)),
      accountWith({}, limits),
      accountWith({ available: 2_000n }, limits),
      accountWith({ available: 9_000n }, limits),
    ].map((account) => refusalIn(decideHold(account, 1_001n))?.code);
    expect(told).toEqual(HOLD_REFUSAL_CODES);
  });

  it('a withdrawal says the first, and reserves nothing', () => {
    expect(refuses(closed(accountWith({})))).toEqual(['account-closed', 'account-closed']);
    expect(refuses(accountWith({ available: 9_000n }, { reservedMax: 0n }))).toEqual([
      'reserved-above-limit',
      undefined,
    ]);
  });

  it('a transfer says the first', () => {
    const poor = accountWith({}, { availableMin: 1n });
    const others = [poor, undefined, closed(OTHER), OTHER];
    const told = others.map((to, at) => {
      const toProfileId = at === 0 ? poor.profileId : OTHER.profileId;
      return refusalIn(decideTransfer(poor, to, { ...TRANSFER, toProfileId }))?.code;
    });
    expect(told).toEqual([
      'transfer-to-itself',
      'transfer-target-unknown',
      'transfer-target-closed',
      'insufficient-capital',
    ]);
    expect(refusalIn(decideTransfer(closed(poor), OTHER, TRANSFER))?.code).toBe('account-closed');
  });

  it('closing says the first', () => {
    const all = { reservedForOrders: 1n, reservedForPositions: 1n, inTransit: 1n, shortfall: 1n, available: 1n };
    const fields = Object.keys(all) as (keyof typeof all)[];
    const told = fields.map((_field, at) => {
      const cleared = Object.fromEntries(fields.slice(0, at).map((field) => [field, 0n]));
      return refusalIn(decideClosing(accountWith({ ...all, ...cleared }), AT))?.code;
    });
    expect(told).toEqual([
      'holds-standing',
      'positions-standing',
      'transfers-pending',
      'shortfall-standing',
      'money-standing',
    ]);
  });
});
