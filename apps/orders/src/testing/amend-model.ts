import { brokerKeyOf, orderOfBrokerKey } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { Decimal, decimal } from '@ballast/money';
import type {
  OrderCancelRequestedV1,
  OrderExecutedV1,
  OrderPlacedV1,
  OrderReplaceRequestedV1,
  OrderReplacedV1,
} from '@ballast/contracts/orders';
import type { VenueOrderChange } from '@ballast/venue';
import type { Order } from '../domain/order.js';
import { isOpen, restOf } from './model-replacing.js';
import type { Kept } from './model-replacing.js';
import type { State } from './model-state.js';
import type { OrdersWorld } from './orders-world.js';

/** Cents by which the rest of an order and what is held for it may differ, for sums that are rounded apart. */
const ROUNDING_CENTS = 2;
/** Cents that an order may keep beyond what it needs: those, and what was added for roundings to come. */
const SURPLUS_CENTS_MAX = 6;
const CENTS_WITH_FEE = decimal('100.1');
const ZERO = new Decimal(0);

type Terms = Pick<OrderReplacedV1, 'quantity' | 'boundPrice' | 'collateralPrice' | 'expiresAt'>;

/** What an order may be filled at, and what it asks for. */
interface Known {
  readonly placed: OrderPlacedV1;
  terms: Terms;
  revision: number;
  /** Revisions that were ever asked for, and the one of which nothing is known yet. */
  asked: number;
  pending: OrderReplaceRequestedV1 | undefined;
}

/** The rules of other terms, and that capital is held for whatever the broker may do. */
export class AmendModel {
  readonly broken: string[] = [];
  private readonly orders = new Map<string, Known>();

  constructor(private readonly world: OrdersWorld) {}

  heard({ type, data }: EventEnvelope): void {
    if (type === 'order.placed.v1') this.place(data as OrderPlacedV1);
    if (type === 'order.replace-requested.v1') this.ask(data as OrderReplaceRequestedV1);
    if (type === 'order.replaced.v1') this.replace(data as OrderReplacedV1);
    if (type === 'order.replace-rejected.v1') this.leave(data as { orderId: string; revision?: number });
    if (type === 'order.executed.v1') this.execute(data as OrderExecutedV1);
    if (type === 'order.cancel-requested.v1') this.cancel(data as OrderCancelRequestedV1);
    if (type === 'order.ended.v1') this.must(this.of(data).pending === undefined, 'an order ended and asks for more');
  }

  /** The terms that an order has. */
  termsOf(orderId: string): Terms {
    return this.of({ orderId }).terms;
  }

  /** What was asked for, if the broker may be asked for it now. */
  replacement(
    change: Pick<VenueOrderChange, 'brokerKey'>,
  ): { readonly placed: OrderPlacedV1; readonly enlarges: boolean } | undefined {
    const { orderId, revision } = orderOfBrokerKey(change.brokerKey) ?? { orderId: '', revision: 0 };
    const known = this.orders.get(orderId);
    if (known?.pending?.revision !== revision) {
      this.broken.push(`the broker is asked for ${change.brokerKey}, and nobody wants that now`);
      return undefined;
    }
    const { pending, terms } = known;
    this.must(this.world.told.has(`${orderId} ${revision}`), `${change.brokerKey} is asked for without capital`);
    const larger = decimal(pending.quantity).gt(terms.quantity);
    const priceOf = ({ collateralPrice, boundPrice = '0' }: Terms): string => collateralPrice ?? boundPrice;
    const dearer = known.placed.intent === 'entry' && decimal(priceOf(pending)).gt(priceOf(terms));
    return { placed: known.placed, enlarges: larger || dearer };
  }

  /** Whatever the broker may do to an entry is covered, and once it is quiet nothing more is held than that. */
  check({ live, ended, executions }: State): void {
    expect([...this.broken, ...this.world.ledger.broken]).toEqual([]);
    const recorded = new Set(executions.map(({ executionId }) => executionId));
    for (const order of live) if (order.intent === 'entry') this.checkHold(order, recorded);
    for (const { id } of ended) expect({ id, held: this.world.ledger.left(id).toFixed() }).toEqual({ id, held: '0' });
  }

  /** Holds when everything has come to rest: the broker works on what the order says. */
  checkAtRest({ live }: State): void {
    for (const order of live) {
      const names = namesOf(order);
      const [open, ...others] = this.world.broker.under(names).filter((kept) => isOpen(kept.order));
      if (open === undefined) continue;
      const atBroker = {
        name: open.order.brokerKey,
        left: this.world.broker.left(open.order.brokerKey).toFixed(),
        price: open.request.limitPrice?.toFixed(),
        others: others.length,
        pending: false,
      };
      expect(atBroker).toEqual({
        name: brokerKeyOf(order.id, order.revision),
        left: order.quantity.minus(order.filledQuantity).toFixed(),
        price: order.boundPrice?.toFixed(),
        others: 0,
        pending: order.replacement !== undefined,
      });
    }
  }

  private place(placed: OrderPlacedV1): void {
    this.orders.set(placed.orderId, { placed, terms: placed, revision: 0, asked: 0, pending: undefined });
  }

  private ask(asked: OrderReplaceRequestedV1): void {
    const known = this.of(asked);
    this.must(known.pending === undefined, `${asked.orderId} asks for two things at once`);
    this.must(asked.revision === known.asked + 1, `${asked.orderId} asks under revision ${asked.revision} again`);
    [known.asked, known.pending] = [asked.revision, asked];
  }

  /** Terms that nobody waited for are ours alone, such as prices of exits to come, and leave the name as it is. */
  private replace(replaced: OrderReplacedV1): void {
    const known = this.of(replaced);
    const { orderId, revision, venueOrderId } = replaced;
    if (venueOrderId === undefined && known.pending === undefined) {
      known.terms = replaced;
      return this.must(revision === known.revision, `${orderId} changes its name`);
    }
    this.must(known.pending?.revision === revision, `${orderId} has terms of ${revision} that nobody waits for`);
    const { quantity, boundPrice, collateralPrice } = known.pending ?? {};
    const isSameCollateral = collateralPrice === replaced.collateralPrice;
    const isAsAsked = quantity === replaced.quantity && boundPrice === replaced.boundPrice && isSameCollateral;
    this.must(isAsAsked, `${orderId} has other terms than were asked for`);
    [known.terms, known.revision, known.pending] = [replaced, revision, undefined];
  }

  private leave(rejected: { orderId: string; revision?: number }): void {
    const known = this.of(rejected);
    const { orderId, revision } = rejected;
    if (revision === undefined) return this.must(known.pending === undefined, `${orderId} forgets what it asked for`);
    this.must(known.pending?.revision === revision, `${orderId} is refused ${revision}, for which nobody waits`);
    known.pending = undefined;
  }

  /** A fill is under the terms that its order had at the broker under that name. */
  private execute({ orderId, executionId, revision = 0, orderQuantity, fillsOrder }: OrderExecutedV1): void {
    const known = this.of({ orderId });
    this.must(!fillsOrder || known.pending === undefined, `${orderId} is filled and asks for more`);
    const names = Array.from({ length: known.asked + 1 }, (_, one) => brokerKeyOf(orderId, one));
    const fill = this.world.broker.executionsUnder(names).find((one) => one.executionId === executionId);
    if (fill === undefined) return;
    const name = orderOfBrokerKey(fill.brokerKey ?? '')?.revision;
    this.must(name === revision, `${executionId} was filled under ${name} and is recorded under ${revision}`);
    this.must(orderQuantity === known.terms.quantity, `${executionId} is of ${known.terms.quantity}`);
  }

  /** The clock ends only what its date has come of. */
  private cancel({ orderId, requestedBy }: OrderCancelRequestedV1): void {
    const { expiresAt } = this.of({ orderId }).terms;
    const isOver = expiresAt !== undefined && Date.parse(expiresAt) <= this.world.clock.now();
    this.must(requestedBy !== 'expiry' || isOver, `${orderId} is ended before its date, ${expiresAt}`);
  }

  private checkHold(order: Order, recorded: ReadonlySet<string>): void {
    const { broker, ledger } = this.world;
    const { terms, pending } = this.of({ orderId: order.id });
    const priceOf = (name: string | undefined, price: Decimal | undefined): Decimal => {
      const isAsked = pending !== undefined && orderOfBrokerKey(name ?? '')?.revision === pending.revision;
      return decimal((isAsked ? pending : terms).collateralPrice ?? price?.toFixed() ?? '0');
    };
    const names = namesOf(order);
    const kept = broker.under(names);
    const unheard = broker.executionsUnder(names).filter(({ executionId }) => !recorded.has(executionId));
    const filled = sum(unheard.map(({ brokerKey, quantity, price }) => quantity.times(priceOf(brokerKey, price))));
    const worst = worstOf(kept, (one) => priceOf(one.order.brokerKey, one.request.limitPrice));
    const left = ledger.left(order.id);
    const needed = filled.plus(worst).times(CENTS_WITH_FEE);
    const covers = left.plus(ROUNDING_CENTS).gte(needed);
    expect({ id: order.id, left: left.toFixed(), needed: needed.toFixed(), covers }).toMatchObject({ covers: true });
    if (pending !== undefined || unheard.length > 0 || left.isZero()) return;
    const rest = decimal(terms.quantity)
      .minus(order.filledQuantity)
      .times(priceOf(undefined, decimal(terms.boundPrice ?? '0')));
    const surplus = left.minus(rest.times(CENTS_WITH_FEE));
    expect({ id: order.id, isSurplus: surplus.gt(SURPLUS_CENTS_MAX) }).toEqual({ id: order.id, isSurplus: false });
  }

  private of(data: unknown): Known {
    const { orderId } = data as { orderId: string };
    const known = this.orders.get(orderId);
    if (known === undefined) throw new Error(`nobody has placed ${orderId}`);
    return known;
  }

  private must(isSo: boolean, otherwise: string): void {
    if (!isSo) this.broken.push(otherwise);
  }
}

/** Every name that the order may have at the broker. */
export function namesOf({ id, replacements }: Pick<Order, 'id' | 'replacements'>): string[] {
  return Array.from({ length: replacements + 1 }, (_, revision) => brokerKeyOf(id, revision));
}

/**
 * The most that the broker's fills to come may be worth: of the open order, or of a part of it at its price and then of the
 * one that is to take its place, where the broker has not decided about that.
 */
function worstOf(kept: readonly Kept[], priceOf: (kept: Kept) => Decimal): Decimal {
  const open = kept.find(({ order }) => isOpen(order));
  if (open === undefined) return ZERO;
  const left = open.request.quantity.minus(open.order.filledQuantity);
  const next = kept.find(({ takesPlaceOf }) => takesPlaceOf === open.order.brokerKey);
  const alone = left.times(priceOf(open));
  if (next === undefined) return alone;
  const wanted = restOf(open, next);
  const after = (part: Decimal): Decimal =>
    part.times(priceOf(open)).plus(Decimal.max(0, wanted.minus(part)).times(priceOf(next)));
  return Decimal.max(alone, after(ZERO), after(Decimal.min(left, wanted)));
}

function sum(values: readonly Decimal[]): Decimal {
  return values.reduce((left, right) => left.plus(right), ZERO);
}
