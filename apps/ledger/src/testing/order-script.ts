import { newOrderId, newRequestId, tradeOfEntry } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { Decimal, decimalText } from '@ballast/money';
import type { TestProfile } from './bench.js';

/** One execution as the test tells it. */
export interface Fill {
  readonly quantity: string;
  readonly price: string;
  readonly fee: string;
  /** Of a short trade: what it reserves or sets free, in cents. */
  readonly collateralUnits?: string;
  /** Of an entry: its part of the hold, in cents. */
  readonly holdPartUnits?: string;
}

/** The terms of an order as the test tells them. */
export interface Terms {
  readonly intent: 'entry' | 'exit';
  readonly quantity: string;
  /** What an entry holds, in cents. */
  readonly holdUnits?: string;
  /** What the whole of an exit closes, in cents; goes with its only fill. */
  readonly closedCostUnits?: string;
  /** The same of a short trade: what that was sold for. */
  readonly closedProceedsUnits?: string;
  /** Whether it belongs to a short trade. */
  readonly isShort?: boolean;
}

/** Writes the events that orders publishes about one order, with the cumulative amounts that its fills make. */
export class OrderScript {
  readonly orderId: string;
  #version = 0;
  #executions = 0;
  #quantity = new Decimal(0);
  #notional = new Decimal(0);
  #fee = new Decimal(0);
  #revision = 0;
  #whole: string;

  constructor(
    private readonly profile: TestProfile,
    private readonly terms: Terms,
  ) {
    this.#whole = terms.quantity;
    this.orderId = newOrderId(profile.profileId, Date.now());
  }

  placed(): EventEnvelope {
    const { intent, quantity, holdUnits = '0' } = this.terms;
    return this.event('order.placed.v1', {
      symbol: 'AAPL',
      side: this.side,
      type: 'limit',
      timeInForce: 'gtc',
      intent,
      quantity,
      limitPrice: '100',
      boundPrice: '100',
      tradeId: tradeOfEntry(this.orderId),
      holdUnits,
      asset: 'USD',
    });
  }

  executed({ quantity, price, fee, ...collateral }: Fill): EventEnvelope {
    const before = { quantity: this.#quantity, notional: this.#notional, fee: this.#fee };
    this.#executions += 1;
    this.#quantity = before.quantity.plus(quantity);
    this.#notional = before.notional.plus(new Decimal(quantity).times(price));
    this.#fee = before.fee.plus(fee);
    return this.event('order.executed.v1', {
      executionId: `fill-${this.orderId}-${this.#executions}`,
      executionNumber: this.#executions,
      tradeId: tradeOfEntry(this.orderId),
      symbol: 'AAPL',
      side: this.side,
      intent: this.terms.intent,
      quantity,
      price,
      orderQuantity: this.#whole,
      quantityBefore: decimalText(before.quantity),
      quantityAfter: decimalText(this.#quantity),
      notionalBefore: decimalText(before.notional),
      notionalAfter: decimalText(this.#notional),
      feeBefore: decimalText(before.fee),
      feeAfter: decimalText(this.#fee),
      closedCostUnits: this.terms.closedCostUnits ?? '0',
      ...(this.terms.closedProceedsUnits !== undefined && { closedProceedsUnits: this.terms.closedProceedsUnits }),
      ...collateral,
      asset: 'USD',
      fillsOrder: this.#quantity.eq(this.#whole),
      executedAt: new Date().toISOString(),
      ...(this.#revision > 0 && { revision: this.#revision }),
    });
  }

  /** The end, after as many executions as were told before, or as given. */
  ended(executions = this.#executions): EventEnvelope {
    return this.event('order.ended.v1', { state: 'cancelled', intent: this.terms.intent, executions });
  }

  /** Other terms are asked for; `holdUnits` where they cost more, in cents. */
  replaceRequested(revision: number, quantity: string, holdUnits: string | undefined): EventEnvelope {
    const asks = holdUnits === undefined ? {} : { holdUnits };
    return this.event('order.replace-requested.v1', {
      ...this.otherTerms(revision, quantity),
      requestedBy: 'u',
      ...asks,
    });
  }

  /** The order has them; `holdUnits` is what it needs from now on, in cents. */
  replaced(revision: number, quantity: string, holdUnits: string): EventEnvelope {
    [this.#revision, this.#whole] = [revision, quantity];
    const filledQuantity = decimalText(this.#quantity);
    const filled = { filledQuantity, filledEarlier: filledQuantity };
    return this.event('order.replaced.v1', { ...this.otherTerms(revision, quantity), ...filled, holdUnits });
  }

  /** It stays as it was. */
  replaceRejected(revision: number, holdUnits: string | undefined): EventEnvelope {
    const asked = holdUnits === undefined ? {} : { holdUnits };
    return this.event('order.replace-rejected.v1', { revision, intent: this.terms.intent, ...asked });
  }

  private otherTerms(revision: number, quantity: string): object {
    const { intent } = this.terms;
    return { revision, intent, timeInForce: 'gtc', quantity, executions: this.#executions, asset: 'USD' };
  }

  private get side(): 'buy' | 'sell' {
    return (this.terms.intent === 'entry') === (this.terms.isShort === true) ? 'sell' : 'buy';
  }

  private event(type: string, data: object): EventEnvelope {
    const { profileId, ownerId } = this.profile;
    this.#version += 1;
    return {
      id: `orders:${this.orderId}:${this.#version}`,
      type,
      source: '/orders',
      subject: this.orderId,
      time: new Date().toISOString(),
      partitionkey: profileId,
      ownerid: ownerId,
      sequence: this.#version,
      intent: this.terms.intent,
      correlationid: newRequestId(Date.now()),
      data: { orderId: this.orderId, profileId, ...data },
    };
  }
}
