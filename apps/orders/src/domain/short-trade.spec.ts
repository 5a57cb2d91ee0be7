import fc from 'fast-check';
import { CAPITAL_ASSET, Decimal, decimal, toUnits } from '@ballast/money';
import type { OrderExecutedV1, OrderPlacedV1 } from '@ballast/contracts/orders';
import { evolveBook, tradeOf } from './book.js';
import type { Book } from './book.js';
import { FillAgainstTrade, Overfill, decideExecution } from './execution.js';
import { UNTOUCHED_CONTROLS } from './controls.js';
import { decideExits, exitsDue } from './exits.js';
import { after, emptyBook, placedEvent, submittedEvent } from './given.js';
import type { Order } from './order.js';
import { ended } from './submission.js';
import { isShort } from './trade.js';
import type { OpenTrade } from './trade.js';

const FEE_RATE = decimal('0.001');
const COLLATERAL_PRICE = '150';

/** A profile that sells AAPL short, and what was executed of it so far. */
class ShortSelling {
  book: Book = emptyBook({ entriesPerSymbolMax: 100 });
  readonly executions: OrderExecutedV1[] = [];
  closed: OpenTrade | undefined;

  place(intent: 'entry' | 'exit', quantity: string, changes: Partial<OrderPlacedV1> = {}): Order {
    const sale = { side: 'sell', collateralPrice: COLLATERAL_PRICE } as const;
    const event = placedEvent({ intent, quantity, ...(intent === 'entry' ? sale : { side: 'buy' }), ...changes });
    const placed = after(this.book, undefined, event);
    const held = intent === 'entry' ? [{ fact: 'capital-held' as const }] : [];
    const submitted = after(placed.book, placed.order, ...held, submittedEvent(placed.order));
    this.book = submitted.book;
    return submitted.order;
  }

  fill(order: Order, quantity: string, price: string): OrderExecutedV1 {
    const report = { executionId: `e${this.executions.length}`, quantity: decimal(quantity), price: decimal(price) };
    const at = '2026-11-20T12:00:00.000Z';
    const event = decideExecution(order, this.book, { ...report, fee: undefined, at }, FEE_RATE);
    if (event.fact !== 'executed') throw new Error(event.fact);
    this.closed = evolveBook(this.book, order, { event, at }).closed;
    this.executions.push(event.data);
    this.book = after(this.book, order, event).book;
    return event.data;
  }

  sell(quantity: string, price: string): OrderExecutedV1 {
    return this.fill(this.place('entry', quantity), quantity, price);
  }

  cover(quantity: string, price: string): OrderExecutedV1 {
    return this.fill(this.place('exit', quantity), quantity, price);
  }

  get trade(): OpenTrade | undefined {
    return tradeOf(this.book, 'AAPL');
  }
}

describe('a short trade', () => {
  it('is worked by hand: 4 sold at 110 and bought back at 99 earn 44, fees 0.84', () => {
    const trading = new ShortSelling();
    expect(trading.sell('4', '110')).toMatchObject({ closedCostUnits: '0', collateralUnits: '60000' });
    expect(trading.trade).toMatchObject({ costUnits: 44_000n, collateralUnits: 60_000n });
    expect(trading.cover('4', '99')).toMatchObject({
      closedCostUnits: '0',
      closedProceedsUnits: '44000',
      collateralUnits: '60000',
    });
    expect(trading.closed?.closed).toMatchObject({ costUnits: 39_600n, proceedsUnits: 44_000n, feeUnits: 84n });
    expect(trading.book.day).toEqual({ date: '2026-11-20', resultUnits: 4_316n, lossesInARow: 0 });
    expect(trading.trade).toBeUndefined();
  });

  it('loses when the price has risen', () => {
    const trading = new ShortSelling();
    trading.sell('4', '100');
    trading.cover('4', '110');
    expect(trading.book.day).toMatchObject({ resultUnits: -4_084n, lossesInARow: 1 });
  });

  it('averages what it was sold for, and keeps that and the collateral of the rest when a part is bought back', () => {
    const trading = new ShortSelling();
    trading.sell('4', '99');
    trading.sell('6', '109');
    expect(trading.trade).toMatchObject({ costUnits: 105_000n, collateralUnits: 150_000n });
    trading.cover('5', '90');
    expect(trading.trade).toMatchObject({
      costUnits: 52_500n,
      collateralUnits: 75_000n,
      closed: { proceedsUnits: 52_500n, costUnits: 45_000n },
    });
  });

  it('does not close more than is owed, nor what is held', () => {
    const trading = new ShortSelling();
    trading.sell('4', '100');
    const exit = trading.place('exit', '4');
    trading.fill(trading.place('exit', '1'), '1', '100');
    expect(() => trading.fill(exit, '4', '100')).toThrow(Overfill);
    const sale = trading.place('exit', '1', { side: 'sell' });
    expect(() => trading.fill(sale, '1', '100')).toThrow(Overfill);
  });

  it('is not mixed with a long one by a fill that comes late', () => {
    const trading = new ShortSelling();
    const sale = trading.place('entry', '4');
    trading.book = after(trading.book, sale, ended(sale, 'cancelled', {})).book;
    trading.place('entry', '4', { side: 'buy', collateralPrice: undefined });
    expect(trading.trade && isShort(trading.trade)).toBe(false);
    expect(() => trading.fill(sale, '4', '100')).toThrow(FillAgainstTrade);
  });

  it('has exits that buy', () => {
    const trading = new ShortSelling();
    const sale = trading.place('entry', '4', { takeProfitPrice: '90', stopLossPrice: '105' });
    const [due] = exitsDue(sale, { fact: 'executed', data: trading.fill(sale, '4', '100') });
    if (due?.fact !== 'exits-due') throw new Error('no exits are due');
    expect(decideExits(due.data, trading.book, UNTOUCHED_CONTROLS)).toMatchObject([
      { data: { side: 'buy', intent: 'exit', type: 'limit', limitPrice: '90', stopLossPrice: '105', quantity: '4' } },
    ]);
  });

  const steps = fc.array(
    fc.record({
      sells: fc.boolean(),
      quantity: fc.integer({ min: 1, max: 400 }),
      cents: fc.integer({ min: 1, max: 30_000 }),
    }),
    { minLength: 1, maxLength: 12 },
  );

  it('comes to what its executions come to, recomputed by themselves, and gives back all collateral', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 30_000 }), (moves, lastCents) => {
        const trading = new ShortSelling();
        const owed = () => trading.trade?.quantity ?? new Decimal(0);
        for (const { sells, quantity, cents } of moves) {
          const price = new Decimal(cents).div(100).toFixed();
          const bought = Decimal.min(quantity, owed());
          if (sells) trading.sell(`${quantity}`, price);
          else if (bought.gt(0)) trading.cover(bought.toFixed(), price);
          expect(trading.trade?.collateralUnits ?? 0n).toBe(collateralOf(trading.executions));
        }
        if (owed().gt(0)) trading.cover(owed().toFixed(), new Decimal(lastCents).div(100).toFixed());
        expect([trading.book.trades, collateralOf(trading.executions)]).toEqual([{}, 0n]);
        expect(trading.book.day?.resultUnits ?? 0n).toBe(resultOf(trading.executions));
      }),
    );
  });

  /** By hand: each execution's money by itself, in cents, without the product's own sums. */
  function resultOf(executions: readonly OrderExecutedV1[]): bigint {
    const cents = (text: string) => toUnits(decimal(text), CAPITAL_ASSET, 'half-even');
    return executions.reduce((sum, { side, notionalBefore, notionalAfter, feeBefore, feeAfter }) => {
      const notional = cents(notionalAfter) - cents(notionalBefore);
      return sum + (side === 'sell' ? notional : -notional) - (cents(feeAfter) - cents(feeBefore));
    }, 0n);
  }

  function collateralOf(executions: readonly OrderExecutedV1[]): bigint {
    return executions.reduce(
      (sum, { intent, collateralUnits = '0' }) =>
        intent === 'entry' ? sum + BigInt(collateralUnits) : sum - BigInt(collateralUnits),
      0n,
    );
  }
});
