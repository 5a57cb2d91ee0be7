import fc from 'fast-check';
import { Decimal, decimal } from './decimal.js';
import { exactUnits, shareOfUnits, toUnits, unitsBetween, unitsText } from './units.js';

describe('amounts in units', () => {
  it('rounds holds up and postings half-even', () => {
    expect(toUnits(decimal('10.001'), 'USD', 'up')).toBe(1001n);
    expect(toUnits(decimal('10.005'), 'USD', 'half-even')).toBe(1000n);
    expect(toUnits(decimal('10.015'), 'USD', 'half-even')).toBe(1002n);
    expect(toUnits(decimal('-0.005'), 'USD', 'half-even')).toBe(0n);
  });

  it('prints exactly the digits of the asset', () => {
    expect(unitsText(900300n, 'USD')).toBe('9003.00');
    expect(unitsText(-1n, 'USD')).toBe('-0.01');
  });

  it('refuses an amount between two units', () => {
    expect(exactUnits(decimal('1.005'), 'USD')).toBeUndefined();
    expect(exactUnits(decimal('1.05'), 'USD')).toBe(105n);
  });

  it('refuses an asset without a scale', () => {
    expect(() => toUnits(decimal('1'), 'DOGE', 'up')).toThrow(RangeError);
  });

  it('splits a whole into parts that add up to it, however it is cut', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(cuts, fc.integer({ min: 1, max: 10 ** 9 }), (parts, wholeNumber) => {
        const whole = BigInt(wholeNumber);
        const total = new Decimal(parts.reduce((sum, part) => sum + part, 0));
        let before = new Decimal(0);
        let sum = 0n;
        for (const part of parts) {
          const after = before.plus(part);
          sum += shareOfUnits(whole, after, total) - shareOfUnits(whole, before, total);
          before = after;
        }
        expect(sum).toBe(whole);
      }),
    );
  });

  it('rounds cumulative amounts so that no cent is lost over many parts', () => {
    const thirds = ['0', '0.333', '0.666', '0.999'].map(decimal);
    const parts = thirds.slice(1).map((after, index) => unitsBetween(thirds[index] ?? after, after, 'USD'));
    expect(parts).toEqual([33n, 34n, 33n]);
    expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(toUnits(decimal('0.999'), 'USD', 'half-even'));
  });
});
