import { NOW_MS } from './given.js';
import { CALL_START_AGE_MS_MAX, PERMIT_AGE_MS_MAX, enforcedInMs } from './permit.js';

const FACTS = { nowMs: NOW_MS, callDeadlineMs: 5_000 };
const permit = (epoch: number, oldestCallEpoch: number, ageMs: number) => ({
  epoch,
  oldestCallEpoch,
  renewedAt: new Date(NOW_MS - ageMs).toISOString(),
});

describe('a change of the kill switch holds everywhere', () => {
  it.each([
    ['when nobody has a permit', [], 0],
    ['when every permit is of its epoch or a later one', [permit(7, 7, 10), permit(8, 8, 10)], 0],
    ['not while a call of an older epoch is under way', [permit(7, 6, 10)], 7_990],
    [
      'not while an older permit may still be used, and a call made at its end be under way',
      [permit(6, 6, 100)],
      7_900,
    ],
    [
      'once an older permit has lapsed, with the deadline of a call and the difference of clocks',
      [permit(6, 6, 8_000)],
      0,
    ],
    ['a millisecond earlier not yet', [permit(6, 6, 7_999)], 1],
    ['when the last of several has lapsed', [permit(6, 6, 7_000), permit(5, 5, 6_000), permit(7, 7, 0)], 2_000],
  ])('%s', (_name, permits, expected) => {
    expect(enforcedInMs(7, permits, FACTS)).toBe(expected);
  });

  it('leaves a call that began at the last moment time to wait for the broker’s budget within the two seconds', () => {
    expect(PERMIT_AGE_MS_MAX).toBe(2_000);
    expect(CALL_START_AGE_MS_MAX).toBe(1_000);
  });
});
