import { decimalText, type Decimal } from '@ballast/money';
import { assetOf, type Asset } from '../domain/asset.js';
import type { Announcement, Execution } from '../domain/execution.js';
import { intentOf } from '../domain/holds.js';
import { averagePrice, type Order } from '../domain/order.js';
import type { Position } from '../domain/position.js';
import { middle, type Tick } from '../domain/tick.js';

const CENT_DECIMALS = 2;
const AVERAGE_PRICE_DECIMALS = 12;

/** An order as Alpaca shows it, with its legs where they are to be shown. */
export function orderView(order: Order, legs?: readonly Order[]): Record<string, unknown> {
  const endedAs = (status: Order['status']): string | null => (order.status === status ? order.updatedAt : null);
  const asset = assetOf(order.symbol);
  return {
    id: order.id,
    client_order_id: order.clientOrderId,
    created_at: order.createdAt,
    updated_at: order.updatedAt,
    submitted_at: order.createdAt,
    filled_at: endedAs('filled'),
    expired_at: endedAs('expired'),
    canceled_at: endedAs('canceled'),
    failed_at: endedAs('rejected'),
    replaced_at: endedAs('replaced'),
    replaced_by: order.replacedBy ?? null,
    replaces: order.replaces ?? null,
    asset_id: asset?.id ?? null,
    symbol: order.symbol,
    asset_class: asset?.class ?? null,
    notional: textOrNull(order.notional),
    qty: order.notional === undefined ? decimalText(order.quantity) : null,
    filled_qty: decimalText(order.filledQuantity),
    filled_avg_price: textOrNull(averagePrice(order)),
    order_class: order.orderClass ?? 'simple',
    order_type: order.type,
    type: order.type,
    side: order.side,
    position_intent: intentOf(order),
    time_in_force: order.timeInForce,
    limit_price: textOrNull(order.limitPrice),
    stop_price: textOrNull(order.stopPrice),
    status: order.status,
    extended_hours: false,
    legs: legs && legs.length > 0 ? legs.map((leg) => orderView(leg)) : null,
    trail_percent: textOrNull(order.trailPercent),
    trail_price: textOrNull(order.trailPrice),
    hwm: textOrNull(order.highWaterMark),
    expires_at: order.expiresAt ?? null,
  };
}

/** A message of the `trade_updates` stream; `commission` is this venue's addition. */
export function tradeUpdateView(announcement: Announcement): Record<string, unknown> {
  const { event, at, order } = announcement;
  const view = { event, timestamp: at, order: orderView(order) };
  if (!('execution' in announcement)) return view;
  const { execution } = announcement;
  return {
    ...view,
    execution_id: execution.id,
    price: decimalText(execution.price),
    qty: decimalText(execution.quantity),
    position_qty: decimalText(execution.positionQuantity),
    commission: execution.commission.toFixed(CENT_DECIMALS),
  };
}

/** An account activity of type FILL; `commission` is this venue's addition. */
export function activityView(execution: Execution): Record<string, unknown> {
  const whole = execution.leavesQuantity.isZero();
  return {
    id: activityId(execution),
    activity_type: 'FILL',
    transaction_time: execution.at,
    type: whole ? 'fill' : 'partial_fill',
    price: decimalText(execution.price),
    qty: decimalText(execution.quantity),
    side: execution.side,
    symbol: execution.symbol,
    leaves_qty: decimalText(execution.leavesQuantity),
    cum_qty: decimalText(execution.cumulativeQuantity),
    order_id: execution.orderId,
    order_status: whole ? 'filled' : 'partially_filled',
    commission: execution.commission.toFixed(CENT_DECIMALS),
  };
}

/** The id of an activity: its moment in digits, two colons, the id of the execution. */
export function activityId(execution: Execution): string {
  return `${execution.at.replace(/\D/g, '').slice(0, 17)}::${execution.id}`;
}

/** An asset as Alpaca shows it. */
export function assetView(asset: Asset, rules: { isShortingAllowed: boolean }): Record<string, unknown> {
  const isShortable = rules.isShortingAllowed && asset.class !== 'crypto';
  return {
    id: asset.id,
    class: asset.class,
    exchange: asset.exchange,
    symbol: asset.symbol,
    name: asset.name,
    status: 'active',
    tradable: true,
    marginable: false,
    shortable: isShortable,
    easy_to_borrow: isShortable,
    fractionable: true,
    min_order_size: decimalText(asset.quantityMin),
    min_trade_increment: decimalText(asset.quantityIncrement),
    price_increment: decimalText(asset.priceIncrement),
    attributes: [],
  };
}

/** A position as Alpaca shows it, valued at the middle of the market. */
export function positionView(
  position: Position,
  facts: { tick: Tick | undefined; held: Decimal },
): Record<string, unknown> {
  const asset = assetOf(position.symbol);
  const price = facts.tick ? middle(facts.tick) : position.cost.div(position.quantity);
  const isShort = position.quantity.isNegative();
  const value = position.quantity.times(price);
  const profit = value.minus(position.cost);
  return {
    asset_id: asset?.id ?? null,
    symbol: position.symbol,
    exchange: asset?.exchange ?? null,
    asset_class: asset?.class ?? null,
    asset_marginable: false,
    qty: decimalText(position.quantity),
    qty_available: decimalText(isShort ? position.quantity.plus(facts.held) : position.quantity.minus(facts.held)),
    avg_entry_price: decimalText(position.cost.div(position.quantity).toDecimalPlaces(AVERAGE_PRICE_DECIMALS)),
    side: isShort ? 'short' : 'long',
    market_value: decimalText(value),
    cost_basis: decimalText(position.cost.toDecimalPlaces(AVERAGE_PRICE_DECIMALS)),
    unrealized_pl: decimalText(profit.toDecimalPlaces(AVERAGE_PRICE_DECIMALS)),
    unrealized_plpc: decimalText(profit.div(position.cost.abs()).toDecimalPlaces(AVERAGE_PRICE_DECIMALS)),
    unrealized_intraday_pl: '0',
    unrealized_intraday_plpc: '0',
    current_price: decimalText(price),
    lastday_price: decimalText(price),
    change_today: '0',
  };
}

/** A latest quote as JSON text: Alpaca's prices here are JSON numbers, written digit by digit from the decimals. */
export function quoteJson(tick: Tick, atMs: number): string {
  return `{${quoteFields(tick, atMs)},"c":["R"],"z":"C"}`;
}

/** A quote as a message of the market data stream. */
export function streamedQuoteJson(tick: Tick, atMs: number): string {
  return `{"T":"q","S":${JSON.stringify(tick.symbol)},${quoteFields(tick, atMs)},"c":["R"],"z":"C"}`;
}

/** The one level of the book that there is, as JSON text. */
export function orderBookJson(tick: Tick, atMs: number): string {
  const [bid, ask, size] = [decimalText(tick.bid), decimalText(tick.ask), decimalText(tick.volume)];
  return `{"t":"${new Date(atMs).toISOString()}","b":[{"p":${bid},"s":${size}}],"a":[{"p":${ask},"s":${size}}]}`;
}

function quoteFields(tick: Tick, atMs: number): string {
  const at = new Date(atMs).toISOString();
  const [bid, ask, size] = [decimalText(tick.bid), decimalText(tick.ask), decimalText(tick.volume)];
  return `"t":"${at}","ax":"V","ap":${ask},"as":${size},"bx":"V","bp":${bid},"bs":${size}`;
}

function textOrNull(value: Decimal | undefined): string | null {
  return value === undefined ? null : decimalText(value);
}
