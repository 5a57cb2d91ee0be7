import * as fc from 'fast-check';
import { assetLegsText, holdingsAfter, quantityText, readAssetLegs, tradedLegs } from './asset-legs.js';
import { emptyAccount } from './account.js';
import { Posting, UnbalancedLegs } from './posting.js';
import { reckoningFrom, verifyChain } from './verify-chain.js';
import type { StoredPosting } from './verify-chain.js';

const AT = '2026-11-02T10:00:00.000Z';
const ACCOUNT = emptyAccount('prf_1', 'usr_1', 'USD');
const LEGS = { 'reserved-for-positions': 100n, fees: 1n, funding: -101n };
const fill = (assetLegs: ReturnType<typeof tradedLegs>) =>
  new Posting(ACCOUNT, { id: 'posting:e', kind: 'entry-execution', cause: 'e', legs: LEGS, assetLegs }, AT);

describe('the legs of an execution in what was traded', () => {
  const MOST = 10n ** 36n - 1n;
  it.each([
    ['AAPL', 'buy', '0', '4', 'AAPL', 4n * 10n ** 18n, '4'],
    ['BTC/USD', 'buy', '0.1', '0.100000000000000001', 'BTC', 1n, '0.000000000000000001'],
    ['BRK.B', 'sell', '1.5', '2', 'BRK.B', -5n * 10n ** 17n, '-0.5'],
    ['X', 'buy', '0', '999999999999999999.999999999999999999', 'X', MOST, '999999999999999999.999999999999999999'],
  ] as const)('%s %s from %s to %s are exact', (symbol, side, quantityBefore, quantityAfter, asset, units, text) => {
    const legs = tradedLegs({ symbol, side, quantityBefore, quantityAfter });
    expect(legs).toEqual({ [asset]: { position: units, market: -units } });
    expect(readAssetLegs(assetLegsText(legs))).toEqual(legs);
    expect(holdingsAfter({}, legs)).toEqual({ [asset]: units });
    expect(quantityText(units)).toBe(text);
  });

  it('make one posting with those in capital, and a leg that is missing in any asset makes none', () => {
    const traded = tradedLegs({ symbol: 'AAPL', side: 'buy', quantityBefore: '0', quantityAfter: '1' });
    expect(fill(traded).content()).toMatchObject({
      legs: { 'reserved-for-positions': '100', fees: '1', funding: '-101' },
      assetLegs: { AAPL: { position: '1000000000000000000', market: '-1000000000000000000' } },
    });
    expect(() => fill({ ...traded, BTC: { position: 1n } })).toThrow(UnbalancedLegs);
    expect(() => fill({ AAPL: { position: 1n, market: -2n } })).toThrow('add up to -1 AAPL');
  });

  it('are part of what is hashed', () => {
    const posting = fill(tradedLegs({ symbol: 'AAPL', side: 'buy', quantityBefore: '0', quantityAfter: '1' }));
    const stored = { ...posting.content(), previousHash: posting.previousHash, hash: posting.hash };
    const findingsIn = (found: StoredPosting) => verifyChain(reckoningFrom(ACCOUNT), [found]).findings;
    expect(findingsIn(stored)).toEqual([]);
    const other = { ...stored, assetLegs: { AAPL: { position: '2', market: '-2' } } };
    expect(findingsIn(other)).toMatchObject([{ kind: 'hash-differs', subject: 'posting:e' }]);
    const { assetLegs: _gone, ...without } = stored;
    expect(findingsIn(without)).toMatchObject([{ kind: 'hash-differs' }]);
    const unbalanced = { ...stored, assetLegs: { AAPL: { position: '2', market: '-1' } } };
    expect(findingsIn(unbalanced)).toMatchObject([{ kind: 'legs-unbalanced' }]);
  });
});

describe('holdings', () => {
  it('are the sum of the positions, in any order, and what is sold again leaves nothing', () => {
    const leg = fc.record({ asset: fc.constantFrom('A', 'B'), units: fc.bigInt({ min: -9n, max: 9n }) });
    fc.assert(
      fc.property(fc.array(leg), (moves) => {
        const legs = moves.map(({ asset, units }) => ({ [asset]: { position: units, market: -units } }));
        const sum = (asset: string): bigint =>
          moves.reduce((total, move) => (move.asset === asset ? total + move.units : total), 0n);
        const expected = Object.fromEntries(['A', 'B'].map((asset) => [asset, sum(asset)]).filter(([, n]) => n !== 0n));
        expect(legs.reduce(holdingsAfter, {})).toEqual(expected);
        expect([...legs].reverse().reduce(holdingsAfter, {})).toEqual(expected);
      }),
    );
  });
});
