import { Moments, endOfDay, readMoment } from './moments.js';

describe('moments', () => {
  it('never repeat and never go back, also after a restart or a clock set back', () => {
    const clock = [1_000, 1_000, 500, 2_000];
    const moments = new Moments(() => clock.shift() ?? 0, '1970-01-01T00:00:01.000007Z');
    expect([moments.next(), moments.next(), moments.next(), moments.next()]).toEqual([
      '1970-01-01T00:00:01.000008Z',
      '1970-01-01T00:00:01.000009Z',
      '1970-01-01T00:00:01.000010Z',
      '1970-01-01T00:00:02.000000Z',
    ]);
  });

  it.each([
    ['2026-01-02', '2026-01-02T00:00:00.000000Z'],
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000000Z'],
    ['2026-01-02T03:04:05.1234567+02:00', '2026-01-02T01:04:05.123456Z'],
    ['yesterday', undefined],
    ['2026-13-40', undefined],
  ])('reads %s', (text, expected) => {
    expect(readMoment(text)).toBe(expected);
  });

  it('ends the day at midnight', () => {
    expect(endOfDay('2026-12-31T23:59:59.999999Z')).toBe('2027-01-01T00:00:00.000000Z');
  });
});
