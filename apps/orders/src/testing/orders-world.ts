import { Failure } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import type {
  ChangeControlsRequest,
  OrderExitsDueV1,
  OrderType,
  PlaceOrderRequest,
  ReplaceOrderRequest,
} from '@ballast/contracts/orders';
import type { VenueOrderChange, VenueOrderRequest } from '@ballast/venue';
import type { Order } from '../domain/order.js';
import { OWNER_ID, PROFILE_ID } from '../domain/given.js';
import type { ReplaceAnswer } from '../request-replace.js';
import { MemoryStore } from './memory-store.js';
import type { Crash } from './memory-store.js';
import { ModelBroker } from './model-broker.js';
import { ModelLedger } from './model-ledger.js';
import { messageFrom, messageOf } from './orders-messages.js';
import type { Message } from './orders-messages.js';
import { verbsOf } from './orders-verbs.js';
import type { Verbs } from './orders-verbs.js';
import { SettableClock } from './settable-clock.js';

/** Who looks on: told of everything the moment it happens. */
export interface Onlooker {
  /** An event was committed. */
  heard(event: EventEnvelope): void;
  /** An order is about to reach the broker. */
  submission(request: VenueOrderRequest): void;
  /** The broker is about to be asked for other terms. */
  replacement?(change: VenueOrderChange): void;
  /** What sends an order, or asks for other terms of it, has come to its end. */
  handled?(orderId: string, revision: number): void;
  /** What placed the exits of a fill has come to its end. */
  exitsHandled(due: OrderExitsDueV1): void;
}

/** What is placed: a limit order unless a type is named. `lastsMs` makes it end by itself. */
export type Wanted = Omit<PlaceOrderRequest, 'profileId' | 'type'> & { type?: OrderType; lastsMs?: number };

/** Deliveries in which everything that is under way comes to an end. */
const DELIVERIES_MAX = 2_000;
/** Beyond the time after which "not found" counts, after which a cancel can be asked for again, and a permit lapses. */
const PATIENCE_MS = 11_000;
const REPLICAS = 2;

/** One profile's orders, with the real verbs in two replicas, a store that can crash, a broker, and messages in any order. */
export class OrdersWorld {
  readonly clock = new SettableClock();
  readonly broker: ModelBroker;
  readonly store: MemoryStore;
  readonly ledger = new ModelLedger();
  /** Orders, and other terms by their revision, whose capital is held as the ledger has told somebody. */
  readonly told = new Set<string>();
  readonly inbox: Message[] = [];
  readonly bugs: unknown[] = [];
  onlooker: Onlooker | undefined;
  private nowMs = Date.parse('2026-11-20T12:00:00.000Z');
  private requests = 0;
  private readonly controls = new MemoryStore((event) => this.heard(event));
  private replicas: Verbs[];
  /** Which replica acts. */
  private acting = 0;

  constructor() {
    this.clock.set(this.nowMs);
    this.store = new MemoryStore((event) => this.heard(event));
    this.broker = new ModelBroker(this.clock, {
      submission: (request) => this.onlooker?.submission(request),
      replacement: (change) => this.onlooker?.replacement?.(change),
      update: (update) => this.put(messageFrom(update)),
    });
    this.replicas = Array.from({ length: REPLICAS }, () => this.start());
  }

  open(): Promise<void> {
    return this.verbs.books.open({ profileId: PROFILE_ID, ownerId: OWNER_ID, entriesPerSymbolMax: 3 });
  }

  /** The acting process dies and another takes its place, with nothing in memory. */
  restart(): void {
    this.replicas = this.replicas.map((verbs, index) => (index === this.acting ? this.start() : verbs));
  }

  /** The other replica goes on, with what it remembers. */
  handOver(): void {
    this.acting = (this.acting + 1) % REPLICAS;
  }

  /** A caller that asks again under the same key until there is an answer. */
  async place({ lastsMs, ...terms }: Wanted, crash: Crash): Promise<void> {
    const date = lastsMs === undefined ? {} : this.dated(lastsMs);
    const request: PlaceOrderRequest = { profileId: PROFILE_ID, type: 'limit', ...terms, ...date };
    const command = { request, ...this.named(request) };
    await this.insist(crash, (verbs) => verbs.place.execute(command));
  }

  /** A caller that asks for other terms in the same way; `version` is the one of the order that it has seen. */
  async amend(
    { id: orderId, symbol, version }: Pick<Order, 'id' | 'symbol'> & { readonly version: number | undefined },
    changes: ReplaceOrderRequest,
    crash: Crash,
  ): Promise<ReplaceAnswer | undefined> {
    const seen = { key: { profileId: PROFILE_ID, orderId }, symbol, expectedVersion: version };
    const command = { ...seen, changes, requestedBy: OWNER_ID, ...this.named({ orderId, ...changes }) };
    let answer: ReplaceAnswer | undefined;
    await this.insist(crash, async ({ requestReplace }) => (answer = await requestReplace.execute(command)));
    return answer;
  }

  async cancel(orderId: string, crash: Crash): Promise<void> {
    const key = { profileId: PROFILE_ID, orderId };
    await this.insist(crash, (verbs) => verbs.requestCancel.execute(key, OWNER_ID));
  }

  /** What makes an order end by itself so many milliseconds from now. */
  dated(lastsMs: number): { readonly timeInForce: 'gtd'; readonly expiresAt: string } {
    return { timeInForce: 'gtd', expiresAt: new Date(this.nowMs + lastsMs).toISOString() };
  }

  /** Moves the kill switch. */
  async change(request: Omit<ChangeControlsRequest, 'reason'>): Promise<void> {
    await this.insist(undefined, (verbs) => verbs.changeControls.execute({ ...request, reason: 'model' }, OWNER_ID));
  }

  /** What the acting replica does by the clock: it ends what has waited or stood long enough, of which it may learn first. */
  async tick(crash: Crash, learns = true): Promise<void> {
    this.store.crash = crash;
    if (learns) await this.attempt((verbs) => verbs.expire.discover());
    await this.attempt((verbs) => verbs.expire.execute());
    await this.attempt((verbs) => verbs.endCapitalWait.execute());
    this.store.crash = undefined;
  }

  /** The acting replica looks at the market for the orders that wait here, of which it may learn first. */
  async look(crash: Crash, learns: boolean): Promise<void> {
    this.store.crash = crash;
    if (learns) await this.attempt(({ triggers }) => triggers.discover());
    await this.attempt(({ triggers }) => triggers.execute());
    this.store.crash = undefined;
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

  /** Compares every order with the broker under every name that it has had there, as is done now and then. */
  async heal(): Promise<void> {
    for (const brokerKey of this.broker.names) {
      const order = await this.broker.lookup(brokerKey);
      if (order !== undefined && order.status !== 'rejected')
        this.put(messageFrom({ kind: 'opened', order, at: new Date(this.nowMs) }));
    }
  }

  private get verbs(): Verbs {
    return this.replicas[this.acting] as Verbs;
  }

  private start(): Verbs {
    const { store: orders, controls, clock, bugs } = this;
    return verbsOf({ orders, controls, venue: this.broker.asVenue, clock, bugs });
  }

  private async insist(crash: Crash, work: Message['run']): Promise<void> {
    this.store.crash = crash;
    while (!(await this.attempt(work)));
    this.store.crash = undefined;
  }

  /** False where it failed and is to be tried again; anything but a `Failure` is a bug and thrown. */
  private async attempt(work: Message['run']): Promise<boolean> {
    try {
      await work(this.verbs);
      return true;
    } catch (error) {
      if (error instanceof Failure) return false;
      throw error;
    }
  }

  private named(request: object): { idempotencyKey: string; requestHash: string } {
    this.requests += 1;
    return { idempotencyKey: `key-${this.requests}`, requestHash: JSON.stringify(request) };
  }

  private heard(event: EventEnvelope): void {
    const word = this.ledger.hear(event);
    this.onlooker?.heard(event);
    const told = (orderId: string, revision: number): void => void this.told.add(`${orderId} ${revision}`);
    const handled = (orderId: string, revision: number): void => this.onlooker?.handled?.(orderId, revision);
    this.put(messageOf(event, word, { told, handled, exitsHandled: (due) => this.onlooker?.exitsHandled(due) }));
  }

  private put(message: Message | undefined): void {
    if (message !== undefined) this.inbox.push(message);
  }
}
