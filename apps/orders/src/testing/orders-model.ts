import { Decimal, decimal } from '@ballast/money';
import { orderOfBrokerKey } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import type {
  ControlsChangedV1,
  ControlsEnforcedV1,
  OrderEndedV1,
  OrderExecutedV1,
  OrderExitsDueV1,
  OrderPlacedV1,
  OrderPositionReversedV1,
  OrderReplaceRequestedV1,
  OrderReplaceSubmittedV1,
  OrderReplacedV1,
} from '@ballast/contracts/orders';
import type { VenueOrderChange, VenueOrderRequest } from '@ballast/venue';
import { tradeOf } from '../domain/book.js';
import { executedQuantity, hasEnded } from '../domain/order.js';
import { CALL_START_AGE_MS_MAX } from '../domain/permit.js';
import { isShort } from '../domain/trade.js';
import { AmendModel, namesOf } from './amend-model.js';
import { ControlsHistory, concerns } from './controls-history.js';
import { checkEvents, checkExpiry } from './event-rules.js';
import { Holdings, mayClose } from './holdings.js';
import { SYMBOLS } from './model-market.js';
import { stateOf } from './model-state.js';
import type { State } from './model-state.js';
import type { Onlooker, OrdersWorld } from './orders-world.js';
import { WaitingModel } from './waiting-model.js';

const zero = new Decimal(0);
const sum = (values: readonly Decimal[]): Decimal => values.reduce((left, right) => left.plus(right), zero);

/** The rules alone, beside a world: what may be placed, sent and ended when, and what must add up after every step. */
export class OrdersModel implements Onlooker {
  private readonly ends = new Map<string, string>();
  private readonly placed = new Map<string, OrderPlacedV1>();
  private readonly due = new Map<string, OrderExitsDueV1>();
  private readonly holdings = new Holdings();
  private readonly controls = new ControlsHistory();
  private readonly amends: AmendModel;
  private readonly waiting: WaitingModel;
  /** Orders that name exits now, and fills of entries that named them then. */
  private readonly namesExits = new Set<string>();
  private readonly covered: string[] = [];
  /** What was placed before the change of an epoch. */
  private readonly placedBefore = new Map<number, ReadonlySet<string>>();
  private enforcedEpoch = 0;
  /** What was not as it must be, the moment it happened. */
  private readonly broken: string[] = [];

  constructor(private readonly world: OrdersWorld) {
    world.onlooker = this;
    [this.amends, this.waiting] = [new AmendModel(world), new WaitingModel(world)];
  }

  heard(event: EventEnvelope): void {
    this.amends.heard(event);
    this.waiting.heard(event);
    const { type, data, time } = event;
    if (type === 'controls.changed.v1') this.changed(data as ControlsChangedV1, Date.parse(time));
    if (type === 'controls.enforced.v1') this.enforced(data as ControlsEnforcedV1);
    if (type === 'order.exits-due.v1') this.due.set((data as OrderExitsDueV1).exitOrderId, data as OrderExitsDueV1);
    if (type === 'order.placed.v1') this.place(data as OrderPlacedV1);
    if (type === 'order.replace-requested.v1') this.holdings.ask(data as OrderReplaceRequestedV1);
    if (type === 'order.replace-submitted.v1') this.submitReplacement(data as OrderReplaceSubmittedV1);
    if (type === 'order.replaced.v1') this.replace(data as OrderReplacedV1);
    if (type === 'order.replace-rejected.v1') this.holdings.leave((data as OrderReplacedV1).orderId);
    if (type === 'order.executed.v1') this.execute(data as OrderExecutedV1);
    if (type === 'order.position-reversed.v1') this.reverse(data as OrderPositionReversedV1);
    if (type === 'order.ended.v1') this.holdings.end(data as OrderEndedV1);
  }

  submission({ brokerKey, ...request }: VenueOrderRequest): void {
    const orderId = orderOfBrokerKey(brokerKey)?.orderId ?? '';
    const placed = this.placed.get(orderId);
    const order = stateOf(this.world).live.find(({ id }) => id === orderId);
    this.must(order?.state === 'submitting', `${orderId} is sent while it is ${order?.state ?? 'not live'}`);
    if (placed === undefined) return;
    const sent = `${request.symbol} ${request.side} ${request.quantity.toFixed()} ${request.limitPrice?.toFixed() ?? ''}`;
    const { quantity, boundPrice = '' } = this.amends.termsOf(orderId);
    const meant = `${placed.symbol} ${placed.side} ${quantity} ${boundPrice}`;
    this.must(sent === meant, `${sent} was sent for ${meant}`);
    this.must(this.world.told.has(`${orderId} 0`), `${orderId} is sent without capital`);
    this.waiting.submission(orderId);
    this.must(!this.isForbidden(placed), `${orderId} is sent while the switch forbids it`);
    const { expiresAt } = this.amends.termsOf(orderId);
    const isOver = expiresAt !== undefined && Date.parse(expiresAt) <= this.world.clock.now();
    this.must(!isOver, `${orderId} is sent after its end`);
  }

  replacement(change: VenueOrderChange): void {
    const asked = this.amends.replacement(change);
    if (asked === undefined) return;
    this.checkSwitch(asked, change);
    const order = stateOf(this.world).live.find(({ id }) => id === asked.placed.orderId);
    this.must(order?.replacement?.submittedAt !== undefined, `${change.brokerKey} is asked for before that is told`);
  }

  handled(orderId: string, revision: number): void {
    const order = stateOf(this.world).live.find(({ id }) => id === orderId);
    if (order === undefined) return;
    if (revision > 0) this.must(order.replacement?.revision !== revision, `${orderId} still waits for ${revision}`);
    const isKept = order.state === 'pending-capital' || order.state === 'accepted';
    this.must(!isKept || this.waiting.isWaiting(orderId), `${orderId} is ${order.state} and nothing sends it`);
  }

  exitsHandled({ exitOrderId, symbol }: OrderExitsDueV1): void {
    const covers = this.placed.has(exitOrderId) || this.holdings.closable(symbol).lte(0);
    this.must(covers, `a fill of ${symbol} has no exits`);
  }

  /** Holds after every step, whatever is still under way. */
  check(): void {
    expect(this.broken).toEqual([]);
    expect(this.world.bugs).toEqual([]);
    const state = stateOf(this.world);
    this.checkOrders(state);
    for (const symbol of SYMBOLS) this.checkPosition(symbol, state);
    expect(state.book.liveOrders).toBe(state.live.length);
    this.checkExitsDue();
    checkEvents(this.world);
    this.amends.check(state);
    this.waiting.check();
  }

  /** Holds when everything has come to rest: the broker's books are ours, and nothing outlives its date. */
  checkAtRest(): void {
    const state = stateOf(this.world);
    for (const order of state.orders) {
      const atVenue = this.world.broker
        .under(namesOf(order))
        .flatMap(({ order: one, stopLoss }) => [one, ...(stopLoss ? [stopLoss] : [])]);
      const filled = sum(atVenue.map((one) => one.filledQuantity));
      expect([order.id, executedQuantity(order).toFixed()]).toEqual([order.id, filled.toFixed()]);
      const isOpen = atVenue.some(({ status }) => status === 'open' || status === 'partially-filled');
      const isLive = isOpen || this.waiting.isWaiting(order.id);
      expect({ state: order.state, isLive: !hasEnded(order) }).toEqual({ state: order.state, isLive });
      if (order.conditions.expiresAt !== undefined)
        expect({ dated: order.state, isLive }).toMatchObject({ isLive: false });
    }
    checkExpiry(this.world);
    for (const symbol of SYMBOLS) {
      const closable = this.holdings.closable(symbol);
      expect(closable.isNegative()).toBe(false);
      if (tradeOf(state.book, symbol)?.outstanding !== undefined) expect(closable.toFixed()).toBe('0');
    }
    this.amends.checkAtRest(state);
    this.waiting.checkAtRest(state);
  }

  private execute(fill: OrderExecutedV1): void {
    const { orderId, executionNumber, quantity, intent } = fill;
    this.holdings.execute(fill);
    if (intent === 'entry' && this.namesExits.has(orderId))
      this.covered.push(`${orderId} ${executionNumber} ${quantity}`);
  }

  /** Only what is more than there was, and all of that. */
  private reverse(reversed: OrderPositionReversedV1): void {
    const { orderId, symbol, executionId } = reversed;
    const { side } = this.placed.get(orderId) ?? {};
    const held = this.holdings.held(symbol);
    const isMore = held.isZero() || held.isPositive() === (side === 'buy');
    this.must(isMore, `${executionId} has reversed a position of ${held.toFixed()}`);
    this.holdings.reverse(reversed);
  }

  private submitReplacement(submitted: OrderReplaceSubmittedV1): void {
    const asked = this.amends.replacement(submitted);
    if (asked !== undefined) this.checkSwitch(asked, submitted);
  }

  /** What makes an order no larger is let through like an exit. */
  private checkSwitch(
    { placed, enlarges }: { readonly placed: OrderPlacedV1; readonly enlarges: boolean },
    { brokerKey }: { readonly brokerKey: string },
  ): void {
    const seenAs = enlarges ? placed : { ...placed, intent: 'exit' as const };
    this.must(!this.isForbidden(seenAs), `${brokerKey} is asked for while the switch forbids it`);
  }

  private replace(replaced: OrderReplacedV1): void {
    this.holdings.replace(replaced);
    this.noteExits(replaced);
  }

  private noteExits({ orderId, takeProfitPrice, stopLossPrice }: OrderPlacedV1 | OrderReplacedV1): void {
    if (takeProfitPrice === undefined && stopLossPrice === undefined) this.namesExits.delete(orderId);
    else this.namesExits.add(orderId);
  }

  private place(placed: OrderPlacedV1): void {
    const { orderId, intent, symbol, quantity, side } = placed;
    this.placed.set(orderId, placed);
    this.noteExits(placed);
    this.must(!this.isForbidden(placed), `${orderId} is placed while the switch forbids it`);
    const held = this.holdings.held(symbol);
    const lengthens = held.isZero() || held.isPositive() === (side === 'buy');
    if (intent === 'entry') return this.must(lengthens, `${orderId} enters against ${held.toFixed()} of ${symbol}`);
    this.must(!lengthens, `${orderId} is no exit of ${held.toFixed()} of ${symbol}`);
    const closable = this.holdings.closable(symbol);
    const due = this.due.get(orderId);
    this.must(decimal(quantity).lte(closable), `${quantity} of ${symbol} are to be closed of ${closable.toFixed()}`);
    if (due !== undefined) {
      const covered = Decimal.min(decimal(due.quantity), closable);
      this.must(covered.eq(quantity), `exits for ${quantity} of a fill of ${due.quantity}, ${closable.toFixed()} free`);
    }
    this.holdings.claim(placed);
  }

  /** A replica may know for a second less than the switch says; once a change is enforced, none does. */
  private isForbidden(order: OrderPlacedV1): boolean {
    const since = this.controls.forbiddenSince(order);
    if (since === undefined) return false;
    return this.world.clock.now() - since.atMs > CALL_START_AGE_MS_MAX || since.epoch <= this.enforcedEpoch;
  }

  private changed(change: ControlsChangedV1, atMs: number): void {
    this.controls.note(change, atMs);
    this.placedBefore.set(change.epoch, new Set(this.placed.keys()));
  }

  private enforced({ epoch }: ControlsEnforcedV1): void {
    this.enforcedEpoch = Math.max(this.enforcedEpoch, epoch);
    const change = this.controls.changes.get(epoch);
    if (change?.cancelOpenOrders !== true) return;
    const before = this.placedBefore.get(epoch);
    for (const order of stateOf(this.world).live.filter(({ id }) => before?.has(id)))
      this.must(order.pendingCancel || !concerns(change, order), `${order.id} goes on after ${change.mode}`);
  }

  private must(isSo: boolean, otherwise: string): void {
    if (!isSo) this.broken.push(otherwise);
  }

  private checkOrders({ orders, executions, live }: State): void {
    expect(new Set(orders.map(({ id }) => id)).size).toBe(orders.length);
    expect(live.filter(hasEnded)).toEqual([]);
    for (const order of orders) {
      const own = executions.filter(({ orderId }) => orderId === order.id);
      expect(new Set(own.map(({ executionId }) => executionId)).size).toBe(own.length);
      expect(order.filledQuantity.toFixed()).toBe(sum(own.map(({ quantity }) => decimal(quantity))).toFixed());
      expect(order.notional.toFixed()).toBe(
        sum(own.map(({ quantity, price }) => decimal(quantity).times(price))).toFixed(),
      );
      const executed = executedQuantity(order);
      expect(executed.lte(order.quantity)).toBe(true);
      if (order.state === 'filled') expect(executed.toFixed()).toBe(order.quantity.toFixed());
      const before = this.ends.get(order.id);
      if (before !== undefined) expect(order.state).toBe(before);
      if (hasEnded(order)) this.ends.set(order.id, order.state);
    }
  }

  /** Each fill of an entry that names exits asks for exits of its own, for exactly what it filled; what the broker or another order lets go of asks again. */
  private checkExitsDue(): void {
    const told = this.world.store.events.filter(({ type }) => type === 'order.exits-due.v1');
    const first = told.map(({ data }) => data as OrderExitsDueV1).filter((due) => due.entryOrderId === undefined);
    const asked = first.map((due) => `${due.orderId} ${due.executionNumber} ${due.quantity}`);
    expect(asked).toEqual(this.covered);
  }

  private checkPosition(symbol: string, { book, live }: State): void {
    const trade = tradeOf(book, symbol);
    const own = live.filter((order) => order.symbol === symbol);
    const exits = own.filter(({ intent }) => intent === 'exit');
    const held = this.holdings.held(symbol);
    expect((trade?.quantity ?? zero).toFixed()).toBe(held.abs().toFixed());
    if (trade !== undefined && !held.isZero()) expect(isShort(trade)).toBe(held.isNegative());
    expect((trade?.exiting ?? zero).toFixed()).toBe(sum(exits.map(mayClose)).toFixed());
    expect(trade?.liveEntries ?? 0).toBe(own.length - exits.length);
    if (trade?.quantity.isZero() === true) expect(trade.costUnits).toBe(0n);
  }
}
