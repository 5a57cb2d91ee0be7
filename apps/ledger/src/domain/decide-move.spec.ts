import { balancesAfter } from './account.js';
import type { Account } from './account.js';
import { decideMove } from './decide-move.js';
import type { AmountKind } from './decide-move.js';
import { REVERSIBLE_KINDS, decideReversal, freedBy } from './decide-reversal.js';
import { accountWith, postingOf } from '../testing/given-account.js';

describe('moving capital', () => {
  it.each([
    ['deposit', 100n, { available: 150n, allocated: 150n }],
    ['withdrawal', 50n, { available: 0n, allocated: 0n }],
    ['fee', 20n, { available: 30n, fees: 20n }],
    ['fee', 70n, { available: 0n, fees: 70n, shortfall: 20n }],
    ['adjustment', 7n, { available: 57n, realizedPnl: 7n }],
    ['adjustment', -7n, { available: 43n, realizedPnl: -7n }],
  ] as const)('%s of %s', (kind, units, expected) => {
    const account = accountWith({ available: 50n, allocated: 50n });
    const decision = decideMove(account, kind, units);
    if (decision.outcome !== 'moved') throw new Error(decision.refusal.code);
    expect(balancesAfter(account.balances, decision.legs)).toMatchObject(expected);
  });

  it('repays the shortfall first', () => {
    const decision = decideMove(accountWith({ shortfall: 30n }), 'deposit', 100n);
    expect(decision).toMatchObject({ legs: { available: 70n, shortfall: 30n, funding: -100n }, units: 100n });
  });

  it('posts what the broker charged even to a closed account', () => {
    const closed: Account = { ...accountWith({}), closedAt: '2026-11-02T10:00:00.000Z' };
    expect(decideMove(closed, 'fee', 5n)).toMatchObject({ outcome: 'moved', legs: { shortfall: -5n, fees: 5n } });
  });

  it('corrects below what must stay available: that is for what somebody chooses to spend', () => {
    const account: Account = { ...accountWith({ available: 10n }), limits: { availableMin: 10n } };
    expect(decideMove(account, 'adjustment', -10n).outcome).toBe('moved');
    expect(decideMove(account, 'withdrawal', 1n).outcome).toBe('refused');
  });
});

describe('taking a posting back', () => {
  it.each(REVERSIBLE_KINDS.map((kind) => [kind as AmountKind]))('undoes a %s', (kind) => {
    const before = accountWith({ available: 100n, allocated: 100n });
    const { posting, account } = postingOf(before, kind, 30n);
    const decision = decideReversal(account, posting.content(), false);
    if (decision.outcome !== 'moved') throw new Error(decision.refusal.code);
    expect(balancesAfter(account.balances, decision.legs)).toEqual(before.balances);
    expect(decision.units).toBe(-freedBy(posting.content()));
  });

  it('that repaid a shortfall takes the whole of it out of what is available', () => {
    const { posting, account } = postingOf(accountWith({ shortfall: 40n }), 'deposit', 100n);
    const enough = { ...account, balances: { ...account.balances, available: 100n } };
    expect(decideReversal(account, posting.content(), false)).toMatchObject({
      refusal: { code: 'insufficient-capital', limit: '0.60', value: '1.00' },
    });
    expect(decideReversal(enough, posting.content(), false)).toMatchObject({
      outcome: 'moved',
      legs: { available: -100n, shortfall: 0n, funding: 100n },
    });
  });

  it('repays a shortfall with what comes back', () => {
    const { posting, account } = postingOf(accountWith({ available: 5n }), 'fee', 20n);
    expect(decideReversal(account, posting.content(), false)).toMatchObject({
      legs: { available: 5n, shortfall: 15n, fees: -20n },
    });
  });
});
