import { decimal } from '@ballast/money';
import type { OrderExitsDueV1 } from '@ballast/contracts/orders';
import type { Book } from './book.js';
import { tradeOf } from './book.js';
import { afterBrokersEnd } from './exit-retry.js';
import { dueAfterRelease } from './exits-after-release.js';
import { UNTOUCHED_CONTROLS } from './controls.js';
import { decideExits, exitsDue } from './exits.js';
import { NOW_MS, after, executedEvent, placedEvent, submittedEvent, submittingOrder } from './given.js';
import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';
import { ended } from './submission.js';

const BRACKET = { takeProfitPrice: '110', stopLossPrice: '95' };

type Step = { readonly book: Book; readonly order: Order };

const dataOf = (events: readonly OrderEvent[]): OrderExitsDueV1[] =>
  events.flatMap((event) => (event.fact === 'exits-due' ? [event.data] : []));

/** A filled entry of ten whose exits are due. */
function filled(): Step & { due: OrderExitsDueV1 } {
  const { book, order } = submittingOrder(BRACKET);
  const executed = executedEvent(order, '10', '100');
  const due = exitsDue(order, executed);
  const [data] = dataOf(due);
  if (data === undefined) throw new Error('no exits are due');
  return { ...after(book, order, executed, ...due), due: data };
}

/** A sale by hand that the broker has. */
function sold(book: Book, quantity: string): Step {
  const placed = after(book, undefined, placedEvent({ intent: 'exit', quantity }));
  return after(placed.book, placed.order, submittedEvent(placed.order));
}

function placedIn(book: Book, due: OrderExitsDueV1): Step {
  const placed = after(book, undefined, ...decideExits(due, book, UNTOUCHED_CONTROLS));
  return after(placed.book, placed.order, submittedEvent(placed.order));
}

const outstandingIn = (book: Book): string[] =>
  Object.values(tradeOf(book, 'AAPL')?.outstanding ?? {}).map(({ quantity }) => quantity.toFixed());

function released({ book, order }: Step, ...events: readonly OrderEvent[]): OrderExitsDueV1[] {
  const next = after(book, order, ...events);
  return dataOf(dueAfterRelease(book, next.book, { order: next.order, committed: events }));
}

describe('exits that are outstanding', () => {
  it('are those that are due until they are placed', () => {
    const { book, due } = filled();
    expect(outstandingIn(book)).toEqual(['10']);
    expect(outstandingIn(placedIn(book, due).book)).toEqual([]);
  });

  it('are due again when a claim ends, with other tries and another id for the rest of what was placed in part', () => {
    const { book, due } = filled();
    const sale = sold(book, '6');
    const covering = placedIn(sale.book, due);
    expect(outstandingIn(covering.book)).toEqual(['6']);
    const [again] = released({ book: covering.book, order: sale.order }, ended(sale.order, 'cancelled', {}));
    expect(again).toMatchObject({ ...BRACKET, orderId: sale.order.id, entryOrderId: due.orderId, quantity: '6' });
    expect(again?.restOf).toBe(due.exitOrderId);
    const rest = after(covering.book, sale.order, ended(sale.order, 'cancelled', {}));
    const placed = placedIn(rest.book, again as OrderExitsDueV1);
    const retried = [covering.order, placed.order].flatMap((order) =>
      dataOf(afterBrokersEnd(order, [ended(order, 'rejected', {})], NOW_MS)),
    );
    expect(retried.map(({ attempt, restOf }) => [attempt, restOf])).toEqual([
      [2, undefined],
      [2, due.exitOrderId],
    ]);
    const ids = [due, again, ...retried].map((one) => one?.exitOrderId);
    expect(new Set(ids).size).toBe(4);
  });

  it('are due again when a claim becomes smaller, and not for what was free before', () => {
    const { book, due } = filled();
    const sale = sold(book, '6');
    const covering = placedIn(sale.book, due);
    const smaller: OrderEvent = {
      fact: 'replaced',
      data: {
        ...{
          orderId: sale.order.id,
          profileId: sale.order.profileId,
          intent: 'exit',
          timeInForce: 'day',
          asset: 'USD',
        },
        ...{ revision: 1, quantity: '5', executions: 0, filledQuantity: '0', filledEarlier: '0' },
      },
    };
    const open: Step = { book: covering.book, order: { ...sale.order, state: 'open' } };
    expect(released(open, smaller)).toMatchObject([{ quantity: '6' }]);
    expect(released(open, executedEvent(sale.order, '2', '100'))).toEqual([]);
  });

  it('cover less where what they were to cover is sold by hand, the latest first', () => {
    const { book } = filled();
    const sale = sold(book, '10');
    const part = after(sale.book, sale.order, executedEvent(sale.order, '7', '104'));
    expect(outstandingIn(part.book)).toEqual(['3']);
    const rest = after(part.book, part.order, executedEvent(part.order, '3', '104'));
    expect(tradeOf(rest.book, 'AAPL')).toBeUndefined();
  });

  it('are placed for no more than is outstanding, though more is held', () => {
    const { book, due } = filled();
    const sale = sold(book, '10');
    const part = after(sale.book, sale.order, executedEvent(sale.order, '7', '104'));
    const over = after(part.book, part.order, ended(part.order, 'cancelled', {}));
    const bought = submittingOrder();
    const more = after(over.book, bought.order, executedEvent(bought.order, '5', '100', { fillsOrder: false }));
    expect(decideExits(due, more.book, UNTOUCHED_CONTROLS)).toMatchObject([{ data: { quantity: '3' } }]);
  });

  it.each([
    ['nobody has asked', {}, 1],
    ['a cancel is under way', { pendingCancel: true }, 0],
    ['its date has come', { conditions: { expiresAt: new Date(NOW_MS).toISOString() } }, 0],
  ])('come again after an end at the broker where %s', (_name, changes, times) => {
    const { book, due } = filled();
    const { order } = placedIn(book, due);
    const events = afterBrokersEnd({ ...order, ...changes }, [ended(order, 'cancelled', {})], NOW_MS);
    expect(dataOf(events)).toHaveLength(times);
  });

  it('are counted beside claims of an older book, which does not say what of them covers fills', () => {
    const { book, due } = filled();
    const covering = placedIn(book, due);
    const trade = tradeOf(covering.book, 'AAPL');
    if (trade === undefined) throw new Error('nothing is held');
    const { covered, ...older } = trade;
    expect(covered?.toFixed()).toBe('10');
    const end = after(
      { ...covering.book, trades: { AAPL: older } },
      covering.order,
      ended(covering.order, 'cancelled', {}),
    );
    expect(tradeOf(end.book, 'AAPL')).toMatchObject({ exiting: decimal('0'), quantity: decimal('10') });
    expect(tradeOf(end.book, 'AAPL')).not.toHaveProperty('covered');
  });
});
