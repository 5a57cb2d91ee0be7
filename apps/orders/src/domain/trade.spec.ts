import fc from 'fast-check';
import { CAPITAL_ASSET, Decimal, decimal, toUnits } from '@ballast/money';
import type { OrderExecutedV1 } from '@ballast/contracts/orders';
import { evolveBook, tradeOf } from './book.js';
import type { Book } from './book.js';
import { decideExecution } from './execution.js';
import { after, emptyBook, placedEvent, submittedEvent } from './given.js';
import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';
import { ended } from './submission.js';
import type { OpenTrade } from './trade.js';
import { resultUnits } from './trade.js';
import { evolveDay } from './trading-day.js';

const FEE_RATE = decimal('0.001');

/** A profile that trades AAPL, and what was executed of it so far. */
class Trading {
  book: Book = emptyBook({ entriesPerSymbolMax: 100 });
  readonly executions: OrderExecutedV1[] = [];
  closed: OpenTrade | undefined;

  place(intent: 'entry' | 'exit', quantity: string): Order {
    const placed = after(this.book, undefined, placedEvent({ intent, quantity }));
    const held = intent === 'entry' ? [{ fact: 'capital-held' as const }] : [];
    const submitted = after(placed.book, placed.order, ...held, submittedEvent(placed.order));
    this.book = submitted.book;
    return submitted.order;
  }

  fill(order: Order, quantity: string, price: string, at = '2026-11-20T12:00:00.000Z'): Order {
    const report = { executionId: `e${this.executions.length}`, quantity: decimal(quantity), price: decimal(price) };
    const event = decideExecution(order, this.book, { ...report, fee: undefined, at }, FEE_RATE);
    if (event.fact === 'executed') this.executions.push(event.data);
    return this.apply(order, event);
  }

  apply(order: Order, event: OrderEvent): Order {
    this.closed = evolveBook(this.book, order, { event, at: '2026-11-20T12:00:00.000Z' }).closed;
    const next = after(this.book, order, event);
    this.book = next.book;
    return next.order;
  }

  buy(quantity: string, price: string): void {
    this.fill(this.place('entry', quantity), quantity, price);
  }

  sell(quantity: string, price: string, at?: string): void {
    this.fill(this.place('exit', quantity), quantity, price, at);
  }
}

describe('a trade', () => {
  it('averages its cost over entries, and keeps it when a part is sold', () => {
    const trading = new Trading();
    trading.buy('4', '99');
    trading.buy('6', '109');
    expect(tradeOf(trading.book, 'AAPL')).toMatchObject({ costUnits: 105000n, feeUnits: 105n });
    trading.sell('5', '110');
    expect(tradeOf(trading.book, 'AAPL')).toMatchObject({
      costUnits: 52500n,
      feeUnits: 53n,
      closed: { costUnits: 52500n, proceedsUnits: 55000n, feeUnits: 107n },
    });
  });

  it('is worked by hand: 4 at 99 sold at 110 earn 44, fees 0.84', () => {
    const trading = new Trading();
    trading.buy('4', '99');
    trading.sell('4', '110');
    expect(trading.closed?.closed).toMatchObject({ costUnits: 39600n, proceedsUnits: 44000n, feeUnits: 84n });
    expect(trading.book.day).toEqual({ date: '2026-11-20', resultUnits: 4316n, lossesInARow: 0 });
    expect(tradeOf(trading.book, 'AAPL')).toBeUndefined();
  });

  it('is over only when its last live entry is', () => {
    const trading = new Trading();
    const entry = trading.fill(trading.place('entry', '10'), '4', '100');
    trading.sell('4', '90');
    expect(trading.closed).toBeUndefined();
    trading.apply(entry, ended(entry, 'cancelled', {}));
    expect(trading.closed?.closed.proceedsUnits).toBe(36000n);
    expect(trading.book.day).toMatchObject({ lossesInARow: 1 });
  });

  it('takes a fill of an exit that had ended from what is held, and no claim a second time', () => {
    const trading = new Trading();
    trading.buy('10', '100');
    const exit = trading.place('exit', '4');
    const end = trading.apply(exit, ended(exit, 'cancelled', {}));
    trading.place('exit', '5');
    trading.fill(end, '4', '101');
    const trade = tradeOf(trading.book, 'AAPL');
    expect([trade?.quantity.toFixed(), trade?.exiting.toFixed()]).toEqual(['6', '5']);
  });

  it('that nothing was bought in is not told of when it ends', () => {
    const trading = new Trading();
    const entry = trading.place('entry', '10');
    trading.apply(entry, ended(entry, 'cancelled', {}));
    expect(trading.closed).toBeUndefined();
  });

  it('counts losses in a row until one earns or the day ends', () => {
    const trading = new Trading();
    const losses = () => trading.book.day?.lossesInARow;
    const round = (price: string, at?: string) => {
      trading.buy('1', '100');
      trading.sell('1', price, at);
      return losses();
    };
    expect([round('99'), round('100'), round('101'), round('50')]).toEqual([1, 2, 0, 1]);
    expect(round('99', '2026-11-21T00:00:00.000Z')).toBe(1);
    expect(trading.book.day).toMatchObject({ date: '2026-11-21', resultUnits: -120n });
  });

  it.each([
    ['begins with the first exit', undefined, '2026-11-20', -5n],
    ['adds up within the day', '2026-11-20', '2026-11-20', -15n],
    ['begins anew on the next', '2026-11-19', '2026-11-20', -5n],
    ['is not moved by what is told late of the day before', '2026-11-21', '2026-11-21', -10n],
  ])('whose day %s', (_name, dayBefore, date, result) => {
    const before = dayBefore === undefined ? undefined : { date: dayBefore, resultUnits: -10n, lossesInARow: 0 };
    expect(evolveDay(before, '2026-11-20T23:59:59.999Z', { resultUnits: -5n, closing: undefined })).toMatchObject({
      date,
      resultUnits: result,
    });
  });

  const steps = fc.array(
    fc.record({
      buys: fc.boolean(),
      quantity: fc.integer({ min: 1, max: 400 }),
      cents: fc.integer({ min: 1, max: 30_000 }),
    }),
    { minLength: 1, maxLength: 12 },
  );

  it('comes to what its executions come to, recomputed by themselves', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 30_000 }), (moves, lastCents) => {
        const trading = new Trading();
        const held = () => tradeOf(trading.book, 'AAPL')?.quantity ?? new Decimal(0);
        for (const { buys, quantity, cents } of moves) {
          const price = new Decimal(cents).div(100).toFixed();
          const sold = Decimal.min(quantity, held());
          if (buys) trading.buy(`${quantity}`, price);
          else if (sold.gt(0)) trading.sell(sold.toFixed(), price);
        }
        expect(sumsOf(trading.executions)).toEqual(sumsOfTrades(trading));
        if (held().gt(0)) trading.sell(held().toFixed(), new Decimal(lastCents).div(100).toFixed());
        expect(trading.book.trades).toEqual({});
        const { earned, paid } = sumsOf(trading.executions);
        expect(trading.book.day?.resultUnits ?? 0n).toBe(earned - paid);
      }),
    );
  });

  /** The figures of everything that is still open, and what the day has made of the rest. */
  function sumsOfTrades({ book, executions }: Trading) {
    const trade = tradeOf(book, 'AAPL');
    const { earned, paid } = sumsOf(executions);
    const openFees = trade?.feeUnits ?? 0n;
    expect(book.day?.resultUnits ?? 0n).toBe(earned + (trade?.costUnits ?? 0n) - (paid - openFees));
    if (trade !== undefined) expect(resultUnits(trade.closed)).toBeDefined();
    return { held: (trade?.quantity ?? new Decimal(0)).toFixed(), earned, paid };
  }

  /** By hand: each execution's money by itself, in cents, without the product's own sums. */
  function sumsOf(executions: readonly OrderExecutedV1[]) {
    const cents = (text: string) => toUnits(decimal(text), CAPITAL_ASSET, 'half-even');
    let [held, earned, paid] = [new Decimal(0), 0n, 0n];
    for (const { side, quantity, notionalBefore, notionalAfter, feeBefore, feeAfter } of executions) {
      const notional = cents(notionalAfter) - cents(notionalBefore);
      held = side === 'buy' ? held.plus(quantity) : held.minus(quantity);
      earned += side === 'buy' ? -notional : notional;
      paid += cents(feeAfter) - cents(feeBefore);
    }
    return { held: held.toFixed(), earned, paid };
  }
});
