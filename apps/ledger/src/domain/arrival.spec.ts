import * as fc from 'fast-check';
import { Decimal, decimal, unitsBetween } from '@ballast/money';
import { storyOf } from '../testing/order-story.js';
import type { Story } from '../testing/order-story.js';
import { PaperLedger } from '../testing/paper-ledger.js';
import type { Heard } from '../testing/paper-ledger.js';
import type { Execution } from './decide-execution.js';

/** Cents by which rounding alone may take an execution beyond its part of the hold: cost, fee and part, one each. */
const ROUNDING_UNITS_PER_EXECUTION = 3n;

const cents = (min: number, max: number) => fc.integer({ min, max }).map((count) => new Decimal(count).div(100));

const story = (betterCentsMin: number) =>
  fc
    .record({
      limit: cents(300, 20_000),
      parts: fc.array(
        fc.record({
          count: fc.integer({ min: 1, max: 50 }),
          better: fc.oneof(fc.constant(0), fc.integer({ min: betterCentsMin, max: 250 })),
        }),
        { maxLength: 6 },
      ),
      rest: fc.integer({ min: 0, max: 20 }),
      scale: fc.constantFrom(1, 7, 10, 1000),
      exitPrice: fc.option(cents(1, 40_000), { nil: undefined }),
    })
    .filter(({ parts, rest }) => parts.length > 0 || rest > 0);

/** The events of `stories` in some order, with some of them heard twice. */
function arrivalOf(stories: readonly Story[]): fc.Arbitrary<Heard[]> {
  const events = stories.flatMap((told) => told.events);
  return fc
    .tuple(
      fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
      fc.shuffledSubarray(events),
      fc.nat(),
    )
    .map(([all, again, at]) => [...all.slice(0, at % (all.length + 1)), ...again, ...all.slice(at % (all.length + 1))]);
}

/** A placement cannot be heard after the end of its order unless the order had no executions: the broker waits for the hold. */
const isPossible = (arrival: readonly Heard[]): boolean =>
  arrival.every(
    (event, at) =>
      event.kind !== 'ended' ||
      event.executions === 0 ||
      arrival.slice(0, at).some((other) => other.kind === 'placed' && other.orderId === event.orderId),
  );

const twoArrivals = (betterCentsMin: number) =>
  fc.array(story(betterCentsMin), { minLength: 1, maxLength: 3 }).chain((terms) => {
    const stories = terms.map((term, index) => storyOf(`ord_${index}`, term));
    return fc.tuple(fc.constant(stories), arrivalOf(stories), arrivalOf(stories));
  });

/** The cost of the positions that are not sold again. */
function costOfKept(stories: readonly Story[]): bigint {
  const executions = stories.flatMap(({ events }) => events.flatMap((event) => ('execution' in event ? [event] : [])));
  return executions.reduce((cost, { kind, execution }) => {
    const { notionalBefore, notionalAfter, closedCostUnits } = execution;
    return kind === 'entry' ? cost + unitsBetween(notionalBefore, notionalAfter, 'USD') : cost - closedCostUnits;
  }, 0n);
}

const sumOfHolds = (stories: readonly Story[]): bigint => stories.reduce((sum, told) => sum + told.hold, 0n);

function ledgerAfter(funds: bigint, arrival: readonly Heard[]): PaperLedger {
  const ledger = new PaperLedger();
  ledger.move('deposit', funds);
  ledger.hearAll(arrival);
  return ledger;
}

describe('whatever the order of arrival', () => {
  it('the balances end the same, and every hold is resolved exactly once', () => {
    fc.assert(
      fc.property(twoArrivals(-300), ([stories, one, other]) => {
        const first = ledgerAfter(2n * sumOfHolds(stories) + 10_000_000n, one);
        const second = ledgerAfter(2n * sumOfHolds(stories) + 10_000_000n, other);
        expect(first.account.balances).toEqual(second.account.balances);
        expect(first.account.balances.reservedForOrders).toBe(0n);
        expect(first.account.balances.reservedForPositions).toBe(costOfKept(stories));
        for (const [orderId, hold] of first.holds) {
          expect(['resolved', 'tombstone']).toContain(hold.state);
          expect(first.resolutions.get(orderId) ?? 0).toBe(hold.state === 'resolved' ? 1 : 0);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('a broker that keeps to the limit never causes a shortfall', () => {
    fc.assert(
      fc.property(
        twoArrivals(0).filter(([, arrival]) => isPossible(arrival)),
        ([stories, arrival]) => {
          expect(ledgerAfter(sumOfHolds(stories), arrival).account.balances.shortfall).toBe(0n);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('rounding costs a profile whose every free cent is taken out at most three units per execution', () => {
    fc.assert(
      fc.property(
        twoArrivals(0).filter(([, arrival]) => isPossible(arrival)),
        ([stories, arrival]) => {
          const ledger = new PaperLedger();
          ledger.move('deposit', sumOfHolds(stories));
          ledger.hearAll(arrival.filter((event) => event.kind === 'placed'));
          for (const event of arrival.filter(({ kind }) => kind !== 'exit')) {
            ledger.move('withdrawal', ledger.account.balances.available);
            ledger.hearAll([event]);
          }
          const executions = BigInt(stories.flatMap((told) => told.events).length);
          expect(ledger.account.balances.shortfall <= ROUNDING_UNITS_PER_EXECUTION * executions).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('the figures worked by hand', () => {
  const ORDER = 'ord_buy';
  const buy: Execution = {
    orderId: ORDER,
    number: 1,
    orderQuantity: decimal('10'),
    quantityBefore: decimal('0'),
    quantityAfter: decimal('4'),
    notionalBefore: decimal('0'),
    notionalAfter: decimal('396'),
    feeBefore: decimal('0'),
    feeAfter: decimal('0.4'),
    closedCostUnits: 0n,
    fillsOrder: false,
  };
  const sell: Execution = {
    ...buy,
    orderId: 'ord_sell',
    orderQuantity: decimal('4'),
    notionalAfter: decimal('440'),
    feeAfter: decimal('0.44'),
    closedCostUnits: 39_600n,
    fillsOrder: true,
  };

  it('come out to the cent', () => {
    const ledger = new PaperLedger();
    ledger.move('deposit', 1_000_000n);
    ledger.hearAll([{ kind: 'placed', orderId: ORDER, units: 100_100n }]);
    expect(ledger.account.balances).toMatchObject({ available: 899_900n, reservedForOrders: 100_100n });
    ledger.hearAll([{ kind: 'entry', execution: buy }]);
    expect(ledger.account.balances).toMatchObject({
      available: 900_300n,
      reservedForOrders: 60_060n,
      reservedForPositions: 39_600n,
      fees: 40n,
    });
    ledger.hearAll([{ kind: 'ended', orderId: ORDER, executions: 1 }]);
    expect(ledger.account.balances).toMatchObject({ available: 960_360n, reservedForOrders: 0n });
    ledger.hearAll([{ kind: 'exit', execution: sell }]);
    expect(ledger.account.balances).toEqual({
      allocated: 1_000_000n,
      reservedForOrders: 0n,
      reservedForPositions: 0n,
      realizedPnl: 4_400n,
      fees: 84n,
      shortfall: 0n,
      inTransit: 0n,
      available: 1_004_316n,
    });
  });
});
