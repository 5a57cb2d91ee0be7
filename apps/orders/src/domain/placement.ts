import { CAPITAL_ASSET, Decimal, decimal, decimalText, fractionDigits } from '@ballast/money';
import { tradeOfEntry } from '@ballast/contracts';
import type { Refusal } from '@ballast/contracts';
import type {
  OrderIntent,
  OrderPlacedV1,
  OrderSide,
  OrderTerms,
  OrderType,
  TimeInForce,
} from '@ballast/contracts/orders';
import type { Book } from './book.js';
import { sellableQuantity, tradeOf } from './book.js';
import type { Controls } from './controls.js';
import { refusalOfControls } from './controls.js';
import { NOT_OFFERED, boundPrice, collarPrice, worstCostUnits, worstNotional } from './worst-cost.js';

/** What a caller asks for, decoded. */
export interface PlacementTerms {
  readonly orderId: string;
  readonly profileId: string;
  readonly clientOrderId: string | undefined;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly intent: OrderIntent;
  readonly tradeId: string | undefined;
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | undefined;
}

/** What the broker says about a symbol now; `undefined` for one that it does not offer. */
export interface SymbolFacts {
  readonly tradable: boolean;
  /** Digits after the point that a quantity may have. */
  readonly quantityScale: number;
  readonly quantityMin: Decimal;
  readonly priceIncrement: Decimal;
  readonly bid: Decimal;
  readonly ask: Decimal;
  /** When the quote was made, in milliseconds since 1970. */
  readonly quotedAtMs: number;
}

/** What the broker offers for every symbol. */
export interface VenueFacts {
  readonly orderTypes: readonly string[];
  readonly timesInForce: readonly string[];
  /** Fee as a share of notional. */
  readonly feeRate: Decimal;
}

/** Product-wide limits of one order. */
export interface RiskLimits {
  /** How far through the market a price may go, as a share of it. */
  readonly priceCollarRatio: Decimal;
  /** What one order may be worth at its worst price, in USD. */
  readonly orderNotionalUsdMax: Decimal;
  /** Orders of one profile that may be live at once. */
  readonly openOrdersMax: number;
  /** Age above which a quote is stale, in milliseconds. */
  readonly quoteAgeMsMax: number;
}

/** Everything the decision needs; nothing else is looked at. */
export interface PlacementFacts {
  readonly book: Book;
  readonly controls: Controls;
  readonly symbol: SymbolFacts | undefined;
  readonly venue: VenueFacts;
  readonly limits: RiskLimits;
  readonly nowMs: number;
}

export type PlacementDecision =
  | { readonly outcome: 'placed'; readonly data: OrderPlacedV1 }
  | { readonly outcome: 'refused'; readonly refusal: Refusal; readonly terms: OrderTerms };

/** Runs the ladder of refusals, first that applies wins, and otherwise places the order with its worst cost. */
export function decidePlacement(terms: PlacementTerms, facts: PlacementFacts): PlacementDecision {
  const refusal = climb(terms, facts);
  const common = termsOf(terms);
  if (refusal !== undefined) return { outcome: 'refused', refusal, terms: common };
  const bound = boundPrice(terms, facts);
  return {
    outcome: 'placed',
    data: {
      ...common,
      tradeId: tradeOf(facts.book, terms.symbol)?.tradeId ?? tradeOfEntry(terms.orderId),
      ...(bound === undefined ? {} : { boundPrice: decimalText(bound) }),
      holdUnits: (terms.intent === 'entry' ? worstCostUnits(terms, facts) : 0n).toString(),
      asset: CAPITAL_ASSET,
    },
  };
}

type Rung = (terms: PlacementTerms, facts: PlacementFacts, symbol: SymbolFacts) => Refusal | undefined;

function climb(terms: PlacementTerms, facts: PlacementFacts): Refusal | undefined {
  for (const rung of LADDER) {
    const refusal = rung(terms, facts, facts.symbol ?? NOT_OFFERED);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** The rungs, in the order in which they are tried; each looks only at what the ones before it have let through. */
const LADDER: readonly Rung[] = [
  (terms, { controls }) => refusalOfControls(controls, terms.intent),

  (terms) =>
    (terms.side === 'buy') === (terms.intent === 'entry')
      ? undefined
      : {
          code: 'short-selling-not-allowed',
          limit: 'buy to enter, sell to exit',
          value: `${terms.side} to ${terms.intent}`,
        },

  (terms, _facts, symbol) =>
    symbol.tradable ? undefined : { code: 'symbol-not-tradable', limit: 'tradable symbols', value: terms.symbol },

  (terms, { venue }) =>
    venue.orderTypes.includes(terms.type)
      ? undefined
      : { code: 'order-type-not-offered', limit: venue.orderTypes.join(', '), value: terms.type },

  (terms, { venue }) =>
    venue.timesInForce.includes(terms.timeInForce)
      ? undefined
      : { code: 'time-in-force-not-offered', limit: venue.timesInForce.join(', '), value: terms.timeInForce },

  (_terms, { limits, nowMs }, symbol) => {
    const ageMs = nowMs - symbol.quotedAtMs;
    return ageMs <= limits.quoteAgeMsMax
      ? undefined
      : { code: 'market-data-stale', limit: `${limits.quoteAgeMsMax} ms`, value: `${ageMs} ms` };
  },

  (terms, _facts, symbol) => {
    if (fractionDigits(terms.quantity) > symbol.quantityScale) {
      return {
        code: 'quantity-off-increment',
        limit: `${symbol.quantityScale} decimals`,
        value: decimalText(terms.quantity),
      };
    }
    return terms.quantity.lt(symbol.quantityMin)
      ? {
          code: 'quantity-off-increment',
          limit: `at least ${decimalText(symbol.quantityMin)}`,
          value: decimalText(terms.quantity),
        }
      : undefined;
  },

  ({ limitPrice }, _facts, symbol) =>
    limitPrice === undefined || limitPrice.mod(symbol.priceIncrement).isZero()
      ? undefined
      : { code: 'price-off-increment', limit: decimalText(symbol.priceIncrement), value: decimalText(limitPrice) },

  (terms, facts, symbol) => {
    const { limitPrice, side } = terms;
    const collar = collarPrice(terms, facts);
    // Where nothing is offered, no price can bound a buy, a market order least of all.
    const through = side === 'buy' ? collar.isZero() || limitPrice?.gt(collar) : limitPrice?.lt(collar);
    return through === true
      ? { code: 'price-outside-collar', limit: decimalText(collar), value: decimalText(limitPrice ?? symbol.ask) }
      : undefined;
  },

  (terms, facts) => {
    const notional = worstNotional(terms, facts);
    return notional.lte(facts.limits.orderNotionalUsdMax)
      ? undefined
      : {
          code: 'notional-above-limit',
          limit: decimalText(facts.limits.orderNotionalUsdMax),
          value: decimalText(notional),
        };
  },

  (_terms, { book, limits }) =>
    book.liveOrders < limits.openOrdersMax
      ? undefined
      : { code: 'open-orders-above-limit', limit: `${limits.openOrdersMax}`, value: `${book.liveOrders + 1}` },

  ({ intent, symbol }, { book }) => {
    const live = tradeOf(book, symbol)?.liveEntries ?? 0;
    return intent === 'exit' || live < book.entriesPerSymbolMax
      ? undefined
      : { code: 'entry-already-live', limit: `${book.entriesPerSymbolMax}`, value: `${live + 1}` };
  },

  (terms, { book }) => {
    if (terms.intent === 'entry') return undefined;
    const named = terms.tradeId === undefined || terms.tradeId === tradeOf(book, terms.symbol)?.tradeId;
    const sellable = named ? sellableQuantity(book, terms.symbol) : new Decimal(0);
    return terms.quantity.lte(sellable)
      ? undefined
      : { code: 'exit-above-position', limit: decimalText(sellable), value: decimalText(terms.quantity) };
  },
];

function termsOf(terms: PlacementTerms): OrderTerms {
  return {
    orderId: terms.orderId,
    profileId: terms.profileId,
    ...(terms.clientOrderId === undefined ? {} : { clientOrderId: terms.clientOrderId }),
    symbol: terms.symbol,
    side: terms.side,
    type: terms.type,
    timeInForce: terms.timeInForce,
    intent: terms.intent,
    quantity: decimalText(terms.quantity),
    ...(terms.limitPrice === undefined ? {} : { limitPrice: decimalText(terms.limitPrice) }),
  };
}

/** Reads the terms of a validated request; throws `RangeError` for text that is no decimal. */
export function placementTerms(
  request: Omit<PlacementTerms, 'quantity' | 'limitPrice'> & { quantity: string; limitPrice?: string | undefined },
): PlacementTerms {
  return {
    ...request,
    quantity: decimal(request.quantity),
    limitPrice: request.limitPrice === undefined ? undefined : decimal(request.limitPrice),
  };
}
