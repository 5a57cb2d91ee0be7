import * as fc from 'fast-check';
import {
  LEDGER_ACCOUNTS,
  NO_HASH,
  ZERO_BALANCES,
  balancesAfter,
  balancesText,
  emptyAccount,
  evolve,
  freeCapitalLegs,
  readBalances,
} from './account.js';
import type { Balances, Legs } from './account.js';
import { Posting, UnbalancedLegs, canonicalJson, post } from './posting.js';
import type { Movement } from './posting.js';

const AT = '2026-11-02T10:00:00.000Z';
const PROFILE = 'prf_00000000000000000000000000';

function movement(id: string, legs: Legs): Movement {
  return { id: `posting:${id}`, kind: 'deposit', cause: id, legs };
}

const partsOf = (balances: Balances): bigint =>
  balances.allocated -
  balances.reservedForOrders -
  balances.reservedForPositions -
  balances.inTransit +
  balances.realizedPnl -
  balances.fees +
  balances.shortfall;

describe('a posting', () => {
  it('refuses legs that do not add up to zero', () => {
    const account = emptyAccount(PROFILE, 'usr_1', 'USD');
    expect(() => new Posting(account, movement('e', { available: 100n, funding: -99n }), AT)).toThrow(UnbalancedLegs);
  });

  it('keeps the parts equal to the whole, whatever balanced legs it has', () => {
    const accounts = LEDGER_ACCOUNTS.slice(1);
    const moved = fc.array(fc.bigInt(-1_000_000n, 1_000_000n), {
      minLength: accounts.length,
      maxLength: accounts.length,
    });
    fc.assert(
      fc.property(fc.array(moved, { minLength: 1, maxLength: 5 }), (moves) => {
        let account = emptyAccount(PROFILE, 'usr_1', 'USD');
        for (const [index, units] of moves.entries()) {
          const rest = units.reduce((sum, unit) => sum + unit, 0n);
          const legs: Legs = Object.fromEntries([...accounts.map((name, at) => [name, units[at]]), ['funding', -rest]]);
          account = evolve(account, new Posting(account, movement(`e${index}`, legs), AT));
          expect(account.balances.available).toBe(partsOf(account.balances));
        }
      }),
    );
  });

  it('begins the chain with zeros and links to the posting before it', () => {
    const first = new Posting(emptyAccount(PROFILE, 'usr_1', 'USD'), movement('e1', {}), AT);
    const second = new Posting(evolve(emptyAccount(PROFILE, 'usr_1', 'USD'), first), movement('e2', {}), AT);
    expect(first.previousHash).toBe(NO_HASH);
    expect(second.previousHash).toBe(first.hash);
    expect(second.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('does not follow any other posting than the latest', () => {
    const first = emptyAccount(PROFILE, 'usr_1', 'USD');
    const posting = new Posting(first, movement('e', { available: 1n, funding: -1n }), AT);
    const second = evolve(first, posting);
    expect(() => evolve(second, posting)).toThrow(RangeError);
    expect(() => evolve({ ...first, lastHash: 'f'.repeat(64) }, posting)).toThrow(RangeError);
  });

  it('is dated after whatever changed the account last, even when the clock runs behind', () => {
    const account = { ...emptyAccount(PROFILE, 'usr_1', 'USD'), updatedAt: AT };
    const times = [AT, '2026-11-02T09:00:00.000Z', '2026-11-02T10:00:00.001Z'].map(
      (now) => post(account, movement('e', {}), now).posting.at,
    );
    expect(times).toEqual(Array.from({ length: 3 }, () => '2026-11-02T10:00:00.001Z'));
    expect(post(account, movement('e', {}), '2026-11-02T11:00:00.000Z').account.updatedAt).toBe(
      '2026-11-02T11:00:00.000Z',
    );
  });

  it('says when it happened only where that was before it was posted', () => {
    const account = emptyAccount(PROFILE, 'usr_1', 'USD');
    const [before, after] = ['2026-11-02T09:59:59.999Z', '2026-11-02T10:00:00.001Z'];
    const happened = [before, AT, after].map(
      (occurredAt) => new Posting(account, { ...movement('e', {}), occurredAt }, AT).content().occurredAt,
    );
    expect(happened).toEqual([before, undefined, undefined]);
  });

  it('leaves out legs that move nothing', () => {
    const account = emptyAccount(PROFILE, 'usr_1', 'USD');
    expect(new Posting(account, movement('e', { available: 0n, fees: 0n }), AT).legs).toEqual({});
  });
});

describe('free capital', () => {
  const funds = (available: bigint, shortfall: bigint): Balances =>
    balancesAfter(ZERO_BALANCES, { available, shortfall: -shortfall });

  it.each([
    { before: [50n, 0n], units: 20n, after: [70n, 0n] },
    { before: [50n, 0n], units: -50n, after: [0n, 0n] },
    { before: [50n, 0n], units: -60n, after: [0n, 10n] },
    { before: [0n, 10n], units: 4n, after: [0n, 6n] },
    { before: [0n, 10n], units: 25n, after: [15n, 0n] },
    { before: [0n, 10n], units: -5n, after: [0n, 15n] },
  ] as const)('$before and $units become $after', ({ before, units, after }) => {
    const balances = funds(before[0], before[1]);
    const { available, shortfall } = balancesAfter(balances, freeCapitalLegs(balances, units));
    expect([available, shortfall]).toEqual(after);
  });

  it('survives the way into a document and back', () => {
    const balances = funds(12n, 0n);
    expect(readBalances(JSON.parse(JSON.stringify(balancesText(balances))))).toEqual(balances);
  });
});

describe('canonical JSON', () => {
  it('does not depend on the order of keys, at any depth', () => {
    expect(canonicalJson({ b: { d: 1, c: [{ f: 1, e: 2 }] }, a: undefined })).toBe('{"b":{"c":[{"e":2,"f":1}],"d":1}}');
  });
});
