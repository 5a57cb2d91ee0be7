import { cancelAllOrders, cancelOrder, fillLate } from '../cancel-order.js';
import type { Faults, LostAnswer } from '../domain/faults.js';
import type { Order } from '../domain/order.js';
import { forbidden, notFound } from '../domain/refusal.js';
import type { Exchange } from '../exchange.js';
import { placeOrder, type PlaceOrderRequest } from '../place-order.js';
import { replaceOrder } from '../replace-order.js';
import type { Answer, Route } from './http-server.js';
import { readOrderChanges, readPlaceOrder } from './order-requests.js';
import { readExecutionQuery, readOrderQuery } from './requests.js';
import type { VenueStore } from './venue.store.js';
import { activityView, orderView } from './views.js';

/** Orders and their fills; the faults decide what becomes of a new order and of the answers. */
export function tradingRoutes(exchange: Exchange, faults: Faults): Route[] {
  const { store } = exchange;
  return [
    {
      method: 'POST',
      path: /^\/v2\/orders$/,
      operation: 'submit',
      handle: ({ body }) => submitted(exchange, faults, readPlaceOrder(body)),
    },
    {
      method: 'GET',
      path: /^\/v2\/orders$/,
      operation: 'orders',
      handle: ({ query }) => ({ status: 200, json: listView(store, query) }),
    },
    {
      method: 'GET',
      path: /^\/v2\/orders:by_client_order_id$/,
      operation: 'lookup',
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
      operation: 'lookup',
      handle: ({ path: [id = ''] }) => {
        const order = store.order(id);
        if (!order) throw notFound(`order not found for ${id}`);
        return { status: 200, json: orderView(order, store.legsOf(id)) };
      },
    },
    {
      method: 'PATCH',
      path: /^\/v2\/orders\/([^/]+)$/,
      operation: 'replace',
      handle: ({ path: [id = ''], body }) => {
        const order = replaceOrder(exchange, id, readOrderChanges(body));
        return { status: 200, json: orderView(order), ...lossOf(faults, 'replace', order) };
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
      operation: 'cancel',
      handle: ({ path: [id = ''] }) => {
        const order = cancelOrder(exchange, id);
        const late = faults.take('late-fill', order);
        if (late) fillLate(exchange, order, late.quantity);
        return { status: 204, ...lossOf(faults, 'cancel', order) };
      },
    },
    {
      method: 'GET',
      path: /^\/v2\/account\/activities\/FILL$/,
      operation: 'activities',
      handle: ({ query }) => ({ status: 200, json: store.executions(readExecutionQuery(query)).map(activityView) }),
    },
    {
      method: 'GET',
      path: /^\/v2\/account\/activities$/,
      operation: 'activities',
      handle: ({ query }) => {
        const wantsFills =
          !query.has('activity_types') || query.getAll('activity_types').join().split(',').includes('FILL');
        const fills = wantsFills ? store.executions(readExecutionQuery(query)) : [];
        return { status: 200, json: fills.map(activityView) };
      },
    },
  ];
}

function submitted(exchange: Exchange, faults: Faults, request: PlaceOrderRequest): Answer {
  const target = { symbol: request.symbol, clientOrderId: request.clientOrderId };
  const rejection = faults.take('reject', target);
  if (rejection) throw forbidden(rejection.message, {});
  const loss = faults.take('lost-answer', { ...target, operation: 'submit' });
  if (!loss) {
    const { order, legs } = placeOrder(exchange, request);
    return { status: 200, json: orderView(order, legs) };
  }
  if (loss.outcome !== 'never-arrived') placeOrder(exchange, request, TWIST_OF[loss.outcome]);
  return { status: 200, json: {}, ...lostAs(loss.answer) };
}

const TWIST_OF = { filled: 'fill', open: 'rest', rejected: 'reject' } as const;
const GATEWAY_TIMEOUT = 504;

function lossOf(faults: Faults, operation: 'cancel' | 'replace', order: Order): Partial<Answer> {
  const loss = faults.take('lost-answer', { symbol: order.symbol, clientOrderId: order.clientOrderId, operation });
  return loss ? lostAs(loss.answer) : {};
}

function lostAs(answer: LostAnswer): Partial<Answer> {
  return answer === 'error' ? { status: GATEWAY_TIMEOUT } : { lost: answer };
}

/** The list of orders; `nested` shows legs within their parents and not on their own. */
function listView(store: VenueStore, query: URLSearchParams): Record<string, unknown>[] {
  const orders = store.orders(readOrderQuery(query));
  if (query.get('nested') !== 'true') return orders.map((order) => orderView(order));
  return orders
    .filter(({ parentId }) => parentId === undefined)
    .map((order) => orderView(order, store.legsOf(order.id)));
}
