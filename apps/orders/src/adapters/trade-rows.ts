import { CAPITAL_ASSET, DECIMAL_FRACTION_DIGITS_MAX, Decimal, decimalText, toUnits, unitsText } from '@ballast/money';
import type { EventEnvelope } from '@ballast/contracts';
import type { PositionView, TradeClosedV1, TradeView } from '@ballast/contracts/orders';
import type { SymbolFacts } from '../domain/placement.js';
import { isShort } from '../domain/trade.js';
import type { OpenTrade } from '../domain/trade.js';
import { profileKey } from './order-documents.js';
import type { ProfileKey } from './order-documents.js';

/** A trade that is over, as stored; `sequence` is the profile's in the topic and orders the history. */
export interface TradeRow extends ProfileKey, Omit<TradeClosedV1, 'profileId'> {
  readonly id: string;
  readonly sequence: number;
}

/** What is written for a trade that is over; the id is the event's, so that it is written once. */
export function tradeRow({ id, sequence = 0, data }: EventEnvelope<TradeClosedV1>): TradeRow {
  return { id, sequence, ...data, ...profileKey(data.profileId) };
}

const money = (units: bigint): string => unitsText(units, CAPITAL_ASSET);

/** The trade as callers see it. */
export function tradeView(row: TradeRow): TradeView {
  const { tradeId, symbol, direction = 'long', quantity, closedBy, closedAt } = row;
  return {
    tradeId,
    symbol,
    direction,
    quantity,
    cost: money(BigInt(row.costUnits)),
    proceeds: money(BigInt(row.proceedsUnits)),
    realizedPnl: money(BigInt(row.realizedPnlUnits)),
    fees: money(BigInt(row.feeUnits)),
    closedBy,
    closedAt,
  };
}

/** The best prices of a symbol now. */
export type Prices = Pick<SymbolFacts, 'bid' | 'ask'>;

/** The open trade of a symbol as callers see it, what is owed below zero; `prices` where there is a quote. */
export function positionView(symbol: string, trade: OpenTrade, prices: Prices | undefined): PositionView {
  const { tradeId, exiting, liveEntries, closed, collateralUnits } = trade;
  const { quantity, costUnits } = signed(trade);
  const price = isShort(trade) ? prices?.ask : prices?.bid;
  return {
    symbol,
    tradeId,
    quantity: decimalText(quantity),
    exiting: decimalText(exiting),
    liveEntries,
    cost: money(costUnits),
    ...(quantity.isZero() ? {} : { averageCost: averageOf(costUnits, quantity) }),
    ...(collateralUnits === undefined ? {} : { collateral: money(collateralUnits) }),
    ...(price === undefined ? {} : { marketPrice: decimalText(price), unrealizedPnl: unrealized(trade, price) }),
    realizedPnl: money(closed.proceedsUnits - closed.costUnits),
    fees: money(trade.feeUnits + closed.feeUnits),
  };
}

function signed(trade: OpenTrade): Pick<OpenTrade, 'quantity' | 'costUnits'> {
  const { quantity, costUnits } = trade;
  return isShort(trade) ? { quantity: new Decimal(0).minus(quantity), costUnits: -costUnits } : { quantity, costUnits };
}

function averageOf(costUnits: bigint, quantity: Decimal): string {
  const average = new Decimal(money(costUnits)).div(quantity);
  return decimalText(average.toDecimalPlaces(DECIMAL_FRACTION_DIGITS_MAX, Decimal.ROUND_HALF_EVEN));
}

function unrealized(trade: OpenTrade, price: Decimal): string {
  const { quantity, costUnits } = signed(trade);
  return money(toUnits(quantity.times(price), CAPITAL_ASSET, 'half-even') - costUnits);
}
