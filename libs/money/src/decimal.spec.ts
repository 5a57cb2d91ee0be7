import fc from 'fast-check';
import { Decimal, decimal, decimalText, fractionDigits, parseDecimal, POSITIVE_DECIMAL_PATTERN } from './decimal.js';

describe('decimals on the wire', () => {
  it.each(['0', '1', '-1', '0.1', '123456789012345678.123456789012345678'])('reads %s', (text) => {
    expect(decimalText(decimal(text))).toBe(text);
  });

  it.each([
    '',
    '+1',
    '01',
    '.5',
    '5.',
    '1e3',
    'NaN',
    'Infinity',
    ' 1',
    '1,5',
    '0x10',
    '1234567890123456789',
    1,
    null,
    undefined,
  ])('refuses %p', (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });

  it('never prints an exponent or a negative zero', () => {
    expect(decimalText(decimal('0.000000000000000001'))).toBe('0.000000000000000001');
    expect(decimalText(decimal('-0'))).toBe('0');
    expect(decimalText(decimal('1.500'))).toBe('1.5');
  });

  it.each([
    ['0', false],
    ['0.00', false],
    ['-1', false],
    ['0.01', true],
    ['10', true],
  ])('knows whether %s is above zero', (text, positive) => {
    expect(POSITIVE_DECIMAL_PATTERN.test(text)).toBe(positive);
  });

  it('throws for text that was said to be validated and is not, quoting little of it', () => {
    expect(() => decimal('1e3')).toThrow(new RangeError('not a decimal: "1e3"'));
    expect(() => decimal('x'.repeat(10_000))).toThrow(/^not a decimal: "x{59}$/);
  });

  it.each([
    ['10', 0],
    ['10.00', 0],
    ['0.001', 3],
  ])('knows that %s has %i digits after the point', (text, digits) => {
    expect(fractionDigits(decimal(text))).toBe(digits);
  });

  it('multiplies the longest price and quantity of practice without rounding', () => {
    const [price, quantity] = [decimal('123456789.12345678'), decimal('987654321.87654321')];
    expect(decimalText(price.times(quantity))).toBe('121932631342783101.4583142722374638');
  });

  it('reads back everything that it writes', () => {
    const units = fc.bigInt({ min: -(10n ** 35n) + 1n, max: 10n ** 35n - 1n });
    fc.assert(
      fc.property(units, fc.integer({ min: 17, max: 18 }), (whole, scale) => {
        const value = new Decimal(whole.toString()).div(new Decimal(10).pow(scale));
        expect(decimal(decimalText(value)).eq(value)).toBe(true);
      }),
    );
  });
});
