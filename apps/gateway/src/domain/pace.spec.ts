import { array, assert, integer, property, record } from 'fast-check';
import { MESSAGES_PER_SECOND_MAX, Pace } from './pace.js';

const SECOND_MS = 1_000;

it('lets so many pass at once, and as many again a second later', () => {
  const pace = new Pace();
  expect([pace.left(5), pace.waitMs(5)]).toEqual([MESSAGES_PER_SECOND_MAX, 0]);
  pace.spend(MESSAGES_PER_SECOND_MAX - 1, 5);
  expect([pace.left(6), pace.waitMs(6)]).toEqual([1, 0]);
  pace.spend(1, 6);
  expect([pace.left(6), pace.waitMs(6)]).toEqual([0, SECOND_MS - 1]);
  expect([pace.left(SECOND_MS + 4), pace.left(SECOND_MS + 5)]).toEqual([0, MESSAGES_PER_SECOND_MAX - 1]);
  expect(pace.left(SECOND_MS + 6)).toBe(MESSAGES_PER_SECOND_MAX);
});

it('never lets more pass within any second, whatever is sent when', () => {
  const anyTry = record({ afterMs: integer({ min: 0, max: 400 }), count: integer({ min: 1, max: 80 }) });
  assert(
    property(array(anyTry, { maxLength: 60 }), (tries) => {
      const pace = new Pace();
      const sentAtMs: number[] = [];
      let nowMs = 0;
      for (const { afterMs, count } of tries) {
        nowMs += afterMs;
        const sent = Math.min(count, pace.left(nowMs));
        pace.spend(sent, nowMs);
        for (let one = 0; one < sent; one += 1) sentAtMs.push(nowMs);
        const lately = sentAtMs.filter((atMs) => nowMs - atMs < SECOND_MS).length;
        expect(lately).toBeLessThanOrEqual(MESSAGES_PER_SECOND_MAX);
        expect(pace.left(nowMs)).toBe(MESSAGES_PER_SECOND_MAX - lately);
      }
    }),
  );
});
