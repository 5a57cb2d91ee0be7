import { CAPITAL_ASSET, Decimal, decimal, unitsBetween } from '@ballast/money';
import { hasEnded, remainingQuantity } from './order.js';
import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';

/** The one open trade of a profile in a symbol: from the first entry until nothing is held and nothing is live. */
export interface OpenTrade {
  readonly tradeId: string;
  /** What is held. */
  readonly quantity: Decimal;
  /** What it cost, in whole units of USD. */
  readonly costUnits: bigint;
  /** What live exits may still sell; never more than is held. */
  readonly exiting: Decimal;
  /** Entry orders that are live; at most `entriesPerSymbolMax` when one is placed. */
  readonly liveEntries: number;
}

/** The consistency boundary of a profile's orders: every commit replaces it under its ETag. */
export interface Book {
  readonly profileId: string;
  readonly ownerId: string;
  readonly entriesPerSymbolMax: number;
  /** Number of events of this profile in the topic so far. */
  readonly sequence: number;
  /** Orders that have not ended. */
  readonly liveOrders: number;
  /** Whether the broker has taken more than the profile had; until that is repaid it may only reduce. */
  readonly hasShortfall: boolean;
  /** By symbol. */
  readonly trades: Readonly<Record<string, OpenTrade>>;
}

/** The open trade of a symbol, empty when there is none. */
export function tradeOf(book: Book, symbol: string): OpenTrade | undefined {
  return Object.hasOwn(book.trades, symbol) ? book.trades[symbol] : undefined;
}

/** What can be sold of a symbol: held and not being sold already. */
export function sellableQuantity(book: Book, symbol: string): Decimal {
  const trade = tradeOf(book, symbol);
  return trade === undefined ? new Decimal(0) : trade.quantity.minus(trade.exiting);
}

/** The book after an event of one of its orders; `before` is the order as it was before that event. */
export function evolveBook(book: Book, before: Order | undefined, event: OrderEvent): Book {
  const symbol = before?.symbol ?? (event.fact === 'placed' ? event.data.symbol : undefined);
  if (symbol === undefined) return book;
  const trade = evolveTrade(tradeOf(book, symbol), before, event);
  const others = Object.fromEntries(Object.entries(book.trades).filter(([name]) => name !== symbol));
  return { ...book, trades: isOver(trade) ? others : { ...others, [symbol]: trade } };
}

function isOver(trade: OpenTrade): boolean {
  return trade.quantity.isZero() && trade.liveEntries === 0 && trade.exiting.isZero();
}

const NO_TRADE: Omit<OpenTrade, 'tradeId'> = {
  quantity: new Decimal(0),
  costUnits: 0n,
  exiting: new Decimal(0),
  liveEntries: 0,
};

function evolveTrade(open: OpenTrade | undefined, before: Order | undefined, event: OrderEvent): OpenTrade {
  if (event.fact === 'placed') return claim(open ?? { tradeId: event.data.tradeId, ...NO_TRADE }, event);
  if (before === undefined) throw new Error(`unreachable: ${event.fact} without an order`);
  const trade = open ?? { tradeId: before.tradeId, ...NO_TRADE };
  if (event.fact === 'executed')
    return before.intent === 'entry' ? enlarge(trade, before, event) : reduce(trade, before, event);
  if (event.fact === 'ended') return unclaim(trade, before);
  return trade;
}

function claim(trade: OpenTrade, { data }: OrderEvent & { fact: 'placed' }): OpenTrade {
  return data.intent === 'entry'
    ? { ...trade, liveEntries: trade.liveEntries + 1 }
    : { ...trade, exiting: trade.exiting.plus(decimal(data.quantity)) };
}

/** What an order that ends had claimed and did not use. */
function unclaim(trade: OpenTrade, before: Order): OpenTrade {
  return before.intent === 'entry'
    ? { ...trade, liveEntries: trade.liveEntries - 1 }
    : { ...trade, exiting: trade.exiting.minus(remainingQuantity(before)) };
}

function enlarge(trade: OpenTrade, before: Order, { data }: OrderEvent & { fact: 'executed' }): OpenTrade {
  const cost = unitsBetween(decimal(data.notionalBefore), decimal(data.notionalAfter), CAPITAL_ASSET);
  return {
    ...trade,
    quantity: trade.quantity.plus(decimal(data.quantity)),
    costUnits: trade.costUnits + cost,
    liveEntries: data.fillsOrder && !hasEnded(before) ? trade.liveEntries - 1 : trade.liveEntries,
  };
}

/** An execution of an exit that had ended (a late fill) has no claim any more to be taken off. */
function reduce(trade: OpenTrade, before: Order, { data }: OrderEvent & { fact: 'executed' }): OpenTrade {
  const quantity = decimal(data.quantity);
  return {
    ...trade,
    quantity: trade.quantity.minus(quantity),
    costUnits: trade.costUnits - BigInt(data.closedCostUnits),
    exiting: hasEnded(before) ? trade.exiting : trade.exiting.minus(quantity),
  };
}
