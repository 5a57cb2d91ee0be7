import { Failure, orderOfBrokerKey, profileOfOrder } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import type {
  ChangeControlsRequest,
  ControlsChangedV1,
  OrderExitsDueV1,
  OrderPlacedV1,
  PlaceOrderRequest,
} from '@ballast/contracts/orders';
import type { VenueOrderRequest, VenueUpdate } from '@ballast/venue';
import { OWNER_ID, PROFILE_ID } from '../domain/given.js';
import { MemoryStore } from './memory-store.js';
import type { Crash } from './memory-store.js';
import { ModelBroker } from './model-broker.js';
import { verbsOf } from './orders-verbs.js';
import type { Verbs } from './orders-verbs.js';
import { SettableClock } from './settable-clock.js';

/** A message that somebody is to handle: the ledger's word, an event that comes back, or the broker's update. */
interface Message {
  readonly run: (verbs: Verbs) => Promise<unknown>;
}

/** Who looks on: told of everything the moment it happens. */
export interface Onlooker {
  /** An event was committed. */
  heard(event: EventEnvelope): void;
  /** An order is about to reach the broker. */
  submission(request: VenueOrderRequest): void;
  /** What placed the exits of a fill has come to its end. */
  exitsHandled(due: OrderExitsDueV1): void;
}

/** Entries above this the ledger declines, in whole units of USD. */
const HOLD_UNITS_MAX = 900_000n;
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
  /** Orders whose capital is held, as the ledger has told. */
  readonly held = new Set<string>();
  readonly inbox: Message[] = [];
  readonly bugs: unknown[] = [];
  onlooker: Onlooker | undefined;
  private nowMs = Date.parse('2026-11-20T12:00:00.000Z');
  private placements = 0;
  private readonly controls = new MemoryStore((event) => this.heard(event));
  private replicas: Verbs[];
  /** Which replica acts. */
  private acting = 0;

  constructor() {
    this.clock.set(this.nowMs);
    this.store = new MemoryStore((event) => this.heard(event));
    this.broker = new ModelBroker(this.clock, {
      submission: (request) => this.onlooker?.submission(request),
      update: (update) => this.updated(update),
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

  /** A caller that asks again under the same key until there is an answer. `lastsMs` makes it end by itself. */
  async place(
    { lastsMs, ...terms }: Omit<PlaceOrderRequest, 'profileId' | 'type'> & { lastsMs?: number },
    crash: Crash,
  ): Promise<void> {
    this.placements += 1;
    const dated = lastsMs === undefined ? {} : { expiresAt: new Date(this.nowMs + lastsMs).toISOString() };
    const request: PlaceOrderRequest = { profileId: PROFILE_ID, type: 'limit', ...terms, ...dated };
    const command = { request, idempotencyKey: `key-${this.placements}`, requestHash: JSON.stringify(request) };
    await this.insist(crash, (verbs) => verbs.place.execute(command));
  }

  async cancel(orderId: string, crash: Crash): Promise<void> {
    const key = { profileId: PROFILE_ID, orderId };
    await this.insist(crash, (verbs) => verbs.requestCancel.execute(key, OWNER_ID));
  }

  /** Moves the kill switch. */
  async change(request: Omit<ChangeControlsRequest, 'reason'>): Promise<void> {
    await this.insist(undefined, (verbs) => verbs.changeControls.execute({ ...request, reason: 'model' }, OWNER_ID));
  }

  /** What the acting replica does by the clock: it ends what has waited or stood long enough. */
  async tick(crash: Crash): Promise<void> {
    this.store.crash = crash;
    await this.attempt((verbs) => verbs.expire.discover());
    await this.attempt((verbs) => verbs.expire.execute());
    await this.attempt((verbs) => verbs.endCapitalWait.execute());
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

  /** Compares every order with the broker, as is done now and then. */
  async heal(): Promise<void> {
    for (const { brokerKey } of this.broker.received) {
      const atVenue = await this.broker.lookup(brokerKey);
      if (atVenue !== undefined) this.updated({ kind: 'opened', order: atVenue, at: new Date(this.nowMs) });
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

  private heard(event: EventEnvelope): void {
    this.onlooker?.heard(event);
    const message = this.messageOf(event);
    if (message !== undefined) this.inbox.push(message);
  }

  /** What an event brings about, by whichever replica it is delivered to. */
  private messageOf({ type, data, time }: EventEnvelope): Message | undefined {
    switch (type) {
      case 'order.placed.v1':
        return this.answerTo(data as OrderPlacedV1);
      case 'order.exits-due.v1':
        return { run: (verbs) => this.placeExits(verbs, data as OrderExitsDueV1) };
      case 'order.cancel-requested.v1':
        return { run: ({ cancelAtVenue }) => cancelAtVenue.execute(data as OrderPlacedV1) };
      case 'controls.changed.v1':
        return { run: ({ enforce }) => enforce.execute(data as ControlsChangedV1, time) };
      default:
        return undefined;
    }
  }

  private async placeExits({ placeExits }: Verbs, due: OrderExitsDueV1): Promise<void> {
    await placeExits.execute(due);
    this.onlooker?.exitsHandled(due);
  }

  private answerTo(placed: OrderPlacedV1): Message {
    const isHeld = BigInt(placed.holdUnits) <= HOLD_UNITS_MAX;
    if (placed.intent === 'entry' && !isHeld) {
      const refusal = { code: 'insufficient-capital' as const, limit: '9000.00', value: placed.holdUnits };
      const { orderId, profileId, asset } = placed;
      return { run: ({ reject }) => reject.execute({ orderId, profileId, asset, refusal }) };
    }
    return {
      run: ({ submit }) => {
        this.held.add(placed.orderId);
        return submit.execute(placed);
      },
    };
  }

  /** An order that is not ours is nothing to us: the second of a pair. That one rests is known from its submission. */
  private updated(update: VenueUpdate): void {
    const orderId = orderOfBrokerKey(update.order.brokerKey)?.orderId;
    if (orderId === undefined) return;
    const key = { orderId, profileId: profileOfOrder(orderId) ?? '' };
    this.inbox.push(
      update.kind === 'executed'
        ? { run: ({ record }) => record.execute(key, update.execution) }
        : { run: ({ settle }) => settle.execute(key, update.order) },
    );
  }
}
