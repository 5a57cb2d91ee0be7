import { decimal } from '@ballast/money';
import { after, emptyBook, executedEvent, placedEvent, submittingOrder } from '../domain/given.js';
import type { Book } from '../domain/book.js';
import { bookDocument, bookOf } from './book-documents.js';
import type { BookDocument } from './book-documents.js';
import { liveOrderDocument, liveOrderOf, orderDocument, orderOf } from './order-documents.js';

const stored = <T>(document: T): T => JSON.parse(JSON.stringify(document)) as T;

const tradesOf = (book: Book): BookDocument['trades'] => bookDocument(book, { live: {} }).trades;

describe('documents of orders', () => {
  const placed = after(emptyBook(), undefined, placedEvent({ clientOrderId: 'mine' }));
  const submitting = submittingOrder();
  const market = after(
    emptyBook(),
    undefined,
    placedEvent({ type: 'market', limitPrice: undefined, boundPrice: '105' }),
  );
  const conditional = after(
    emptyBook(),
    undefined,
    placedEvent({
      type: 'stop-limit',
      timeInForce: 'gtd',
      stopPrice: '101.5',
      notional: '1000',
      expiresAt: '2026-11-21T15:00:00.000Z',
      postOnly: true,
    }),
  );
  const partly = after(submitting.book, submitting.order, executedEvent(submitting.order, '4', '99'), {
    fact: 'cancel-requested',
    data: { orderId: submitting.order.id, profileId: submitting.order.profileId, requestedBy: 'usr' },
  });
  const exit = after(
    emptyBook(),
    undefined,
    placedEvent({ intent: 'exit', tradeId: `trd_${'0'.repeat(26)}_${'0'.repeat(16)}` }),
  );

  it.each([
    ['just placed', placed],
    ['in submission', submitting],
    ['a market buy', market],
    ['with conditions', conditional],
    ['filled in part, to be cancelled', partly],
    ['an exit of an earlier trade', exit],
  ])('give the order back as it was, in its book and in a row of its own: %s', (_name, { book, order }) => {
    expect(orderOf(stored(orderDocument(order)))).toEqual(order);
    const document = stored(bookDocument(book, { live: { [order.id]: liveOrderDocument(order, tradesOf(book)) } }));
    expect(liveOrderOf(document, order.id)).toEqual(order);
    expect(bookOf(document)).toEqual({ ...book, liveOrders: 1 });
  });

  it('keep the ledger’s word on a shortfall through every change of the book', () => {
    const document = stored(bookDocument(emptyBook(), { live: {}, shortfall: { stands: true, sequence: 3 } }));
    expect(bookOf(document).hasShortfall).toBe(true);
    expect(stored(bookDocument(bookOf(document), document)).shortfall).toEqual({ stands: true, sequence: 3 });
  });

  it('say nothing of a trade that is nothing, and read what was said of it before', () => {
    const filled = after(submitting.book, submitting.order, executedEvent(submitting.order, '10', '99'));
    const document = stored(bookDocument(filled.book, { live: {} }));
    expect(Object.keys(document.trades['AAPL'] ?? {})).toEqual(['tradeId', 'quantity', 'costUnits', 'feeUnits']);
    const { feeUnits: _, ...trade } = { ...document.trades['AAPL'], exiting: '0', liveEntries: 0 };
    const before = { ...document, trades: { AAPL: trade } } as typeof document;
    expect(bookOf(before).trades['AAPL']).toMatchObject({ feeUnits: 0n, liveEntries: 0 });
  });

  it('give an exit its own trade, whatever trade of its symbol is open meanwhile', () => {
    const live = { [exit.order.id]: liveOrderDocument(exit.order, tradesOf(exit.book)) };
    const document = stored(bookDocument(submitting.book, { live }));
    expect(liveOrderOf(document, exit.order.id)?.tradeId).toBe(exit.order.tradeId);
  });

  it('give a second entry the trade that the first one opened', () => {
    const { tradeId } = submitting.order;
    const second = after({ ...submitting.book, entriesPerSymbolMax: 2 }, undefined, placedEvent({ tradeId }));
    const live = { [second.order.id]: liveOrderDocument(second.order, tradesOf(second.book)) };
    expect(live[second.order.id]).not.toHaveProperty('tradeId');
    expect(liveOrderOf(stored(bookDocument(second.book, { live })), second.order.id)?.tradeId).toBe(tradeId);
  });

  it('read an order of which everything is said', () => {
    const {
      id,
      kind: _kind,
      productId: _product,
      profileId: _profile,
      ownerId: _owner,
      ...said
    } = stored(orderDocument(submitting.order));
    expect(liveOrderOf(stored(bookDocument(submitting.book, { live: { [id]: said } })), id)).toEqual(submitting.order);
  });

  it('say little about an order that has only been placed', () => {
    expect(JSON.stringify(liveOrderDocument(placed.order, tradesOf(placed.book))).length).toBeLessThan(220);
    expect(placed.order.boundPrice).toEqual(decimal('100'));
  });

  it('know no live order by the name of an object’s own method', () => {
    expect(liveOrderOf(bookDocument(emptyBook(), { live: {} }), 'constructor')).toBeUndefined();
  });
});
