import { FAILURES_MAX, FAILURES_WINDOW_MS, SignInThrottle } from './sign-in-throttle.js';

const failing = (times: number, throttle = new SignInThrottle()): SignInThrottle => {
  for (let index = 0; index < times; index += 1) throttle.fail('usr', index * 1_000);
  return throttle;
};

it('lets nine failures pass and stops at the tenth until the first is five minutes old', () => {
  expect(failing(FAILURES_MAX - 1).waitMs('usr', 10_000)).toBe(0);
  const throttle = failing(FAILURES_MAX);
  expect(throttle.waitMs('usr', 10_000)).toBe(FAILURES_WINDOW_MS - 10_000);
  expect(throttle.waitMs('usr', FAILURES_WINDOW_MS - 1)).toBe(1);
  expect(throttle.waitMs('usr', FAILURES_WINDOW_MS)).toBe(0);
  expect(throttle.waitMs('other', 10_000)).toBe(0);
});

it('starts afresh after a success', () => {
  const throttle = failing(FAILURES_MAX);
  throttle.clear('usr');
  expect(throttle.waitMs('usr', 10_000)).toBe(0);
});

it('forgets whoever failed longest ago when too many are remembered', () => {
  const throttle = failing(FAILURES_MAX);
  for (let index = 0; index < 10_000; index += 1) throttle.fail(`other-${index}`, 10_000);
  expect(throttle.waitMs('usr', 10_000)).toBe(0);
});
