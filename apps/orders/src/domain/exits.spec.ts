import fc from 'fast-check';
import { Decimal, decimal } from '@ballast/money';
import { ORDER_ID_PATTERN } from '@ballast/contracts';
import type { OrderExitsDueV1, OrderPlacedV1 } from '@ballast/contracts/orders';
import { sellableQuantity, tradeOf } from './book.js';
import type { Book } from './book.js';
import { UNTOUCHED_CONTROLS } from './controls.js';
import { decideExits, exitsDue } from './exits.js';
import { after, executedEvent, submittingOrder } from './given.js';
import type { Order } from './order.js';
import { ended } from './submission.js';

const BRACKET = { takeProfitPrice: '110', stopLossPrice: '95', stopLossLimitPrice: '94' };

/** The entry and its book after one more fill, with the exits that are due for it. */
function filled(state: { book: Book; order: Order }, quantity: string) {
  const executed = executedEvent(state.order, quantity, '100');
  const due = exitsDue(state.order, executed);
  const next = after(state.book, state.order, executed, ...due);
  return { ...next, due: due.map((event) => (event as { data: OrderExitsDueV1 }).data) };
}

function placedIn(book: Book, due: OrderExitsDueV1): { book: Book; placed: OrderPlacedV1 | undefined } {
  const [event] = decideExits(due, book, UNTOUCHED_CONTROLS);
  if (event?.fact !== 'placed') return { book, placed: undefined };
  return { book: after(book, undefined, event).book, placed: event.data };
}

describe('the exits of an entry', () => {
  it('are due with each fill, under an id that is the same whenever it is made', () => {
    const state = submittingOrder(BRACKET);
    const first = filled(state, '4');
    const again = filled(state, '4');
    expect(first.due).toEqual(again.due);
    expect(first.due).toMatchObject([{ orderId: state.order.id, executionNumber: 1, quantity: '4', ...BRACKET }]);
    expect(first.due[0]?.exitOrderId).toMatch(ORDER_ID_PATTERN);
    expect(filled(first, '6').due[0]?.exitOrderId).not.toBe(first.due[0]?.exitOrderId);
  });

  it('are not due where the entry named none, and never for an exit', () => {
    expect(filled(submittingOrder(), '4').due).toEqual([]);
    const exit = submittingOrder({ intent: 'exit', stopLossPrice: '95' });
    expect(exitsDue(exit.order, executedEvent(exit.order, '4', '100'))).toEqual([]);
  });

  it('are due for a fill that comes after the entry was cancelled', () => {
    const { book, order } = submittingOrder(BRACKET);
    const end = after(book, order, ended(order, 'cancelled', {}));
    expect(filled(end, '4').due).toHaveLength(1);
  });

  it.each([
    ['both', BRACKET, { type: 'limit', limitPrice: '110', stopLossPrice: '95', stopLossLimitPrice: '94' }],
    ['a take profit', { takeProfitPrice: '110' }, { type: 'limit', limitPrice: '110' }],
    ['a stop loss', { stopLossPrice: '95' }, { type: 'stop', stopPrice: '95' }],
    [
      'a stop loss with a limit',
      { stopLossPrice: '95', stopLossLimitPrice: '94' },
      { type: 'stop-limit', stopPrice: '95', limitPrice: '94' },
    ],
  ] as const)('are one order for what the entry named: %s', (_name, named, order) => {
    const { book, due } = filled(submittingOrder(named), '4');
    const [event] = due.map((one) => placedIn(book, one).placed);
    expect(event).toMatchObject({ ...order, side: 'sell', intent: 'exit', quantity: '4', timeInForce: 'gtc' });
  });

  it('cover no more than is held and not being sold already', () => {
    const { book, due } = filled(submittingOrder(BRACKET), '4');
    const trade = tradeOf(book, 'AAPL');
    if (trade === undefined || due[0] === undefined) throw new Error('nothing is held');
    const selling = (exiting: string): Book => ({ ...book, trades: { AAPL: { ...trade, exiting: decimal(exiting) } } });
    expect(placedIn(selling('3'), due[0]).placed?.quantity).toBe('1');
    expect(placedIn(selling('4'), due[0]).placed).toBeUndefined();
  });

  it('together cover exactly what is filled, however the fills are cut and in whatever order they are placed', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(cuts, fc.infiniteStream(fc.nat()), (fills, keys) => {
        const quantity = fills.reduce((sum, fill) => sum + fill, 0) + 5;
        let state: { book: Book; order: Order } = submittingOrder({ ...BRACKET, quantity: `${quantity}` });
        const due: OrderExitsDueV1[] = [];
        for (const fill of fills) {
          const next = filled(state, `${fill}`);
          due.push(...next.due);
          state = next;
        }
        const shuffled = due.map((one) => ({ one, key: keys.next().value as number })).sort((a, b) => a.key - b.key);
        let { book } = state;
        let covered = new Decimal(0);
        for (const { one } of shuffled) {
          const step = placedIn(book, one);
          covered = covered.plus(step.placed?.quantity ?? 0);
          book = step.book;
        }
        expect(covered.toFixed()).toBe(state.order.filledQuantity.toFixed());
        expect(sellableQuantity(book, 'AAPL').isZero()).toBe(true);
      }),
    );
  });
});
