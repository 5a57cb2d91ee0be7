import { Decimal } from '@ballast/money';
import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';
import { evolveRate } from './placement-rate.js';
import type { PlacementRate } from './placement-rate.js';
import type { ProfileLimits, ProfileRisk } from './risk-limits.js';
import { closedBy, evolveTrade, isOver, resultUnits } from './trade.js';
import type { OpenTrade } from './trade.js';
import { evolveDay } from './trading-day.js';
import type { TradingDay } from './trading-day.js';

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
  /** What an operator allows the profile in the place of what the product allows. */
  readonly limits: ProfileLimits;
  /** What its owner lets it do of that; absent until the profile was configured. */
  readonly risk: ProfileRisk | undefined;
  /** What is allocated to the profile in whole units of USD, as the ledger said with its last hold; only where a limit needs it. */
  readonly capitalUnits: bigint | undefined;
  readonly rate: PlacementRate | undefined;
  /** The last day on which an exit was executed. */
  readonly day: TradingDay | undefined;
}

/** The open trade of a symbol, empty when there is none. */
export function tradeOf(book: Book, symbol: string): OpenTrade | undefined {
  return Object.hasOwn(book.trades, symbol) ? book.trades[symbol] : undefined;
}

/** What exits can still close of a symbol: held, or owed, and not being closed already. */
export function sellableQuantity(book: Book, symbol: string): Decimal {
  const trade = tradeOf(book, symbol);
  return trade === undefined ? new Decimal(0) : trade.quantity.minus(trade.exiting);
}

/** An event of an order and when it is committed, ISO 8601. */
export interface BookEvent {
  readonly event: OrderEvent;
  readonly at: string;
}

/** The book after an event of one of its orders, and the trade that the event closed, if it did. */
export interface BookStep {
  readonly book: Book;
  readonly closed: OpenTrade | undefined;
}

/** What is in the book of a profile that has done nothing. */
export const BLANK_BOOK = {
  liveOrders: 0,
  trades: {},
  limits: {},
  risk: undefined,
  capitalUnits: undefined,
  rate: undefined,
  day: undefined,
} as const satisfies Partial<Book>;

/** One step of the book; `before` is the order as it was before that event, which is committed at `at`, ISO 8601. */
export function evolveBook(book: Book, before: Order | undefined, { event, at }: BookEvent): BookStep {
  const symbol = before?.symbol ?? (event.fact === 'placed' ? event.data.symbol : undefined);
  if (symbol === undefined) return { book, closed: undefined };
  const open = tradeOf(book, symbol);
  const trade = evolveTrade(open, before, event);
  const over = isOver(trade);
  const closed = over && !trade.closed.quantity.isZero() ? trade : undefined;
  const others = Object.fromEntries(Object.entries(book.trades).filter(([name]) => name !== symbol));
  const trades = over ? others : { ...others, [symbol]: trade };
  const day = dayAfter(book.day, { open, before, event, closed });
  return { book: { ...book, trades, day, rate: rateAfter(book.rate, { event, at }), ...capitalIn(event) }, closed };
}

function rateAfter(rate: PlacementRate | undefined, { event, at }: BookEvent): PlacementRate | undefined {
  return event.fact === 'placed' && event.data.intent === 'entry' ? evolveRate(rate, Date.parse(at)) : rate;
}

function capitalIn(event: OrderEvent): Pick<Book, 'capitalUnits'> | undefined {
  return event.fact === 'capital-held' && event.allocatedUnits !== undefined
    ? { capitalUnits: event.allocatedUnits }
    : undefined;
}

/** Only exits earn or lose; a trade whose last exit went before is closed by what ends its last order. */
function dayAfter(
  day: TradingDay | undefined,
  step: { open: OpenTrade | undefined; before: Order | undefined; event: OrderEvent; closed: OpenTrade | undefined },
): TradingDay | undefined {
  const { open, before, event, closed } = step;
  if (open === undefined || before === undefined) return day;
  const closing = closed === undefined ? undefined : resultUnits(closed.closed);
  if (event.fact === 'executed' && before.intent === 'exit')
    return evolveDay(day, event.data.executedAt, { resultUnits: resultUnits(closedBy(open, before, event)), closing });
  if (closing === undefined || day === undefined) return day;
  return evolveDay(day, day.date, { resultUnits: 0n, closing });
}
