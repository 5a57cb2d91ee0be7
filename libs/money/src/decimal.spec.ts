import { decimal, decimalText, parseDecimal, POSITIVE_DECIMAL_PATTERN } from './decimal.js';

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
});
