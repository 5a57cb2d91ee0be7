import { Inject, Injectable } from '@nestjs/common';
import { DECIMAL_FRACTION_DIGITS_MAX, Decimal } from '@ballast/money';
import { Clock } from '@ballast/service-host';
import { remainingQuantity } from '../domain/order.js';
import type { Order } from '../domain/order.js';
import type { Controls } from '../domain/controls.js';
import { decidePlacement } from '../domain/placement.js';
import type { PlacementDecision, PlacementTerms } from '../domain/placement.js';
import type { RiskLimits } from '../domain/risk-limits.js';
import { RISK_LIMITS } from '../orders.config.js';
import { Market } from './market.js';
import type { BookFacts } from './order-books.js';

/** Decides on one order, given the facts of the profile's book. */
export type Decide = (facts: Pick<BookFacts, 'book' | 'liveIn'>) => PlacementDecision;

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
    const [symbol, controls] = await Promise.all([this.market.symbolFacts(terms.symbol), controlsAsked]);
    return ({ book, liveIn }) =>
      decidePlacement(terms, {
        book,
        controls,
        symbol,
        venue: this.market.venueFacts,
        limits: { ...this.limits, ...book.limits },
        askedForUsd: askedFor(liveIn(terms.symbol), this.limits),
        nowMs: this.clock.now(),
      });
  }
}

/** What the entries among live orders may still cost, or bring where they sell short, without fees. */
function askedFor(orders: readonly Order[], { shortCollateralRatio }: RiskLimits): Decimal {
  return orders
    .filter(({ intent }) => intent === 'entry')
    .reduce((sum, order) => {
      const { boundPrice = ZERO, collateralPrice } = order;
      const worst = collateralPrice === undefined ? boundPrice : collateralPrice.div(shortCollateralRatio);
      const money = remainingQuantity(order).times(worst);
      return sum.plus(money.toDecimalPlaces(DECIMAL_FRACTION_DIGITS_MAX, Decimal.ROUND_UP));
    }, ZERO);
}

const ZERO = new Decimal(0);
