import fc from 'fast-check';
import { Decimal, decimal, shareOfUnits, toUnits, unitsBetween } from '@ballast/money';
import { PaperLedger } from '../testing/paper-ledger.js';
import type { Heard } from '../testing/paper-ledger.js';
import type { Execution } from './decide-execution.js';

const DEPOSIT = 1_000_000n;

/** What was sold short in one trade and is bought back, as orders tells it. */
interface Short {
  /** For each one that is sold, as is the fee. */
  readonly collateralPrice: string;
  /** Each a fill: how many, and at which price in cents. */
  readonly sales: readonly { readonly count: number; readonly cents: number }[];
  readonly purchases: readonly { readonly count: number; readonly cents: number }[];
  /** What of the sale is not filled. */
  readonly rest: number;
}

const sum = (counts: readonly { readonly count: number }[]): number =>
  counts.reduce((all, { count }) => all + count, 0);

function executionsOf(orderId: string, fills: Short['sales'], total: number): Execution[] {
  let [done, notional] = [0, new Decimal(0)];
  const fee = (of: Decimal): Decimal => of.times('0.001').toDecimalPlaces(2, Decimal.ROUND_HALF_EVEN);
  return fills.map(({ count, cents }, index) => {
    const before = { quantityBefore: new Decimal(done), notionalBefore: notional, feeBefore: fee(notional) };
    done += count;
    notional = notional.plus(new Decimal(cents).div(100).times(count));
    const after = { quantityAfter: new Decimal(done), notionalAfter: notional, feeAfter: fee(notional) };
    const what = { orderId, number: index + 1, orderQuantity: new Decimal(total), closedCostUnits: 0n };
    return { ...what, ...before, ...after, fillsOrder: done === total };
  });
}

function eventsOf(orderId: string, { collateralPrice, sales, purchases, rest }: Short): Heard[] {
  const total = sum(sales) + rest;
  const worst = decimal(collateralPrice).times(total);
  const units = toUnits(worst, 'USD', 'up') + toUnits(worst.times('0.001'), 'USD', 'up');
  const collateral = (quantity: Decimal): Decimal => quantity.times(collateralPrice);
  let [owed, collateralLeft, proceedsLeft] = [new Decimal(sum(sales)), 0n, 0n];
  const entries = executionsOf(orderId, sales, total).map((execution): Heard => {
    const { quantityBefore, quantityAfter, notionalBefore, notionalAfter } = execution;
    const collateralUnits = unitsBetween(collateral(quantityBefore), collateral(quantityAfter), 'USD');
    collateralLeft += collateralUnits;
    proceedsLeft += unitsBetween(notionalBefore, notionalAfter, 'USD');
    return { kind: 'entry', execution: { ...execution, collateralUnits } };
  });
  const exits = executionsOf(`${orderId}-exit`, purchases, sum(purchases)).map((execution): Heard => {
    const part = execution.quantityAfter.minus(execution.quantityBefore);
    const collateralUnits = shareOfUnits(collateralLeft, part, owed);
    const closedProceedsUnits = shareOfUnits(proceedsLeft, part, owed);
    [owed, collateralLeft, proceedsLeft] = [
      owed.minus(part),
      collateralLeft - collateralUnits,
      proceedsLeft - closedProceedsUnits,
    ];
    return { kind: 'exit', execution: { ...execution, collateralUnits, closedProceedsUnits } };
  });
  const ends: Heard[] = rest > 0 ? [{ kind: 'ended', orderId, executions: sales.length }] : [];
  return [{ kind: 'placed', orderId, units }, ...entries, ...ends, ...exits];
}

function fundedLedger(): PaperLedger {
  const ledger = new PaperLedger();
  ledger.move('deposit', DEPOSIT);
  return ledger;
}

describe('a short position', () => {
  const WORKED = { collateralPrice: '165', sales: [{ count: 4, cents: 11_000 }], rest: 0 };

  it('is worked by hand: 4 sold at 110 reserve 660, bought back at 99 they earn 44', () => {
    const ledger = fundedLedger();
    const [placed, sold, bought] = eventsOf('o', { ...WORKED, purchases: [{ count: 4, cents: 9_900 }] });
    ledger.hearAll([placed as Heard]);
    expect(ledger.account.balances).toMatchObject({ reservedForOrders: 66_066n, available: 933_934n });
    ledger.hearAll([sold as Heard]);
    expect(ledger.account.balances).toMatchObject({
      reservedForOrders: 0n,
      reservedForPositions: 66_000n,
      realizedPnl: 0n,
      available: 933_956n,
    });
    ledger.hearAll([bought as Heard]);
    expect(ledger.account.balances).toMatchObject({
      reservedForPositions: 0n,
      realizedPnl: 4_400n,
      fees: 84n,
      available: 1_004_316n,
    });
  });

  it('that is bought back for more than its collateral and all that is available leaves a shortfall', () => {
    const ledger = fundedLedger();
    ledger.hearAll(eventsOf('o', { ...WORKED, purchases: [{ count: 4, cents: 300_000 }] }));
    expect(ledger.account.balances).toMatchObject({
      realizedPnl: -1_156_000n,
      available: 0n,
      shortfall: 157_244n,
      reservedForPositions: 0n,
    });
  });

  it('waits with the purchase until the sale is there', () => {
    const ledger = fundedLedger();
    ledger.hearAll(eventsOf('o', { ...WORKED, purchases: [{ count: 4, cents: 9_900 }] }).reverse());
    expect(ledger.account.balances).toMatchObject({ available: 1_004_316n, reservedForPositions: 0n });
  });

  const fills = fc.array(
    fc.record({ count: fc.integer({ min: 1, max: 5 }), cents: fc.integer({ min: 1, max: 20_000 }) }),
    {
      minLength: 1,
      maxLength: 4,
    },
  );
  const short = fc
    .record({ sales: fills, rest: fc.nat({ max: 3 }), cents: fc.integer({ min: 1, max: 20_000 }), first: fc.nat() })
    .map(({ sales, rest, cents, first }): Short => {
      const all = sum(sales);
      const counts = [first % (all + 1), all - (first % (all + 1))].filter((count) => count > 0);
      return { collateralPrice: '99.99', sales, rest, purchases: counts.map((count) => ({ count, cents })) };
    });

  it('ends with all its collateral free and its profit or loss to the cent, in whatever order it is heard', () => {
    const script = fc.array(short, { minLength: 1, maxLength: 3 }).chain((shorts) => {
      const events = shorts.flatMap((one, index) => eventsOf(`o${index}`, one));
      return fc.record({
        shorts: fc.constant(shorts),
        events: fc.shuffledSubarray(events, { minLength: events.length }),
      });
    });
    fc.assert(
      fc.property(script, ({ shorts, events }) => {
        const ledger = fundedLedger();
        ledger.hearAll(events);
        const cents = (list: Short['sales']): bigint =>
          list.reduce((all, fill) => all + BigInt(fill.count * fill.cents), 0n);
        const pnl = shorts.reduce((all, { sales, purchases }) => all + cents(sales) - cents(purchases), 0n);
        const { balances } = ledger.account;
        expect(balances).toMatchObject({ reservedForOrders: 0n, reservedForPositions: 0n, realizedPnl: pnl });
        expect(balances.available - balances.shortfall).toBe(DEPOSIT + pnl - balances.fees);
      }),
    );
  });
});
