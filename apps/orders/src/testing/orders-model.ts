import { Decimal, decimal } from '@ballast/money';
import { brokerKeyOf, orderOfBrokerKey } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import type {
  ControlsChangedV1,
  ControlsEnforcedV1,
  OrderEndedV1,
  OrderExecutedV1,
  OrderExitsDueV1,
  OrderPlacedV1,
} from '@ballast/contracts/orders';
import type { VenueOrderRequest } from '@ballast/venue';
import { bookOf } from '../adapters/book-documents.js';
import type { BookDocument } from '../adapters/book-documents.js';
import { liveOrderOf, orderOf } from '../adapters/order-documents.js';
import type { OrderDocument } from '../adapters/order-documents.js';
import { tradeOf } from '../domain/book.js';
import { hasEnded, remainingQuantity } from '../domain/order.js';
import type { Order } from '../domain/order.js';
import { CALL_START_AGE_MS_MAX } from '../domain/permit.js';
import { ControlsHistory, concerns } from './controls-history.js';
import { Holdings } from './holdings.js';
import type { Onlooker, OrdersWorld } from './orders-world.js';

/** What a run trades. */
export const SYMBOLS = ['AAPL', 'MSFT'] as const;

const zero = new Decimal(0);
const sum = (values: readonly Decimal[]): Decimal => values.reduce((left, right) => left.plus(right), zero);

/** What is in the store, read without the product's own sums. */
export function stateOf({ store }: OrdersWorld) {
  const documents = store.all();
  const document = documents.find(({ kind }) => kind === 'book') as unknown as BookDocument;
  const live = Object.keys(document.live).map((id) => liveOrderOf(document, id) as Order);
  const ended = documents.filter(({ kind }) => kind === 'order').map((row) => orderOf(row as unknown as OrderDocument));
  const executions = store.events
    .filter(({ type }) => type === 'order.executed.v1')
    .map(({ data }) => data as OrderExecutedV1);
  return { book: bookOf(document), live, ended, orders: [...live, ...ended], executions };
}

type State = ReturnType<typeof stateOf>;

/** The rules alone, beside a world: what may be placed, sent and ended when, and what must add up after every step. */
export class OrdersModel implements Onlooker {
  private readonly ends = new Map<string, string>();
  private readonly placed = new Map<string, OrderPlacedV1>();
  private readonly due = new Map<string, OrderExitsDueV1>();
  private readonly holdings = new Holdings();
  private readonly controls = new ControlsHistory();
  private enforcedEpoch = 0;
  /** What was not as it must be, the moment it happened. */
  private readonly broken: string[] = [];

  constructor(private readonly world: OrdersWorld) {
    world.onlooker = this;
  }

  heard({ type, data, time }: EventEnvelope): void {
    if (type === 'controls.changed.v1') this.controls.note(data as ControlsChangedV1, Date.parse(time));
    if (type === 'controls.enforced.v1') this.enforced(data as ControlsEnforcedV1);
    if (type === 'order.exits-due.v1') this.due.set((data as OrderExitsDueV1).exitOrderId, data as OrderExitsDueV1);
    if (type === 'order.placed.v1') this.place(data as OrderPlacedV1);
    if (type === 'order.executed.v1') this.holdings.execute(data as OrderExecutedV1);
    if (type === 'order.ended.v1') this.holdings.end(data as OrderEndedV1);
  }

  submission({ brokerKey, ...request }: VenueOrderRequest): void {
    const orderId = orderOfBrokerKey(brokerKey)?.orderId ?? '';
    const placed = this.placed.get(orderId);
    const order = stateOf(this.world).live.find(({ id }) => id === orderId);
    this.must(order?.state === 'submitting', `${orderId} is sent while it is ${order?.state ?? 'not live'}`);
    if (placed === undefined) return;
    const sent = `${request.symbol} ${request.side} ${request.quantity.toFixed()} ${request.limitPrice?.toFixed() ?? ''}`;
    const meant = `${placed.symbol} ${placed.side} ${placed.quantity} ${placed.boundPrice ?? ''}`;
    this.must(sent === meant, `${sent} was sent for ${meant}`);
    this.must(this.world.held.has(orderId), `${orderId} is sent without capital`);
    this.must(!this.isForbidden(placed), `${orderId} is sent while the switch forbids it`);
    const { expiresAt } = placed;
    const isOver = expiresAt !== undefined && Date.parse(expiresAt) <= this.world.clock.now();
    this.must(!isOver, `${orderId} is sent after its end`);
  }

  exitsHandled({ exitOrderId, symbol }: OrderExitsDueV1): void {
    const covers = this.placed.has(exitOrderId) || this.holdings.sellable(symbol).lte(0);
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
    this.checkExitsDue(state);
    this.checkEvents();
  }

  /** Holds when everything has come to rest: the broker's books are ours, and nothing outlives its date. */
  async checkAtRest(): Promise<void> {
    for (const order of stateOf(this.world).orders) {
      const atVenue = await this.world.broker.lookup(brokerKeyOf(order.id, 0));
      const filled = sum([atVenue, ...(atVenue?.legs ?? [])].map((one) => one?.filledQuantity ?? zero));
      expect([order.id, order.filledQuantity.toFixed()]).toEqual([order.id, filled.toFixed()]);
      const isOpen = atVenue?.status === 'open' || atVenue?.status === 'partially-filled';
      expect({ state: order.state, isLive: !hasEnded(order) }).toEqual({ state: order.state, isLive: isOpen });
      if (order.conditions.expiresAt !== undefined)
        expect({ dated: order.state, isLive: isOpen }).toMatchObject({ isLive: false });
    }
    this.checkExpiry();
    const { book } = stateOf(this.world);
    for (const symbol of SYMBOLS)
      if (tradeOf(book, symbol)?.outstanding !== undefined) expect(this.holdings.sellable(symbol).toFixed()).toBe('0');
  }

  private place(placed: OrderPlacedV1): void {
    const { orderId, intent, symbol, quantity } = placed;
    this.placed.set(orderId, placed);
    this.must(!this.isForbidden(placed), `${orderId} is placed while the switch forbids it`);
    if (intent === 'entry') return;
    const sellable = this.holdings.sellable(symbol);
    const due = this.due.get(orderId);
    this.must(decimal(quantity).lte(sellable), `${quantity} of ${symbol} are to be sold of ${sellable.toFixed()}`);
    if (due !== undefined) {
      const covered = Decimal.min(decimal(due.quantity), sellable);
      this.must(covered.eq(quantity), `exits for ${quantity} of a fill of ${due.quantity}, ${sellable.toFixed()} free`);
    }
    this.holdings.claim(placed);
  }

  /** A replica may know for a second less than the switch says; once a change is enforced, none does. */
  private isForbidden(order: OrderPlacedV1): boolean {
    const since = this.controls.forbiddenSince(order);
    if (since === undefined) return false;
    return this.world.clock.now() - since.atMs > CALL_START_AGE_MS_MAX || since.epoch <= this.enforcedEpoch;
  }

  private enforced({ epoch }: ControlsEnforcedV1): void {
    this.enforcedEpoch = Math.max(this.enforcedEpoch, epoch);
    const change = this.controls.changes.get(epoch);
    if (change?.cancelOpenOrders !== true) return;
    for (const order of stateOf(this.world).live)
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
      expect(order.filledQuantity.lte(order.quantity)).toBe(true);
      if (order.state === 'filled') expect(order.filledQuantity.toFixed()).toBe(order.quantity.toFixed());
      const before = this.ends.get(order.id);
      if (before !== undefined) expect(order.state).toBe(before);
      if (hasEnded(order)) this.ends.set(order.id, order.state);
    }
  }

  /** Each fill of an entry that names exits asks for exits of its own, for exactly what it filled; what the broker or another order lets go of asks again. */
  private checkExitsDue({ executions }: State): void {
    const told = this.world.store.events.filter(({ type }) => type === 'order.exits-due.v1');
    const first = told.map(({ data }) => data as OrderExitsDueV1).filter((due) => due.entryOrderId === undefined);
    const asked = first.map((due) => `${due.orderId} ${due.executionNumber} ${due.quantity}`);
    const called = executions.filter(({ orderId, intent }) => intent === 'entry' && this.namesExits(orderId));
    expect(asked).toEqual(called.map((fill) => `${fill.orderId} ${fill.executionNumber} ${fill.quantity}`));
  }

  private namesExits(orderId: string): boolean {
    const placed = this.placed.get(orderId);
    return placed?.takeProfitPrice !== undefined || placed?.stopLossPrice !== undefined;
  }

  private checkPosition(symbol: string, { book, live }: State): void {
    const trade = tradeOf(book, symbol);
    const own = live.filter((order) => order.symbol === symbol);
    const exits = own.filter(({ intent }) => intent === 'exit');
    expect((trade?.quantity ?? zero).toFixed()).toBe(this.holdings.held(symbol).toFixed());
    expect((trade?.exiting ?? zero).toFixed()).toBe(sum(exits.map(remainingQuantity)).toFixed());
    expect(trade?.exiting.lte(trade.quantity) ?? true).toBe(true);
    expect(trade?.liveEntries ?? 0).toBe(own.length - exits.length);
    if (trade?.quantity.isZero() === true) expect(trade.costUnits).toBe(0n);
  }

  /** A profile's events have a sequence without gaps and ids of their own. */
  private checkEvents(): void {
    const { events } = this.world.store;
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  }

  /** Whom nobody but the clock asked to end has expired, or was faster. */
  private checkExpiry(): void {
    const { events } = this.world.store;
    for (const { id, state } of stateOf(this.world).orders) {
      const asked = events.filter(({ type, subject }) => type === 'order.cancel-requested.v1' && subject === id);
      const byClock = asked.every(({ data }) => (data as { requestedBy: string }).requestedBy === 'expiry');
      if (asked.length > 0 && byClock) expect(['expired', 'filled', 'rejected']).toContain(state);
    }
  }
}
