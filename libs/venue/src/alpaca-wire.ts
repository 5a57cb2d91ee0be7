import { decimalText, type Decimal } from '@ballast/money';
import { VenueRejected } from './venue-errors.js';
import type {
  VenueExecution,
  VenueOrder,
  VenueOrderChange,
  VenueOrderRequest,
  VenueOrderStatus,
  VenueOrderType,
  VenueSide,
  VenueUpdate,
} from './venue-orders.js';
import {
  UnreadableReply,
  decimalOf,
  fieldsOf,
  momentOf,
  optionalDecimalOf,
  optionalTextOf,
  textOf,
  type WireFields,
} from './wire-fields.js';

const ORDER_STATUS: ReadonlyMap<string, VenueOrderStatus> = new Map<string, VenueOrderStatus>([
  ['pending_new', 'pending'],
  ['accepted', 'pending'],
  ['accepted_for_bidding', 'pending'],
  ['held', 'pending'],
  ['new', 'open'],
  ['stopped', 'open'],
  ['suspended', 'open'],
  ['calculated', 'open'],
  ['done_for_day', 'open'],
  ['pending_cancel', 'open'],
  ['pending_replace', 'open'],
  ['partially_filled', 'partially-filled'],
  ['filled', 'filled'],
  ['canceled', 'cancelled'],
  ['replaced', 'replaced'],
  ['expired', 'expired'],
  ['rejected', 'rejected'],
]);

const UPDATE_KIND: ReadonlyMap<string, Exclude<VenueUpdate['kind'], 'executed'>> = new Map([
  ['new', 'opened'],
  ['canceled', 'cancelled'],
  ['replaced', 'replaced'],
  ['expired', 'expired'],
  ['rejected', 'rejected'],
] as const);

const ORDER_TYPE: ReadonlyMap<VenueOrderType, string> = new Map([
  ['market', 'market'],
  ['limit', 'limit'],
  ['stop', 'stop'],
  ['stop-limit', 'stop_limit'],
  ['trailing-stop', 'trailing_stop'],
]);
const PORT_TYPE: ReadonlyMap<string, VenueOrderType> = new Map([...ORDER_TYPE].map(([port, wire]) => [wire, port]));

/** The body of a new order, with decimals as strings; throws VenueRejected for what the venue has no word for. */
export function orderBody(request: VenueOrderRequest): Record<string, unknown> {
  const type = ORDER_TYPE.get(typeOf(request));
  if (type === undefined) throw new VenueRejected('type-not-offered', `the venue has no ${typeOf(request)} orders`);
  if (request.timeInForce === 'gtd')
    throw new VenueRejected('time-in-force-not-offered', 'the venue has no good-till-date');
  return {
    client_order_id: request.brokerKey,
    symbol: request.symbol,
    side: request.side,
    ...(request.notional === undefined ? texts({ qty: request.quantity }) : texts({ notional: request.notional })),
    type,
    ...texts({
      limit_price: request.limitPrice,
      stop_price: request.stopPrice,
      trail_price: request.trailPrice,
      trail_percent: request.trailPercent,
    }),
    time_in_force: request.timeInForce,
    ...(request.postOnly === true ? { post_only: true } : {}),
    ...exitsBody(request),
  };
}

/** The body that replaces an order, with decimals as strings. */
export function changeBody(change: VenueOrderChange): Record<string, unknown> {
  return {
    client_order_id: change.brokerKey,
    ...texts({
      qty: change.quantity,
      limit_price: change.limitPrice,
      stop_price: change.stopPrice,
      trail: change.trail,
    }),
    ...(change.timeInForce === undefined ? {} : { time_in_force: change.timeInForce }),
  };
}

/** Reads an order; throws UnreadableReply. */
export function readOrder(value: unknown): VenueOrder {
  const fields = fieldsOf(value, 'order');
  const filledQuantity = decimalOf(fields, 'filled_qty');
  const status = ORDER_STATUS.get(textOf(fields, 'status'));
  if (status === undefined) throw new UnreadableReply(`order status ${textOf(fields, 'status')}`);
  return {
    brokerKey: textOf(fields, 'client_order_id'),
    venueOrderId: textOf(fields, 'id'),
    symbol: textOf(fields, 'symbol'),
    side: sideOf(fields),
    status: status === 'open' && filledQuantity.gt(0) ? 'partially-filled' : status,
    filledQuantity,
    averagePrice: optionalDecimalOf(fields, 'filled_avg_price'),
    ...given({
      quantity: optionalDecimalOf(fields, 'qty'),
      type: PORT_TYPE.get(optionalTextOf(fields, 'type') ?? ''),
      limitPrice: optionalDecimalOf(fields, 'limit_price'),
      stopPrice: optionalDecimalOf(fields, 'stop_price'),
      replacedBy: optionalTextOf(fields, 'replaced_by'),
      replaces: optionalTextOf(fields, 'replaces'),
      legs: Array.isArray(fields['legs']) ? fields['legs'].map(readOrder) : undefined,
    }),
  };
}

/** Reads an account activity of type FILL; throws UnreadableReply. */
export function readFill(value: unknown): { activityId: string; execution: VenueExecution } {
  const fields = fieldsOf(value, 'activity');
  const activityId = textOf(fields, 'id');
  const executionId = activityId.split('::')[1];
  if (!executionId) throw new UnreadableReply(`activity id ${activityId}`);
  const execution: VenueExecution = {
    executionId,
    venueOrderId: textOf(fields, 'order_id'),
    symbol: textOf(fields, 'symbol'),
    side: sideOf(fields),
    quantity: decimalOf(fields, 'qty'),
    price: decimalOf(fields, 'price'),
    cumulativeQuantity: decimalOf(fields, 'cum_qty'),
    fee: optionalDecimalOf(fields, 'commission'),
    at: momentOf(fields, 'transaction_time'),
  };
  return { activityId, execution };
}

/** Reads a message of the `trade_updates` stream; undefined for the kinds nobody here needs. Throws UnreadableReply. */
export function readUpdate(value: unknown): VenueUpdate | undefined {
  const fields = fieldsOf(value, 'trade update');
  const event = textOf(fields, 'event');
  const kind = UPDATE_KIND.get(event);
  if (kind !== undefined) {
    return { kind, order: readOrder(fields['order']), at: momentOf(fields, 'timestamp') };
  }
  if (event !== 'fill' && event !== 'partial_fill') return undefined;
  const order = readOrder(fields['order']);
  const execution: VenueExecution = {
    executionId: textOf(fields, 'execution_id'),
    venueOrderId: order.venueOrderId,
    brokerKey: order.brokerKey,
    symbol: order.symbol,
    side: order.side,
    quantity: decimalOf(fields, 'qty'),
    price: decimalOf(fields, 'price'),
    cumulativeQuantity: order.filledQuantity,
    fee: optionalDecimalOf(fields, 'commission'),
    at: momentOf(fields, 'timestamp'),
  };
  return { kind: 'executed', order, execution };
}

function typeOf(request: VenueOrderRequest): VenueOrderType {
  return request.type ?? (request.limitPrice === undefined ? 'market' : 'limit');
}

function exitsBody({ orderClass, exits }: VenueOrderRequest): Record<string, unknown> {
  if (orderClass === undefined) return {};
  const { takeProfit, stopLoss } = exits ?? {};
  return {
    order_class: orderClass,
    ...(takeProfit ? { take_profit: texts({ limit_price: takeProfit.limitPrice }) } : {}),
    ...(stopLoss ? { stop_loss: texts({ stop_price: stopLoss.stopPrice, limit_price: stopLoss.limitPrice }) } : {}),
  };
}

/** The decimals that are there, as strings. */
function texts(values: Readonly<Record<string, Decimal | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, decimalText(value)]])),
  );
}

/** The fields that are there. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function sideOf(fields: WireFields): VenueSide {
  const side = textOf(fields, 'side');
  if (side === 'buy') return 'buy';
  if (side === 'sell' || side === 'sell_short') return 'sell';
  throw new UnreadableReply(`side ${side}`);
}
