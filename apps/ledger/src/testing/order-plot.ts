import type { EventEnvelope } from '@ballast/contracts';
import { rounded } from './ledger-model.js';
import type { ModelEvent } from './ledger-model.js';
import { OrderScript } from './order-script.js';
import type { TestProfile } from './bench.js';

/** An event of orders, and what the model is told of it. */
export interface Told {
  readonly event: EventEnvelope;
  readonly model: ModelEvent;
}

/** Thousandths of the notional that a fill costs as a fee. */
const FEE_PER_MILLE = 1n;
const THOUSAND = 1_000n;
const TENTHS = 10n;

/** One entry as the broker sees it: quantities in tenths, prices in cents; it writes both what orders publishes and what it comes to. */
export class OrderPlot {
  readonly #script: OrderScript;
  readonly #holdUnits: bigint;
  #number = 0;
  #filled = 0n;
  /** Tenths × cents. */
  #notional = 0n;
  #cost = 0n;
  #isEnded = false;
  #soldTenths = 0n;
  #soldCost = 0n;

  constructor(
    private readonly profile: TestProfile,
    private readonly tenths: bigint,
    private readonly price: bigint,
  ) {
    const worst = tenths * price;
    this.#holdUnits = up(worst, TENTHS) + up(worst * FEE_PER_MILLE, TENTHS * THOUSAND);
    const holdUnits = this.#holdUnits.toString();
    this.#script = new OrderScript(profile, { intent: 'entry', quantity: decimalOf(tenths, 1), holdUnits });
  }

  get orderId(): string {
    return this.#script.orderId;
  }

  placed(): Told {
    return { event: this.#script.placed(), model: { kind: 'placed', orderId: this.orderId, hold: this.#holdUnits } };
  }

  /** A fill of at most `tenths`, `better` cents below the limit; nothing once it is filled. A fill after the end is late. */
  fill(tenths: bigint, better: bigint): Told | undefined {
    const rest = this.tenths - this.#filled;
    const part = tenths < rest ? tenths : rest;
    if (part === 0n) return undefined;
    const price = this.price > better ? this.price - better : 1n;
    const [before, notionalBefore] = [this.#filled, this.#notional];
    this.#number += 1;
    this.#filled += part;
    this.#notional += part * price;
    const cost = rounded(this.#notional, TENTHS) - rounded(notionalBefore, TENTHS);
    const fee = rounded(part * price * FEE_PER_MILLE, TENTHS * THOUSAND);
    this.#cost += cost;
    const fill = { quantity: decimalOf(part, 1), price: decimalOf(price, 2), fee: decimalOf(fee, 2) };
    const { orderId, tenths: whole } = this;
    const isLast = this.#filled === whole;
    const amounts = { tenths: whole, tenthsBefore: before, tenthsAfter: this.#filled, cost, fee, isLast };
    return {
      event: this.#script.executed(fill),
      model: { kind: 'filled', orderId, number: this.#number, ...amounts },
    };
  }

  /** Its end after the fills so far; nothing where it has ended or is filled. */
  end(): Told | undefined {
    if (this.#isEnded || this.#filled === this.tenths) return undefined;
    this.#isEnded = true;
    return { event: this.#script.ended(), model: { kind: 'ended', orderId: this.orderId, fills: this.#number } };
  }

  /** The sale of all that was bought and not sold, at `price`; nothing where there is nothing. */
  sell(price: bigint): Told | undefined {
    const tenths = this.#filled - this.#soldTenths;
    if (tenths === 0n) return undefined;
    const cost = this.#cost - this.#soldCost;
    [this.#soldTenths, this.#soldCost] = [this.#filled, this.#cost];
    const proceeds = rounded(tenths * price, TENTHS);
    const fee = rounded(tenths * price * FEE_PER_MILLE, TENTHS * THOUSAND);
    const quantity = decimalOf(tenths, 1);
    const script = new OrderScript(this.profile, { intent: 'exit', quantity, closedCostUnits: cost.toString() });
    return {
      event: script.executed({ quantity, price: decimalOf(price, 2), fee: decimalOf(fee, 2) }),
      model: { kind: 'sold', orderId: script.orderId, cost, proceeds, fee },
    };
  }
}

const up = (units: bigint, by: bigint): bigint => (units + by - 1n) / by;

function decimalOf(units: bigint, digits: number): string {
  const text = units.toString().padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
