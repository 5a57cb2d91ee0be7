import { Decimal } from '@ballast/money';
import type { CcxtRecord } from './ccxt-exchange.js';
import type { VenueAsset, VenueBar, VenueQuote } from './venue-market.js';
import type { VenueExecution, VenueOrder, VenueOrderStatus, VenueOrderType, VenueSide } from './venue-orders.js';
import { UnreadableReply, decimalOf, fieldsOf, optionalDecimalOf, optionalTextOf, textOf } from './wire-fields.js';

const STATUS: ReadonlyMap<string, VenueOrderStatus> = new Map<string, VenueOrderStatus>([
  ['open', 'open'],
  ['canceling', 'open'],
  ['closed', 'filled'],
  ['canceled', 'cancelled'],
  ['expired', 'expired'],
  ['rejected', 'rejected'],
]);
/** ccxt's number of a column in a row of bars. */
const BAR = { at: 0, open: 1, high: 2, low: 3, close: 4, volume: 5 } as const;
/** The step of what the exchange names no step for. */
const SMALLEST_STEP = new Decimal('1e-18');

/** Reads an order of ccxt's; one whose end ccxt tells only in the venue's own words is read from those. Throws UnreadableReply. */
export function readCcxtOrder(value: unknown): VenueOrder {
  const fields = fieldsOf(value, 'order');
  const filledQuantity = optionalDecimalOf(fields, 'filled') ?? new Decimal(0);
  const status = STATUS.get(textOf(fields, 'status'));
  if (status === undefined) throw new UnreadableReply(`order status ${textOf(fields, 'status')}`);
  const raw = rawOf(fields);
  const replacedBy = optionalTextOf(raw, 'replaced_by');
  const optional = {
    quantity: optionalDecimalOf(fields, 'amount'),
    limitPrice: optionalDecimalOf(fields, 'price'),
    stopPrice: optionalDecimalOf(fields, 'triggerPrice'),
    replaces: optionalTextOf(raw, 'replaces'),
    replacedBy,
    type: typeOf(fields),
  };
  return {
    brokerKey: optionalTextOf(fields, 'clientOrderId') ?? '',
    venueOrderId: textOf(fields, 'id'),
    symbol: textOf(fields, 'symbol'),
    side: sideOf(fields),
    status: replacedBy === undefined ? partly(status, filledQuantity) : 'replaced',
    filledQuantity,
    averagePrice: optionalDecimalOf(fields, 'average'),
    ...(Object.fromEntries(Object.entries(optional).filter(([, given]) => given !== undefined)) as Partial<VenueOrder>),
  };
}

/** Reads a trade of ccxt's, without what its order had filled up to it where the venue does not say. Throws UnreadableReply. */
export function readCcxtTrade(
  value: unknown,
): Omit<VenueExecution, 'cumulativeQuantity'> & { cumulativeQuantity: Decimal | undefined } {
  const fields = fieldsOf(value, 'trade');
  const fee = fieldsOf(fields['fee'] ?? {}, 'fee');
  return {
    executionId: textOf(fields, 'id'),
    venueOrderId: textOf(fields, 'order'),
    symbol: textOf(fields, 'symbol'),
    side: sideOf(fields),
    quantity: decimalOf(fields, 'amount'),
    price: decimalOf(fields, 'price'),
    cumulativeQuantity: optionalDecimalOf(rawOf(fields), 'cum_qty'),
    fee: optionalDecimalOf(fee, 'cost') ?? optionalDecimalOf(rawOf(fields), 'commission'),
    at: momentMsOf(fields['timestamp']),
  };
}

/** The steps of a market's quantities and prices, as ccxt tells them; throws UnreadableReply. */
export function readCcxtSteps(market: CcxtRecord): { quantity: Decimal; price: Decimal } {
  const precision = fieldsOf(market['precision'], 'precision');
  return {
    quantity: optionalDecimalOf(precision, 'amount') ?? SMALLEST_STEP,
    price: optionalDecimalOf(precision, 'price') ?? SMALLEST_STEP,
  };
}

/** Reads a market of ccxt's; throws UnreadableReply. */
export function readCcxtMarket(value: unknown): VenueAsset {
  const fields = fieldsOf(value, 'market');
  const steps = readCcxtSteps(fields);
  const limits = fieldsOf(fields['limits'] ?? {}, 'limits');
  const symbol = textOf(fields, 'symbol');
  return {
    symbol,
    tradable: fields['active'] !== false,
    quantityScale: steps.quantity.decimalPlaces(),
    priceIncrement: steps.price,
    quantityMin: optionalDecimalOf(fieldsOf(limits['amount'] ?? {}, 'limits'), 'min') ?? steps.quantity,
    assetClass: 'crypto',
    name: optionalTextOf(rawOf(fields), 'name') ?? symbol,
    shortable: false,
  };
}

/** Reads the best prices of a ticker of ccxt's, undefined where it has none. Throws UnreadableReply. */
export function readCcxtQuote(value: unknown, nowMs: number): VenueQuote | undefined {
  const fields = fieldsOf(value, 'ticker');
  const [bid, ask] = [optionalDecimalOf(fields, 'bid'), optionalDecimalOf(fields, 'ask')];
  if (bid === undefined || ask === undefined) return undefined;
  return { symbol: textOf(fields, 'symbol'), bid, ask, at: momentMsOf(fields['timestamp'] ?? nowMs) };
}

/** Reads a row of bars of ccxt's; throws UnreadableReply. */
export function readCcxtBar(row: readonly unknown[]): VenueBar {
  const price = (name: Exclude<keyof typeof BAR, 'at'>): Decimal =>
    decimalOf({ [name]: row[BAR[name]] === undefined ? undefined : String(row[BAR[name]]) }, name);
  return {
    at: momentMsOf(row[BAR.at]),
    open: price('open'),
    high: price('high'),
    low: price('low'),
    close: price('close'),
    volume: price('volume'),
  };
}

/** What is owned of each currency of a balance of ccxt's: the total, or what is free where it has no total. Throws UnreadableReply. */
export function readCcxtTotals(balance: CcxtRecord): Map<string, Decimal> {
  const totals = new Map<string, Decimal>();
  for (const list of ['free', 'total']) {
    const amounts = fieldsOf(balance[list] ?? {}, 'balance');
    for (const currency of Object.keys(amounts)) {
      const amount = optionalDecimalOf(amounts, currency);
      if (amount) totals.set(currency, amount);
    }
  }
  return totals;
}

function typeOf(fields: CcxtRecord): VenueOrderType | undefined {
  const isTriggered = optionalTextOf(fields, 'triggerPrice') !== undefined;
  if (fields['type'] === 'limit') return isTriggered ? 'stop-limit' : 'limit';
  return fields['type'] === 'market' && !isTriggered ? 'market' : undefined;
}

function partly(status: VenueOrderStatus, filledQuantity: Decimal): VenueOrderStatus {
  return status === 'open' && filledQuantity.gt(0) ? 'partially-filled' : status;
}

function sideOf(fields: CcxtRecord): VenueSide {
  const side = textOf(fields, 'side');
  if (side !== 'buy' && side !== 'sell') throw new UnreadableReply(`side ${side}`);
  return side;
}

/** What the venue itself sent. */
function rawOf(fields: CcxtRecord): CcxtRecord {
  const { info } = fields;
  return typeof info === 'object' && info !== null ? (info as CcxtRecord) : {};
}

function momentMsOf(value: unknown): Date {
  const at = new Date(Number(value));
  if (value === undefined || value === null || Number.isNaN(at.getTime())) throw new UnreadableReply('timestamp');
  return at;
}
