import * as fc from 'fast-check';
import { ZERO_BALANCES, emptyAccount } from './account.js';
import type { Account, Balances } from './account.js';
import { BOOKING_DELAY_MS_MAX, balancesAfterPosting, isSettled, withLate } from './as-of.js';
import { decideMove } from './decide-move.js';
import { post } from './posting.js';
import type { PostingContent } from './posting.js';

const START = Date.parse('2026-11-02T10:00:00.000Z');
const at = (ms: number): string => new Date(START + ms).toISOString();

/** An amount, when it was booked after the one before, and how long before that it had happened; milliseconds. */
const move = fc.record({
  kind: fc.constantFrom('deposit', 'withdrawal', 'fee', 'adjustment'),
  units: fc.bigInt({ min: 1n, max: 1_000n }),
  afterMs: fc.integer({ min: 1, max: 5 }),
  agoMs: fc.integer({ min: 0, max: 12 }),
});

function bookedOf(moves: readonly (typeof move extends fc.Arbitrary<infer Move> ? Move : never)[]): PostingContent[] {
  let account: Account = { ...emptyAccount('prf_1', 'usr_1', 'USD'), updatedAt: at(0) };
  let ms = 0;
  return moves.flatMap(({ kind, units, afterMs, agoMs }, index) => {
    const decision = decideMove(account, kind, units);
    if (decision.outcome === 'refused') return [];
    ms += afterMs;
    const movement = { id: `posting:${index}`, kind, cause: 'test', legs: decision.legs, occurredAt: at(ms - agoMs) };
    const posted = post(account, movement, at(ms));
    account = posted.account;
    return [posted.posting.content()];
  });
}

/** What the amounts that a posting names come to, without any of the ledger's arithmetic. */
function sumOf(postings: readonly PostingContent[]): Balances {
  const of = (...accounts: string[]): bigint =>
    postings.flatMap(({ legs }) => accounts.map((name) => BigInt(legs[name] ?? 0))).reduce((sum, n) => sum + n, 0n);
  const asSpoken = { allocated: -of('funding'), realizedPnl: -of('realized-pnl'), shortfall: -of('shortfall') };
  return { ...ZERO_BALANCES, ...asSpoken, fees: of('fees'), available: of('available') };
}

describe('the balances at an instant', () => {
  it('are the sum of what was booked by then, and by the other clock of what had happened by then', () => {
    fc.assert(
      fc.property(
        fc.array(move, { maxLength: 12 }),
        fc.integer({ min: -13, max: 61 }),
        fc.nat({ max: 20 }),
        (moves, ms, later) => {
          const booked = bookedOf(moves);
          const [instant, bookedBy] = [at(ms), at(ms + later)];
          const by = booked.filter((posting) => posting.at <= instant);
          expect(balancesAfterPosting(by.at(-1))).toEqual(sumOf(by));
          const late = booked.filter(
            (posting) =>
              posting.at > instant && posting.at <= bookedBy && (posting.occurredAt ?? posting.at) <= instant,
          );
          const happened = booked.filter(
            (posting) => posting.at <= bookedBy && (posting.occurredAt ?? posting.at) <= instant,
          );
          const then = { balances: balancesAfterPosting(by.at(-1)), holdings: {} };
          expect(withLate(then, late).balances).toEqual(sumOf(happened));
        },
      ),
    );
  });

  it('are those of an empty account before the first posting', () => {
    expect(balancesAfterPosting(undefined)).toEqual(ZERO_BALANCES);
  });

  it('may be below zero by event time, when money was spent in the books before it is known to have come late', () => {
    const fee: Pick<PostingContent, 'legs'> = { legs: { available: '-30', fees: '30' } };
    const then = { balances: { ...ZERO_BALANCES, available: 10n, allocated: 10n }, holdings: {} };
    expect(withLate(then, [fee]).balances).toMatchObject({ available: -20n, fees: 30n });
  });

  it.each([
    ['the account has changed since', at(1), at(1), true],
    ['it is when the account changed last', at(0), at(1), false],
    ['it is later than the last change', at(-5), at(1), false],
    ['the delay is not over', at(-5), at(BOOKING_DELAY_MS_MAX), false],
    ['the delay is over', at(-5), at(BOOKING_DELAY_MS_MAX + 1), true],
  ])('are settled or not: %s', (_what, updatedAt, now, expected) => {
    expect(isSettled({ updatedAt }, at(0), now)).toBe(expected);
  });
});
