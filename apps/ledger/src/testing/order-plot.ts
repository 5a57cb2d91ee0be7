import type { EventEnvelope } from '@ballast/contracts';
import { rounded } from './ledger-model.js';
import type { ModelEvent } from './model-events.js';
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
/** Of what a short sale may bring at its limit. */
const COLLATERAL_RATIO = 2n;

/** One entry as the broker sees it: quantities in tenths, prices in cents; it writes both what orders publishes and what it comes to. */
export class OrderPlot {
  readonly #script: OrderScript;
  readonly #holdUnits: bigint;
  #number = 0;
  #filled = 0n;
  /** Tenths × cents. */
  #notional = 0n;
  /** What its fills reserve: their cost, or the collateral of what they sold short. */
  #cost = 0n;
  /** What its fills cost or brought. */
  #moved = 0n;
  #isEnded = false;
  #soldTenths = 0n;
  #soldCost = 0n;
  #soldMoved = 0n;
  #revision = 0;
  #asked = 0;
  #wanted: Wanted | undefined;

  constructor(
    private readonly profile: TestProfile,
    private tenths: bigint,
    private price: bigint,
    private readonly isShort: boolean,
  ) {
    const worst = tenths * this.reserved(price);
    this.#holdUnits = up(worst, TENTHS) + up(worst * FEE_PER_MILLE, TENTHS * THOUSAND);
    const holdUnits = this.#holdUnits.toString();
    this.#script = new OrderScript(profile, { intent: 'entry', quantity: decimalOf(tenths, 1), holdUnits, isShort });
  }

  get orderId(): string {
    return this.#script.orderId;
  }

  placed(): Told {
    return { event: this.#script.placed(), model: { kind: 'placed', orderId: this.orderId, hold: this.#holdUnits } };
  }

  /** What is reserved for one at this price, in cents. */
  private reserved(price: bigint): bigint {
    return this.isShort ? COLLATERAL_RATIO * price : price;
  }

  /** A fill of at most `tenths`, `better` cents off the limit to the better; nothing once it is filled. A fill after the end is late. */
  fill(tenths: bigint, better: bigint): Told | undefined {
    const left = this.tenths - this.#filled;
    const filled = tenths < left ? tenths : left;
    if (filled === 0n) return undefined;
    const asked = this.isShort ? this.price + better : this.price - better;
    const price = asked > 0n ? asked : 1n;
    const [before, notionalBefore] = [this.#filled, this.#notional];
    this.#number += 1;
    this.#filled += filled;
    this.#notional += filled * price;
    const moved = rounded(this.#notional, TENTHS) - rounded(notionalBefore, TENTHS);
    const collateral = this.reserved(this.price);
    const cost = this.isShort
      ? rounded(this.#filled * collateral, TENTHS) - rounded(before * collateral, TENTHS)
      : moved;
    const fee = rounded(filled * price * FEE_PER_MILLE, TENTHS * THOUSAND);
    this.#cost += cost;
    this.#moved += moved;
    const rest = this.restOf(before, notionalBefore) - this.restOf(this.#filled, this.#notional);
    const part = rest > 0n ? rest : 0n;
    const reserves = { ...(this.isShort && { collateralUnits: cost.toString() }), holdPartUnits: part.toString() };
    const fill = { ...reserves, quantity: decimalOf(filled, 1), price: decimalOf(price, 2), fee: decimalOf(fee, 2) };
    const { orderId, tenths: whole } = this;
    const isLast = this.#filled === whole;
    const revision = this.#revision;
    const amounts = { cost, part, fee, isLast, revision };
    return {
      event: this.#script.executed(fill),
      model: { kind: 'filled', orderId, number: this.#number, ...amounts },
    };
  }

  /** What may still be posted at worst when so much is filled for that much, in cents. */
  private restOf(filled: bigint, notional: bigint): bigint {
    const price = this.reserved(this.price);
    const rest = (this.tenths - filled) * price;
    const reserved = this.isShort ? filled * price : notional;
    return (
      rounded(reserved + rest, TENTHS) - rounded(reserved, TENTHS) + rounded(rest * FEE_PER_MILLE, TENTHS * THOUSAND)
    );
  }

  /** Its end after the fills so far; nothing where it has ended or is filled. */
  end(): Told | undefined {
    if (this.#isEnded || this.#filled === this.tenths) return undefined;
    this.#isEnded = true;
    return { event: this.#script.ended(), model: { kind: 'ended', orderId: this.orderId, fills: this.#number } };
  }

  /** Asks for other terms; nothing where another request is under way, or there is nothing left that could have them. */
  askToReplace(tenths: bigint, price: bigint): Told | undefined {
    const isOver = this.#isEnded || this.#filled === this.tenths;
    if (this.#wanted !== undefined || isOver || tenths <= this.#filled) return undefined;
    const [rest, left] = [tenths - this.#filled, this.tenths - this.#filled];
    const shared = rest < left ? rest : left;
    const worst = this.reserved(shared * (price > this.price ? price : this.price) + (rest - shared) * price);
    const need = tenths > this.tenths || price > this.price ? needOf(worst) : undefined;
    this.#asked += 1;
    this.#wanted = { revision: this.#asked, tenths, price, need };
    const { orderId } = this;
    return {
      event: this.#script.replaceRequested(this.#asked, decimalOf(tenths, 1), need?.toString()),
      model: { kind: 'raise', orderId, revision: this.#asked, need, fills: this.#number },
    };
  }

  /** Whether other terms were asked for and nothing has become of them yet. */
  get isWanted(): boolean {
    return this.#wanted !== undefined;
  }

  /** What becomes of the request: it is not taken, or it is, but not before capital is held for it where that was asked for. */
  replace(isTaken: boolean, isHeld: (orderId: string, revision: number) => boolean): Told | undefined {
    if (this.#wanted === undefined) return undefined;
    const { revision, tenths, price, need } = this.#wanted;
    const isOver = this.#isEnded || this.#filled >= tenths || this.#filled === this.tenths;
    const { orderId } = this;
    const isAllowed = need === undefined || isHeld(orderId, revision);
    if (isTaken && !isOver && !isAllowed) return undefined;
    this.#wanted = undefined;
    if (!isTaken || isOver) {
      const hasAsked = need !== undefined;
      return {
        event: this.#script.replaceRejected(revision, need?.toString()),
        model: { kind: 'unreplaced', orderId, revision, hasAsked },
      };
    }
    [this.tenths, this.price, this.#revision] = [tenths, price, revision];
    const needs = needOf((tenths - this.#filled) * this.reserved(price));
    return {
      event: this.#script.replaced(revision, decimalOf(tenths, 1), needs.toString()),
      model: { kind: 'replaced', orderId, revision, need: needs, tenths: this.#filled, fills: this.#number },
    };
  }

  /** The end at `price` of all that was bought, or sold short, and stands; nothing where there is nothing. */
  close(price: bigint): Told | undefined {
    const tenths = this.#filled - this.#soldTenths;
    if (tenths === 0n) return undefined;
    const cost = this.#cost - this.#soldCost;
    const moved = this.#moved - this.#soldMoved;
    [this.#soldTenths, this.#soldCost, this.#soldMoved] = [this.#filled, this.#cost, this.#moved];
    const moving = rounded(tenths * price, TENTHS);
    const fee = rounded(tenths * price * FEE_PER_MILLE, TENTHS * THOUSAND);
    const quantity = decimalOf(tenths, 1);
    const { isShort } = this;
    const closes = isShort ? { closedProceedsUnits: moved.toString() } : { closedCostUnits: cost.toString() };
    const script = new OrderScript(this.profile, { intent: 'exit', quantity, isShort, ...closes });
    const reserved = isShort ? { collateralUnits: cost.toString() } : {};
    return {
      event: script.executed({ quantity, price: decimalOf(price, 2), fee: decimalOf(fee, 2), ...reserved }),
      model: {
        kind: 'closed',
        orderId: script.orderId,
        reserved: cost,
        pnl: isShort ? moved - moving : moving - moved,
        fee,
      },
    };
  }
}

/** Terms that were asked for; `need` is what must be held for them, in cents. */
interface Wanted {
  readonly revision: number;
  readonly tenths: bigint;
  readonly price: bigint;
  readonly need: bigint | undefined;
}

/** Worst cost and fee of what is left, in cents, and a cent more for each that is rounded on its own. */
const needOf = (worst: bigint): bigint => up(worst, TENTHS) + up(worst * FEE_PER_MILLE, TENTHS * THOUSAND) + 4n;

const up = (units: bigint, by: bigint): bigint => (units + by - 1n) / by;

function decimalOf(units: bigint, digits: number): string {
  const text = units.toString().padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
