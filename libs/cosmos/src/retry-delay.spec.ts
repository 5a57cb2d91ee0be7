import { retryDelayMs } from './retry-delay.js';

it('doubles the pause after each failure, up to five seconds', () => {
  expect([1, 2, 3, 7, 8, 1_000].map(retryDelayMs)).toEqual([50, 100, 200, 3_200, 5_000, 5_000]);
});
