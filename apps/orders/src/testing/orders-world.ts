import { Failure, orderOfBrokerKey, profileOfOrder } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import type { OrderExitsDueV1, OrderPlacedV1, PlaceOrderRequest } from '@ballast/contracts/orders';
import type { ServiceLog } from '@ballast/service-host';
import type { VenueExecution, VenueUpdate } from '@ballast/venue';
import { Market } from '../adapters/market.js';
import { OrderBooks } from '../adapters/order-books.js';
import { PlacementDesk } from '../adapters/placement-desk.js';
import type { TradingPermit } from '../adapters/trading-permit.js';
import { CancelAtVenue } from '../cancel-at-venue.js';
import { UNTOUCHED_CONTROLS } from '../domain/controls.js';
import { FACTS } from '../domain/given-placement.js';
import { OWNER_ID, PROFILE_ID } from '../domain/given.js';
import type { ExpireOrders } from '../expire-orders.js';
import { PlaceExits } from '../place-exits.js';
import { PlaceOrder } from '../place-order.js';
import { RecordExecution } from '../record-execution.js';
import { RejectOrder } from '../reject-order.js';
import { RequestCancel } from '../request-cancel.js';
import { SettleFromVenue } from '../settle-from-venue.js';
import { SubmitOrder } from '../submit-order.js';
import { MemoryStore } from './memory-store.js';
import type { Crash } from './memory-store.js';
import { ScriptedVenue } from './scripted-venue.js';
import { SettableClock } from './settable-clock.js';

/** A message that somebody is to handle: the ledger's word, an event that comes back, or the broker's update. */
interface Message {
  readonly run: (verbs: Verbs) => Promise<unknown>;
}

/** Entries above this the ledger declines, in whole units of USD. */
const HOLD_UNITS_MAX = 900_000n;
/** Deliveries in which everything that is under way comes to an end. */
const DELIVERIES_MAX = 2_000;
/** Beyond the time after which "not found" counts, and after which a cancel can be asked for again. */
const PATIENCE_MS = 11_000;
const LIMITS = { ...FACTS.limits, quoteAgeMsMax: Number.MAX_SAFE_INTEGER, positionUsdMax: FACTS.limits.positionUsdMax };
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

/** Executions are listed whatever the clocks say. */
class TimelessVenue extends ScriptedVenue {
  override executionsSince(): Promise<VenueExecution[]> {
    return super.executionsSince(new Date(0));
  }
}

type Verbs = ReturnType<typeof verbsOf>;

/** One profile's orders, with the real verbs, a store that can crash, a broker, and messages in any order. */
export class OrdersWorld {
  readonly venue = new TimelessVenue();
  readonly store = new MemoryStore((event) => this.heard(event));
  readonly held = new Set<string>();
  readonly inbox: Message[] = [];
  private readonly clock = new SettableClock();
  private nowMs = Date.parse('2026-11-20T12:00:00.000Z');
  private placements = 0;
  private verbs: Verbs;

  constructor() {
    this.clock.set(this.nowMs);
    this.verbs = verbsOf(this.store, this.venue, this.clock);
    const tell = async (update: VenueUpdate): Promise<void> => void this.inbox.push(messageOf(update));
    this.venue.stream({ onUpdate: tell, onConnected: async () => undefined });
  }

  open(): Promise<void> {
    return this.verbs.books.open({ profileId: PROFILE_ID, ownerId: OWNER_ID, entriesPerSymbolMax: 3 });
  }

  /** Another process takes over, with nothing in memory. */
  restart(): void {
    this.verbs = verbsOf(this.store, this.venue, this.clock);
  }

  /** A caller that asks again under the same key until there is an answer. */
  async place(terms: Omit<PlaceOrderRequest, 'profileId' | 'symbol' | 'type'>, crash: Crash): Promise<void> {
    this.placements += 1;
    const request: PlaceOrderRequest = { profileId: PROFILE_ID, symbol: 'AAPL', type: 'limit', ...terms };
    const command = { request, idempotencyKey: `key-${this.placements}`, requestHash: JSON.stringify(request) };
    this.store.crash = crash;
    while (!(await this.attempt((verbs) => verbs.place.execute(command))));
  }

  async cancel(orderId: string, crash: Crash): Promise<void> {
    this.store.crash = crash;
    const key = { profileId: PROFILE_ID, orderId };
    while (!(await this.attempt((verbs) => verbs.requestCancel.execute(key, OWNER_ID))));
  }

  /** Hands over one message; it stays where its handler failed, and where it is to come again. */
  async deliver(at: number, { crash, again }: { crash: Crash; again: boolean }): Promise<void> {
    const [message] = this.inbox.splice(at % Math.max(1, this.inbox.length), 1);
    if (message === undefined) return;
    this.store.crash = crash;
    const done = await this.attempt(message.run);
    this.store.crash = undefined;
    if (!done || again) this.inbox.push(message);
  }

  /** Time passes. */
  wait(ms: number): void {
    this.nowMs += ms;
    this.clock.set(this.nowMs);
  }

  /** Delivers everything that is under way, in turn, until there is nothing. */
  async settle(): Promise<void> {
    for (let count = 0; this.inbox.length > 0; count += 1) {
      if (count > DELIVERIES_MAX) throw new Error('messages go on for ever');
      this.wait(PATIENCE_MS);
      await this.deliver(0, { crash: undefined, again: false });
    }
  }

  /** Compares every order with the broker, as is done now and then. */
  async heal(): Promise<void> {
    for (const { brokerKey } of this.venue.received) {
      const atVenue = await this.venue.lookup(brokerKey);
      if (atVenue !== undefined) this.inbox.push(messageOf({ kind: 'opened', order: atVenue, at: new Date() }));
    }
  }

  /** False where it failed and is to be tried again; anything but a `Failure` is a bug and thrown. */
  private async attempt(work: (verbs: Verbs) => Promise<unknown>): Promise<boolean> {
    try {
      await work(this.verbs);
      return true;
    } catch (error) {
      if (error instanceof Failure) return false;
      throw error;
    }
  }

  private heard({ type, data }: EventEnvelope): void {
    if (type === 'order.placed.v1') this.inbox.push(this.answerTo(data as OrderPlacedV1));
    if (type === 'order.exits-due.v1')
      this.inbox.push({ run: ({ placeExits }) => placeExits.execute(data as OrderExitsDueV1) });
    if (type === 'order.cancel-requested.v1')
      this.inbox.push({ run: ({ cancelAtVenue }) => cancelAtVenue.execute(data as OrderPlacedV1) });
  }

  private answerTo(placed: OrderPlacedV1): Message {
    const isHeld = BigInt(placed.holdUnits) <= HOLD_UNITS_MAX;
    if (placed.intent === 'entry' && !isHeld) {
      const refusal = { code: 'insufficient-capital' as const, limit: '9000.00', value: placed.holdUnits };
      const { orderId, profileId, asset } = placed;
      return { run: ({ reject }) => reject.execute({ orderId, profileId, asset, refusal }) };
    }
    this.held.add(placed.orderId);
    return { run: ({ submit }) => submit.execute(placed) };
  }
}

function messageOf(update: VenueUpdate): Message {
  const orderId = orderOfBrokerKey(update.order.brokerKey)?.orderId ?? '';
  const key = { orderId, profileId: profileOfOrder(orderId) ?? '' };
  return update.kind === 'executed'
    ? { run: ({ record }) => record.execute(key, update.execution) }
    : { run: ({ settle }) => settle.execute(key, update.order) };
}

function verbsOf(memory: MemoryStore, venue: ScriptedVenue, clock: SettableClock) {
  const store = memory.asContainer;
  const permit = {
    current: async () => UNTOUCHED_CONTROLS,
    during: <T>(_order: unknown, call: () => Promise<T>) => call(),
    duringCancel: <T>(call: () => Promise<T>) => call(),
  } as unknown as TradingPermit;
  const expiry = { watch: () => undefined } as unknown as ExpireOrders;
  const books = new OrderBooks(store, clock);
  const record = new RecordExecution(books, SILENT as unknown as ServiceLog, venue);
  const settle = new SettleFromVenue(books, record, clock, venue);
  const desk = new PlacementDesk(new Market(venue, clock), clock, LIMITS);
  return {
    books,
    record,
    settle,
    place: new PlaceOrder(books, desk, permit, clock, expiry, store),
    submit: new SubmitOrder(books, permit, settle, clock, LIMITS, venue),
    reject: new RejectOrder(books),
    requestCancel: new RequestCancel(books, clock),
    cancelAtVenue: new CancelAtVenue(books, settle, permit, venue),
    placeExits: new PlaceExits(books, permit),
  };
}
