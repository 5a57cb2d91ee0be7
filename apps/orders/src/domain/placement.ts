import { CAPITAL_ASSET, decimal, decimalText } from '@ballast/money';
import type { Decimal } from '@ballast/money';
import { tradeOfEntry } from '@ballast/contracts';
import type { Refusal } from '@ballast/contracts';
import type {
  DecisionFacts,
  OrderConditions as ConditionTexts,
  OrderIntent,
  OrderPlacedV1,
  OrderSide,
  OrderTerms,
  OrderType,
  TimeInForce,
} from '@ballast/contracts/orders';
import type { Book } from './book.js';
import { tradeOf } from './book.js';
import { conditionTexts, conditionsOf } from './conditions.js';
import type { Conditions } from './conditions.js';
import type { Controls } from './controls.js';
import { refusalOfControls } from './controls.js';
import { decisionFacts } from './decision-facts.js';
import { OFFER_RUNGS } from './offer-rungs.js';
import type { RiskLimits } from './risk-limits.js';
import { RISK_RUNGS } from './risk-rungs.js';
import { PRICE_RUNGS } from './price-rungs.js';
import { trailingStop } from './waiting.js';
import { NOT_OFFERED, boundPrice, collateralPrice, isShortSale, sized, worstCostUnits } from './worst-cost.js';

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
  /** Zero, until it is sized, where money was named in its place. */
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | undefined;
  readonly conditions: Conditions;
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
  /** Whether somebody who does not hold it may sell it. */
  readonly isShortable: boolean;
  /** When the quote was made, in milliseconds since 1970. */
  readonly quotedAtMs: number;
}

/** What the broker offers for every symbol. */
export interface VenueFacts {
  readonly orderTypes: readonly string[];
  readonly timesInForce: readonly string[];
  /** The ways in which it ties orders together. */
  readonly orderClasses: readonly string[];
  /** Whether a limit order can be told never to take what is offered; absent where it cannot. */
  readonly postOnly?: boolean;
  /** Whether what is not held may be sold. */
  readonly short: boolean;
  /** Fee as a share of notional. */
  readonly feeRate: Decimal;
}

/** Everything the decision needs; nothing else is looked at. */
export interface PlacementFacts {
  readonly book: Book;
  readonly controls: Controls;
  readonly symbol: SymbolFacts | undefined;
  readonly venue: VenueFacts;
  /** The product's, with the profile's own in their place. */
  readonly limits: RiskLimits;
  /** What the live entries of the profile in this symbol may still cost, without fees, in USD. */
  readonly askedForUsd: Decimal;
  readonly nowMs: number;
}

export type PlacementDecision =
  | { readonly outcome: 'placed'; readonly data: OrderPlacedV1 }
  | {
      readonly outcome: 'refused';
      readonly refusal: Refusal;
      readonly terms: OrderTerms;
      readonly facts: DecisionFacts;
    };

/** Runs the ladder of refusals, first that applies wins, and otherwise places the order with its worst cost. */
export function decidePlacement(requested: PlacementTerms, facts: PlacementFacts): PlacementDecision {
  const terms = withFirstStop(sized(requested, facts), facts);
  const refusal = climb(terms, facts);
  const common = termsOf(terms);
  const told = decisionFacts(terms.symbol, facts);
  if (refusal !== undefined) return { outcome: 'refused', refusal, terms: common, facts: told };
  const bound = boundPrice(terms, facts);
  const collateral = collateralPrice(terms, facts);
  return {
    outcome: 'placed',
    data: {
      ...common,
      tradeId: tradeOf(facts.book, terms.symbol)?.tradeId ?? tradeOfEntry(terms.orderId),
      ...(bound === undefined ? {} : { boundPrice: decimalText(bound) }),
      ...(collateral === undefined ? {} : { collateralPrice: decimalText(collateral) }),
      holdUnits: (terms.intent === 'entry' ? worstCostUnits(terms, facts) : 0n).toString(),
      asset: CAPITAL_ASSET,
      facts: told,
    },
  };
}

/** The terms with where a trailing stop that waits here stands first, which bounds it: from there it only follows a better market. */
export function withFirstStop(terms: PlacementTerms, { symbol }: PlacementFacts): PlacementTerms {
  const { conditions } = terms;
  const stopPrice = conditions.triggeredHere === true && symbol !== undefined ? trailingStop(terms, symbol) : undefined;
  return stopPrice === undefined ? terms : { ...terms, conditions: { ...conditions, stopPrice } };
}

/** One reason to say no, and what it looks at. */
export type Rung = (terms: PlacementTerms, facts: PlacementFacts, symbol: SymbolFacts) => Refusal | undefined;

function climb(terms: PlacementTerms, facts: PlacementFacts): Refusal | undefined {
  for (const rung of LADDER) {
    const refusal = rung(terms, facts, facts.symbol ?? NOT_OFFERED);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** The rungs, in the order in which they are tried; each looks only at what the ones before it have let through. */
const LADDER: readonly Rung[] = [
  (terms, { controls }) => refusalOfControls(controls, terms),

  ({ intent }, { book }) =>
    book.hasShortfall && intent === 'entry'
      ? { code: 'reduce-only', limit: 'exit', value: 'entry, the profile has a shortfall' }
      : undefined,

  (terms, { limits }) =>
    isShortSale(terms) && limits.shortSelling !== true
      ? { code: 'short-selling-not-allowed', limit: 'buy to enter, sell to exit', value: 'sell to entry' }
      : undefined,

  ...OFFER_RUNGS,
  ...PRICE_RUNGS,
  ...RISK_RUNGS,
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
    ...conditionTexts(terms.conditions),
  };
}

/** The fields of a request that are read as something else. */
type RequestTexts = { quantity?: string | undefined; limitPrice?: string | undefined } & ConditionTexts;

/** Reads the terms of a validated request; throws `RangeError` for text that is no decimal. */
export function placementTerms(
  request: Omit<PlacementTerms, 'quantity' | 'limitPrice' | 'conditions'> & RequestTexts,
): PlacementTerms {
  const { orderId, profileId, clientOrderId, symbol, side, type, timeInForce, intent, tradeId } = request;
  return {
    ...{ orderId, profileId, clientOrderId, symbol, side, type, timeInForce, intent, tradeId },
    quantity: decimal(request.quantity ?? '0'),
    limitPrice: request.limitPrice === undefined ? undefined : decimal(request.limitPrice),
    conditions: conditionsOf(request),
  };
}
