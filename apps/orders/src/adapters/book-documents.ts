import { decimal, decimalText } from '@ballast/money';
import type { TradingLimits } from '@ballast/contracts/orders';
import type { Book } from '../domain/book.js';
import { limitTexts, limitsOf } from '../domain/risk-limits.js';
import type { Outstanding, OutstandingExits } from '../domain/outstanding-exits.js';
import { NOTHING_CLOSED } from '../domain/trade.js';
import type { ClosedPart, OpenTrade } from '../domain/trade.js';
import { profileKey } from './order-documents.js';
import type { LiveOrderDocument, ProfileKey } from './order-documents.js';

/** Id of the book in its partition. */
export const BOOK_ID = 'book';

/** The book as stored. Decimals and units are strings; a field that is not there is left out. */
export interface BookDocument extends ProfileKey {
  readonly id: typeof BOOK_ID;
  readonly kind: 'book';
  readonly ownerId: string;
  readonly entriesPerSymbolMax: number;
  readonly sequence: number;
  /** What the ledger last said of a shortfall; absent until it has said anything. */
  readonly shortfall?: ShortfallDocument;
  readonly trades: Readonly<Record<string, TradeDocument>>;
  readonly limits?: TradingLimits;
  /** What the owner of the profile lets it do, as of this version of the profile. */
  readonly risk?: { readonly version: number; readonly limits: TradingLimits };
  readonly capitalUnits?: string;
  /** A minute of the clock and the entries placed in it. */
  readonly rate?: readonly [minute: number, entries: number];
  readonly day?: DayDocument;
  /** Number of `live`; what the healing query asks for. */
  readonly liveOrders: number;
  /** Every order that has not ended, by id; it moves to a row of its own when it ends. */
  readonly live: Readonly<Record<string, LiveOrderDocument>>;
}

/** The ledger's word on a shortfall, with its sequence: an older word that comes late changes nothing. */
export interface ShortfallDocument {
  readonly stands: boolean;
  readonly sequence: number;
}

interface TradeDocument {
  readonly tradeId: string;
  readonly quantity: string;
  readonly costUnits: string;
  /** Of a short trade. */
  readonly collateralUnits?: string;
  /** This and the next two are left out where they are 0: the book is written with every event. */
  readonly feeUnits?: string;
  readonly exiting?: string;
  /** Left out where no exits cover fills, and where none are outstanding. */
  readonly covered?: string;
  readonly outstanding?: Readonly<Record<string, OutstandingDocument>>;
  readonly liveEntries?: number;
  /** Left out before the first exit. */
  readonly closed?: ClosedDocument;
}

type OutstandingDocument = Omit<OutstandingExits, 'quantity'> & { readonly quantity: string };

interface ClosedDocument {
  readonly quantity: string;
  readonly costUnits: string;
  readonly proceedsUnits: string;
  readonly feeUnits: string;
}

interface DayDocument {
  readonly date: string;
  readonly resultUnits: string;
  readonly lossesInARow: number;
}

/** The book as it is stored, with the orders that are live in it. */
export function bookDocument(book: Book, { live, shortfall }: Pick<BookDocument, 'live' | 'shortfall'>): BookDocument {
  const trades = Object.entries(book.trades).map(([symbol, trade]) => [symbol, tradeDocument(trade)]);
  const { ownerId, entriesPerSymbolMax, sequence, risk, capitalUnits, rate, day } = book;
  const limits = limitTexts(book.limits);
  return {
    id: BOOK_ID,
    kind: 'book',
    ...profileKey(book.profileId),
    ownerId,
    entriesPerSymbolMax,
    sequence,
    ...(shortfall === undefined ? {} : { shortfall }),
    trades: Object.fromEntries(trades) as BookDocument['trades'],
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(risk === undefined ? {} : { risk: { version: risk.version, limits: limitTexts(risk.limits) } }),
    ...(capitalUnits === undefined ? {} : { capitalUnits: capitalUnits.toString() }),
    ...(rate === undefined ? {} : { rate: [rate.minute, rate.entries] }),
    ...(day === undefined ? {} : { day: { ...day, resultUnits: day.resultUnits.toString() } }),
    liveOrders: Object.keys(live).length,
    live,
  };
}

/** The book as the domain sees it. */
export function bookOf(document: BookDocument): Book {
  const trades = Object.entries(document.trades).map(([symbol, trade]): [string, OpenTrade] => [
    symbol,
    tradeOf(trade),
  ]);
  const { profileId, ownerId, entriesPerSymbolMax, sequence, liveOrders, risk, capitalUnits, rate, day } = document;
  return {
    profileId,
    ownerId,
    entriesPerSymbolMax,
    sequence,
    liveOrders,
    hasShortfall: document.shortfall?.stands === true,
    trades: Object.fromEntries(trades),
    limits: limitsOf(document.limits ?? {}),
    risk: risk === undefined ? undefined : { version: risk.version, limits: limitsOf(risk.limits) },
    capitalUnits: capitalUnits === undefined ? undefined : BigInt(capitalUnits),
    rate: rate === undefined ? undefined : { minute: rate[0], entries: rate[1] },
    day: day === undefined ? undefined : { ...day, resultUnits: BigInt(day.resultUnits) },
  };
}

function tradeDocument(trade: OpenTrade): TradeDocument {
  return {
    tradeId: trade.tradeId,
    quantity: decimalText(trade.quantity),
    costUnits: trade.costUnits.toString(),
    ...(trade.collateralUnits === undefined ? {} : { collateralUnits: trade.collateralUnits.toString() }),
    ...(trade.feeUnits === 0n ? {} : { feeUnits: trade.feeUnits.toString() }),
    ...(trade.exiting.isZero() ? {} : { exiting: decimalText(trade.exiting) }),
    ...(trade.covered === undefined ? {} : { covered: decimalText(trade.covered) }),
    ...(trade.outstanding === undefined ? {} : { outstanding: outstandingDocuments(trade.outstanding) }),
    ...(trade.liveEntries === 0 ? {} : { liveEntries: trade.liveEntries }),
    ...(trade.closed.quantity.isZero() ? {} : { closed: closedDocument(trade.closed) }),
  };
}

function tradeOf(document: TradeDocument): OpenTrade {
  return {
    tradeId: document.tradeId,
    quantity: decimal(document.quantity),
    costUnits: BigInt(document.costUnits),
    ...(document.collateralUnits === undefined ? {} : { collateralUnits: BigInt(document.collateralUnits) }),
    feeUnits: BigInt(document.feeUnits ?? 0),
    exiting: decimal(document.exiting ?? '0'),
    ...(document.covered === undefined ? {} : { covered: decimal(document.covered) }),
    ...(document.outstanding === undefined ? {} : { outstanding: outstandingOf(document.outstanding) }),
    liveEntries: document.liveEntries ?? 0,
    closed: document.closed === undefined ? NOTHING_CLOSED : closedOf(document.closed),
  };
}

function outstandingDocuments(outstanding: Outstanding): TradeDocument['outstanding'] {
  return mapped(outstanding, ({ quantity, ...exits }) => ({ ...exits, quantity: decimalText(quantity) }));
}

function outstandingOf(documents: NonNullable<TradeDocument['outstanding']>): Outstanding {
  return mapped(documents, ({ quantity, ...exits }) => ({ ...exits, quantity: decimal(quantity) }));
}

function mapped<From, To>(values: Readonly<Record<string, From>>, of: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, of(value)]));
}

function closedDocument({ quantity, costUnits, proceedsUnits, feeUnits }: ClosedPart): ClosedDocument {
  return {
    quantity: decimalText(quantity),
    costUnits: costUnits.toString(),
    proceedsUnits: proceedsUnits.toString(),
    feeUnits: feeUnits.toString(),
  };
}

function closedOf({ quantity, costUnits, proceedsUnits, feeUnits }: ClosedDocument): ClosedPart {
  return {
    quantity: decimal(quantity),
    costUnits: BigInt(costUnits),
    proceedsUnits: BigInt(proceedsUnits),
    feeUnits: BigInt(feeUnits),
  };
}
