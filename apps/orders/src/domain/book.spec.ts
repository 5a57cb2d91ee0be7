import fc from 'fast-check';
import { Decimal } from '@ballast/money';
import { after, emptyBook, executedEvent, placedEvent, submittedEvent, submittingOrder } from './given.js';
import { sellableQuantity, tradeOf } from './book.js';
import { decideExecution } from './execution.js';
import { hasEnded, remainingQuantity } from './order.js';
import { ended } from './submission.js';

describe('the book of a profile', () => {
  it('claims the symbol for a live entry and gives it back when the order is filled', () => {
    const { book, order } = submittingOrder();
    expect(tradeOf(book, 'AAPL')).toMatchObject({ liveEntries: 1, tradeId: order.tradeId });
    const filled = after(book, order, executedEvent(order, '10', '99'));
    expect(tradeOf(filled.book, 'AAPL')).toMatchObject({ liveEntries: 0, costUnits: 99000n });
  });

  it('forgets a trade of which nothing is held and nothing is live', () => {
    const { book, order } = submittingOrder();
    expect(after(book, order, ended(order, 'cancelled', {})).book.trades).toEqual({});
  });

  it('keeps what was filled of an entry that was cancelled', () => {
    const { book, order } = submittingOrder();
    const part = after(book, order, executedEvent(order, '4', '99'));
    const end = after(part.book, part.order, ended(part.order, 'cancelled', {}));
    expect(tradeOf(end.book, 'AAPL')).toMatchObject({ liveEntries: 0, costUnits: 39600n });
    expect(sellableQuantity(end.book, 'AAPL').toFixed()).toBe('4');
  });

  it('reserves what an exit may sell and gives back what it did not', () => {
    const { book, order } = submittingOrder();
    const held = after(book, order, executedEvent(order, '10', '100'));
    const exit = after(held.book, undefined, placedEvent({ intent: 'exit', quantity: '6' }));
    expect(sellableQuantity(exit.book, 'AAPL').toFixed()).toBe('4');
    const submitted = after(exit.book, exit.order, submittedEvent(exit.order));
    const part = after(
      submitted.book,
      submitted.order,
      executedEvent(submitted.order, '2', '110', { closedCostUnits: '20000' }),
    );
    const end = after(part.book, part.order, ended(part.order, 'cancelled', {}));
    expect(sellableQuantity(end.book, 'AAPL').toFixed()).toBe('8');
    expect(tradeOf(end.book, 'AAPL')?.costUnits).toBe(80000n);
  });

  it('counts a late fill of an ended entry without giving its claim back twice', () => {
    const { book, order } = submittingOrder();
    const end = after(book, order, ended(order, 'expired', {}));
    const late = after(end.book, end.order, executedEvent(end.order, '10', '100'));
    expect(tradeOf(late.book, 'AAPL')).toMatchObject({ liveEntries: 0, costUnits: 100000n });
  });

  it('is not fooled by a symbol that is the name of an object’s own method', () => {
    expect(tradeOf(emptyBook(), 'constructor')).toBeUndefined();
  });

  it('closes a position at exactly its cost, however entries and exits are cut', () => {
    const cut = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 8 });
    const price = fc.integer({ min: 1, max: 1_000_000 }).map((cents) => new Decimal(cents).div(1_000));
    fc.assert(
      fc.property(
        cut,
        price,
        fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 12 }),
        (fills, at, sales) => {
          const quantity = fills.reduce((sum, fill) => sum + fill, 0);
          let state = submittingOrder({ quantity: `${quantity}` });
          for (const fill of fills)
            state = after(state.book, state.order, executedEvent(state.order, `${fill}`, at.toFixed()));
          let closed = 0n;
          let book = state.book;
          const cost = tradeOf(book, 'AAPL')?.costUnits ?? 0n;
          for (const sale of [...sales, quantity]) {
            const sellable = Decimal.min(sale, sellableQuantity(book, 'AAPL'));
            if (sellable.isZero()) continue;
            const placed = after(book, undefined, placedEvent({ intent: 'exit', quantity: sellable.toFixed() }));
            const submitted = after(placed.book, placed.order, submittedEvent(placed.order));
            const report = {
              executionId: 'x',
              quantity: sellable,
              price: at,
              fee: undefined,
              at: '2026-11-20T12:00:00.000Z',
            };
            const executed = decideExecution(submitted.order, submitted.book, report, new Decimal('0.001'));
            if (executed.fact === 'executed') closed += BigInt(executed.data.closedCostUnits);
            const sold = after(submitted.book, submitted.order, executed);
            expect(hasEnded(sold.order) && remainingQuantity(sold.order).isZero()).toBe(true);
            book = sold.book;
          }
          expect(closed).toBe(cost);
          expect(book.trades).toEqual({});
        },
      ),
    );
  });
});
