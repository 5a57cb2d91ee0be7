import { decodeEventData } from '@ballast/contracts';
import { OrderView } from '@ballast/contracts/orders';
import { after, executedEvent, submittingOrder } from '../domain/given.js';
import { orderView } from './order-view.js';

describe('an order as callers see it', () => {
  const { book, order } = submittingOrder();

  it('has an average price with no more decimals than its contract promises', () => {
    const first = after(book, order, executedEvent(order, '1', '100'));
    const third = after(first.book, first.order, executedEvent(first.order, '2', '100.01'));
    const view = orderView(third.order);
    expect(view.averagePrice).toBe('100.006666666666666667');
    const contract = { topic: 'orders', type: 'view', data: OrderView, meaning: '' };
    expect(decodeEventData(contract, view)).toMatchObject(view);
  });

  it('has no average price before anything is executed', () => {
    expect(orderView(order)).not.toHaveProperty('averagePrice');
  });
});
