import { Decimal, decimalText } from '@ballast/money';
import type {
  VenueAsset,
  VenueExecution,
  VenueOrder,
  VenueOrderRequest,
  VenueOrderStatus,
  VenueQuote,
  VenueSide,
  VenueUpdate,
} from './venue.js';

/** The venue's answer does not have the shape it should have. */
export class UnreadableReply extends Error {
  constructor(what: string) {
    super(`the venue's answer cannot be read: ${what}`);
    this.name = 'UnreadableReply';
  }
}

/** The fields of a JSON object whose numbers were read as strings. */
export type WireFields = Readonly<Record<string, unknown>>;

const FRACTIONAL_SCALE = 9;
const EQUITY_PRICE_INCREMENT = '0.01';

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
  ['replaced', 'cancelled'],
  ['expired', 'expired'],
  ['rejected', 'rejected'],
]);

const UPDATE_KIND: ReadonlyMap<string, Exclude<VenueUpdate['kind'], 'executed'>> = new Map([
  ['new', 'opened'],
  ['canceled', 'cancelled'],
  ['replaced', 'cancelled'],
  ['expired', 'expired'],
  ['rejected', 'rejected'],
] as const);

/** The body of a new order, with decimals as strings. */
export function orderBody(request: VenueOrderRequest): Record<string, string> {
  return {
    client_order_id: request.brokerKey,
    symbol: request.symbol,
    side: request.side,
    qty: decimalText(request.quantity),
    type: request.limitPrice === undefined ? 'market' : 'limit',
    ...(request.limitPrice === undefined ? {} : { limit_price: decimalText(request.limitPrice) }),
    time_in_force: request.timeInForce,
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

/** Reads an asset; where Alpaca names no increments, shares are in cents and whole or in nine decimals. Throws UnreadableReply. */
export function readAsset(value: unknown): VenueAsset {
  const fields = fieldsOf(value, 'asset');
  const increment = optionalDecimalOf(fields, 'min_trade_increment');
  const quantityScale = increment?.decimalPlaces() ?? (fields['fractionable'] === true ? FRACTIONAL_SCALE : 0);
  return {
    symbol: textOf(fields, 'symbol'),
    tradable: fields['tradable'] === true && fields['status'] === 'active',
    quantityScale,
    priceIncrement: optionalDecimalOf(fields, 'price_increment') ?? new Decimal(EQUITY_PRICE_INCREMENT),
    quantityMin: optionalDecimalOf(fields, 'min_order_size') ?? new Decimal(10).pow(-quantityScale),
    assetClass: assetClassOf(textOf(fields, 'class')),
    name: typeof fields['name'] === 'string' ? fields['name'] : '',
  };
}

/** Reads a latest quote; throws UnreadableReply. */
export function readQuote(symbol: string, value: unknown): VenueQuote {
  const fields = fieldsOf(value, 'quote');
  return { symbol, bid: decimalOf(fields, 'bp'), ask: decimalOf(fields, 'ap'), at: momentOf(fields, 't') };
}

/** The fields of a JSON object; throws UnreadableReply when it is anything else. */
export function fieldsOf(value: unknown, what: string): WireFields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UnreadableReply(what);
  return value as WireFields;
}

/** The items of a JSON list; throws UnreadableReply when it is anything else. */
export function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new UnreadableReply(what);
  return value;
}

/** A field that must be text; throws UnreadableReply. */
export function textOf(fields: WireFields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') throw new UnreadableReply(name);
  return value;
}

function assetClassOf(text: string): VenueAsset['assetClass'] {
  if (text === 'crypto') return 'crypto';
  return text === 'us_index' ? 'index' : 'equity';
}

function sideOf(fields: WireFields): VenueSide {
  const side = textOf(fields, 'side');
  if (side === 'buy') return 'buy';
  if (side === 'sell' || side === 'sell_short') return 'sell';
  throw new UnreadableReply(`side ${side}`);
}

function decimalOf(fields: WireFields, name: string): Decimal {
  const text = textOf(fields, name);
  if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) throw new UnreadableReply(name);
  return new Decimal(text);
}

function optionalDecimalOf(fields: WireFields, name: string): Decimal | undefined {
  const value = fields[name];
  return value === undefined || value === null || value === '' ? undefined : decimalOf(fields, name);
}

function momentOf(fields: WireFields, name: string): Date {
  const at = new Date(textOf(fields, name));
  if (Number.isNaN(at.getTime())) throw new UnreadableReply(name);
  return at;
}
