import { Inject, Injectable } from '@nestjs/common';
import { DECIMAL_FRACTION_DIGITS_MAX, Decimal } from '@ballast/money';
import { Clock } from '@ballast/service-host';
import type { Order } from '../domain/order.js';
import type { Controls } from '../domain/controls.js';
import { decidePlacement } from '../domain/placement.js';
import type { PlacementDecision, PlacementFacts, PlacementTerms } from '../domain/placement.js';
import { decideReplacement } from '../domain/decide-replacement.js';
import type { ReplacementDecision, WantedTerms } from '../domain/decide-replacement.js';
import { askedForBy } from '../domain/replacement-cost.js';
import { limitsFor } from '../domain/risk-limits.js';
import type { RiskLimits } from '../domain/risk-limits.js';
import { RISK_LIMITS } from '../orders.config.js';
import { Market } from './market.js';
import type { BookFacts } from './order-books.js';

type InBook = Pick<BookFacts, 'book' | 'liveIn'>;

/** Decides on one order, given the facts of the profile's book. */
export type Decide = (facts: InBook) => PlacementDecision;

/** Decides on other terms for an order of the profile's book. */
export type DecideReplacement = (order: Order, wanted: WantedTerms, facts: InBook) => ReplacementDecision;

/** Gathers what the decision on an order depends on, the same for an order that is placed and one that is previewed. */
@Injectable()
export class PlacementDesk {
  constructor(
    private readonly market: Market,
    private readonly clock: Clock,
    @Inject(RISK_LIMITS) private readonly limits: RiskLimits,
  ) {}

  /** Asks for a quote while the caller asks for the controls. Throws `Failure` while the broker's quotes cannot be reached. */
  async open(terms: PlacementTerms, controlsAsked: Promise<Controls>): Promise<Decide> {
    const gather = await this.gather(terms.symbol, controlsAsked);
    return (book) => decidePlacement(terms, gather(book));
  }

  /** The same for other terms of an order that is live. */
  async openReplacement(
    { symbol, requestedBy }: { symbol: string; requestedBy: string },
    controlsAsked: Promise<Controls>,
  ): Promise<DecideReplacement> {
    const gather = await this.gather(symbol, controlsAsked);
    const { canReplace } = this.market;
    return (order, wanted, book) => decideReplacement(order, wanted, { ...gather(book), canReplace, requestedBy });
  }

  private async gather(name: string, controlsAsked: Promise<Controls>): Promise<(book: InBook) => PlacementFacts> {
    const [symbol, controls] = await Promise.all([this.market.symbolFacts(name), controlsAsked]);
    return ({ book, liveIn }) => ({
      book,
      controls,
      symbol,
      venue: this.market.venueFacts,
      limits: limitsFor(this.limits, book),
      askedForUsd: askedFor(liveIn(name), this.limits),
      nowMs: this.clock.now(),
    });
  }
}

/** What the entries among live orders may still cost, or bring where they sell short, without fees. */
function askedFor(orders: readonly Order[], limits: RiskLimits): Decimal {
  return orders
    .filter(({ intent }) => intent === 'entry')
    .reduce((sum, order) => {
      const worst = askedForBy(order, order.replacement?.terms, limits);
      return sum.plus(worst.toDecimalPlaces(DECIMAL_FRACTION_DIGITS_MAX, Decimal.ROUND_UP));
    }, ZERO);
}

const ZERO = new Decimal(0);
