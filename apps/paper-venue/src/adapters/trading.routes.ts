import { cancelAllOrders, cancelOrder } from '../cancel-order.js';
import { notFound } from '../domain/refusal.js';
import type { Exchange } from '../exchange.js';
import { placeOrder } from '../place-order.js';
import type { Route } from './http-server.js';
import { readExecutionQuery, readOrderQuery, readPlaceOrder } from './requests.js';
import { activityView, orderView } from './views.js';

/** Orders and their fills. */
export function tradingRoutes(exchange: Exchange): Route[] {
  const { store } = exchange;
  return [
    {
      method: 'POST',
      path: /^\/v2\/orders$/,
      handle: ({ body }) => ({ status: 200, json: orderView(placeOrder(exchange, readPlaceOrder(body))) }),
    },
    {
      method: 'GET',
      path: /^\/v2\/orders$/,
      handle: ({ query }) => ({ status: 200, json: store.orders(readOrderQuery(query)).map(orderView) }),
    },
    {
      method: 'GET',
      path: /^\/v2\/orders:by_client_order_id$/,
      handle: ({ query }) => {
        const clientOrderId = query.get('client_order_id') ?? '';
        const order = store.orderOfClient(clientOrderId);
        if (!order) throw notFound(`order not found for ${clientOrderId}`);
        return { status: 200, json: orderView(order) };
      },
    },
    {
      method: 'GET',
      path: /^\/v2\/orders\/([^/]+)$/,
      handle: ({ path: [id = ''] }) => {
        const order = store.order(id);
        if (!order) throw notFound(`order not found for ${id}`);
        return { status: 200, json: orderView(order) };
      },
    },
    {
      method: 'DELETE',
      path: /^\/v2\/orders$/,
      handle: () => ({ status: 207, json: cancelAllOrders(exchange).map((id) => ({ id, status: 200 })) }),
    },
    {
      method: 'DELETE',
      path: /^\/v2\/orders\/([^/]+)$/,
      handle: ({ path: [id = ''] }) => {
        cancelOrder(exchange, id);
        return { status: 204 };
      },
    },
    {
      method: 'GET',
      path: /^\/v2\/account\/activities\/FILL$/,
      handle: ({ query }) => ({ status: 200, json: store.executions(readExecutionQuery(query)).map(activityView) }),
    },
    {
      method: 'GET',
      path: /^\/v2\/account\/activities$/,
      handle: ({ query }) => {
        const wantsFills =
          !query.has('activity_types') || query.getAll('activity_types').join().split(',').includes('FILL');
        const fills = wantsFills ? store.executions(readExecutionQuery(query)) : [];
        return { status: 200, json: fills.map(activityView) };
      },
    },
  ];
}
