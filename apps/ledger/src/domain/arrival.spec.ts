import * as fc from 'fast-check';
import { Decimal, decimal, toUnits } from '@ballast/money';
import { emptyAccount, evolve } from './account.js';
import type { Account, Legs } from './account.js';
import { decideEnd } from './decide-end.js';
import { decideEntryExecution, decideExitExecution } from './decide-execution.js';
import type { Execution, ExecutionDecision } from './decide-execution.js';
import { decideHold } from './decide-hold.js';
import { decideMove } from './decide-move.js';
import { evolveHold } from './hold.js';
import type { Hold } from './hold.js';
import { Posting } from './posting.js';

/** Cents by which rounding alone may take an execution beyond its part of the hold: cost, fee and part, one each. */
const ROUNDING_UNITS_PER_EXECUTION = 3n;

type Heard =
  | { readonly kind: 'placed'; readonly orderId: string; readonly units: bigint }
  | { readonly kind: 'entry' | 'exit'; readonly execution: Execution }
  | { readonly kind: 'ended'; readonly orderId: string; readonly executions: number };

/** The ledger of one profile over the pure decisions, checking the invariants at every posting. */
class PaperLedger {
  account: Account = emptyAccount('prf_1', 'usr_1', 'USD');
  readonly holds = new Map<string, Hold>();
  readonly resolutions = new Map<string, number>();
  readonly #posted = new Set<string>();

  move(kind: 'deposit' | 'withdrawal', units: bigint): void {
    const decision = decideMove(this.account, kind, units);
    if (decision.outcome === 'moved') this.post(`${kind}-${this.account.postings}`, decision.legs);
  }

  /** Hears everything in the order given; what is too early comes again after the others, as often as it takes. */
  hearAll(events: readonly Heard[]): void {
    let waiting = [...events];
    while (waiting.length > 0) {
      const left = waiting.filter((event) => this.hear(event) === 'too-early');
      if (left.length === waiting.length) throw new Error(`${left.length} events wait for ever`);
      waiting = left;
    }
  }

  private hear(event: Heard): 'done' | 'too-early' {
    switch (event.kind) {
      case 'placed':
        if (!this.holds.has(event.orderId)) this.hold(event.orderId, event.units);
        return 'done';
      case 'ended':
        return this.end(event);
      case 'entry': {
        const { orderId, number } = event.execution;
        const hold = this.holds.get(orderId);
        const decision = decideEntryExecution(this.account, hold, event.execution);
        if (decision.outcome === 'posted') this.put(decision.hold as Hold, hold);
        return this.settle(`${orderId}-${number}`, decision);
      }
      case 'exit': {
        const id = `${event.execution.orderId}-${event.execution.number}`;
        if (this.#posted.has(id)) return 'done';
        return this.settle(id, decideExitExecution(this.account, event.execution));
      }
    }
  }

  private hold(orderId: string, units: bigint): void {
    const decision = decideHold(this.account, units);
    if (decision.outcome === 'declined') throw new Error('the test funds every hold');
    this.put(evolveHold(orderId, undefined, { kind: 'held', units }), undefined);
    this.post(`${orderId}-placed`, decision.legs);
  }

  private end(event: { orderId: string; executions: number }): 'done' {
    const before = this.holds.get(event.orderId);
    const decision = decideEnd(this.account.balances, before, event);
    if (decision.outcome !== 'nothing-to-do') this.put(decision.hold, before);
    if (decision.outcome === 'released') this.post(`${event.orderId}-ended`, decision.legs);
    return 'done';
  }

  private settle(id: string, decision: ExecutionDecision): 'done' | 'too-early' {
    if (decision.outcome === 'posted') this.post(id, decision.settlement.legs);
    return decision.outcome === 'too-early' ? 'too-early' : 'done';
  }

  private put(hold: Hold, before: Hold | undefined): void {
    this.holds.set(hold.orderId, hold);
    if (hold.state === 'resolved' && before?.state !== 'resolved') {
      this.resolutions.set(hold.orderId, (this.resolutions.get(hold.orderId) ?? 0) + 1);
    }
    if (hold.remaining < 0n) throw new Error(`more than all of ${hold.orderId} is used`);
  }

  private post(id: string, legs: Legs): void {
    if (this.#posted.has(id)) throw new Error(`${id} is posted twice`);
    this.#posted.add(id);
    const posting = new Posting(this.account, { id, kind: 'hold', cause: id, legs }, '2026-11-02T10:00:00.000Z');
    this.account = evolve(this.account, posting);
    const { balances } = this.account;
    const parts = balances.allocated - balances.reservedForOrders - balances.reservedForPositions;
    if (balances.available !== parts + balances.realizedPnl - balances.fees + balances.shortfall) {
      throw new Error('the parts do not add up to the whole');
    }
    for (const field of ['available', 'shortfall', 'reservedForOrders', 'reservedForPositions'] as const) {
      if (balances[field] < 0n) throw new Error(`${field} is below zero`);
    }
  }
}

interface Story {
  readonly hold: bigint;
  readonly events: readonly Heard[];
}

/** An order of `quantity` at `limit` (or beyond it by `beyond`), filled in `parts`, ended unless they fill it. */
function storyOf(
  orderId: string,
  terms: { limit: Decimal; parts: { units: number; better: number }[]; rest: number; scale: number },
): Story {
  const { limit, parts, rest, scale } = terms;
  const inUnits = (count: number): Decimal => new Decimal(count).div(scale);
  const orderQuantity = inUnits(parts.reduce((sum, part) => sum + part.units, rest));
  const worst = orderQuantity.times(limit);
  const feeFor = (notional: Decimal): Decimal => notional.times('0.001').toDecimalPlaces(2, Decimal.ROUND_HALF_EVEN);
  let quantity = new Decimal(0);
  let notional = new Decimal(0);
  const entries = parts.map((part, index): Heard => {
    const before = { quantityBefore: quantity, notionalBefore: notional, feeBefore: feeFor(notional) };
    quantity = quantity.plus(inUnits(part.units));
    notional = notional.plus(inUnits(part.units).times(limit.minus(new Decimal(part.better).div(100))));
    const after = { quantityAfter: quantity, notionalAfter: notional, feeAfter: feeFor(notional) };
    const fillsOrder = rest === 0 && index === parts.length - 1;
    const what = { orderId, number: index + 1, orderQuantity, closedCostUnits: 0n, fillsOrder };
    return { kind: 'entry', execution: { ...what, ...before, ...after } };
  });
  const hold = toUnits(worst, 'USD', 'up') + toUnits(worst.times('0.001'), 'USD', 'up');
  const ends: Heard[] = rest > 0 || parts.length === 0 ? [{ kind: 'ended', orderId, executions: parts.length }] : [];
  return { hold, events: [{ kind: 'placed', orderId, units: hold }, ...entries, ...ends] };
}

const story = (betterCentsMin: number) =>
  fc
    .record({
      limit: fc.integer({ min: 300, max: 20_000 }).map((cents) => new Decimal(cents).div(100)),
      parts: fc.array(
        fc.record({
          units: fc.integer({ min: 1, max: 50 }),
          better: fc.oneof(fc.constant(0), fc.integer({ min: betterCentsMin, max: 250 })),
        }),
        { maxLength: 6 },
      ),
      rest: fc.integer({ min: 0, max: 20 }),
      scale: fc.constantFrom(1, 7, 10, 1000),
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
          for (const event of arrival) {
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
      available: 1_004_316n,
    });
  });
});
