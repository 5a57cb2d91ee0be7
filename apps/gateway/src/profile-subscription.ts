import { SEQUENCED_TOPICS } from '@ballast/contracts/streams';
import type { SequencedTopic, StreamEvents } from '@ballast/contracts/streams';
import type { StreamCursors, StreamRoom, StreamSnapshot, Subscribed } from '@ballast/contracts/stream-protocol';
import type { OwnerStreams, ProfileEvents, ProfileSnapshot } from './adapters/owner-streams.js';
import { Follow } from './domain/follow.js';
import { EventFrame } from './domain/frame.js';
import { RecentIds } from './domain/recent-ids.js';

/** Orders of one symbol that a subscription knows, at most; the oldest are forgotten. */
const SYMBOL_ORDERS_MAX = 10_000;

export type ProfileRoom = Extract<StreamRoom, { profileId: string }>;

/** Where the owners say that a subscription begins: with all that its client has missed, or as everything stands now. */
export type Begun =
  | { readonly after: StreamCursors; readonly missed: ProfileEvents }
  | { readonly snapshot: ProfileSnapshot; readonly isResync: boolean };

/** How a subscription began: what its client is answered, and what follows at once. */
export interface Beginning {
  readonly answer: Subscribed;
  readonly frames: readonly EventFrame[];
}

/**
 * What one client hears of one profile, or of one symbol in it: a snapshot and then every event after it, or every event
 * after those that the client knows. Events that are heard meanwhile wait, so that none is missing and none comes twice.
 */
export class ProfileSubscription {
  isOver = false;
  /** Whether a missing event is being waited for. */
  isMending = false;
  private readonly follow = new Follow<EventFrame>();
  private readonly orders = new RecentIds(SYMBOL_ORDERS_MAX);

  constructor(
    readonly room: ProfileRoom,
    private readonly owners: OwnerStreams,
  ) {}

  /** Whether it has lost the way: more events wait than may. */
  get isOverfull(): boolean {
    return this.follow.isOverfull;
  }

  /** Whether an event is missing, and those after it wait. */
  get isWaiting(): boolean {
    return this.follow.isWaiting;
  }

  /** Takes an event as it was heard and returns what the client is to be sent now. */
  take(frame: EventFrame): EventFrame[] {
    return this.wanted(this.follow.take(frame.topic, frame.body.sequence, frame));
  }

  /** Asks the owners where it begins; `undefined` where the profile is not the client's. Throws `Failure`. */
  async askWhereToBegin(token: string): Promise<Begun | undefined> {
    const { profileId } = this.room;
    const after = this.room.room === 'profile' ? this.room.after : undefined;
    const missed = after && (await this.owners.since(profileId, after, token));
    if (after !== undefined && missed === undefined) return undefined;
    if (after && missed && SEQUENCED_TOPICS.every((topic) => missed[topic].isComplete)) return { after, missed };
    const snapshot = await this.owners.snapshot(profileId, token);
    return snapshot && { snapshot, isResync: after !== undefined };
  }

  /**
   * Begins where the owners said. What follows from it is to be sent before anything else happens: from now on events
   * pass.
   */
  begin(begun: Begun): Beginning {
    if ('snapshot' in begun) return this.fromSnapshot(begun.snapshot, begun.isResync ? { resync: true } : {});
    const { after, missed } = begun;
    const frames = SEQUENCED_TOPICS.flatMap((topic) => [
      ...this.follow.begin(topic, after[topic] ?? 0),
      ...this.replay(topic, missed[topic]),
    ]);
    return { answer: { ok: true, sequences: after }, frames };
  }

  /** Topics in which an event is missing, after this sequence. */
  gaps(): { topic: SequencedTopic; after: number }[] {
    return this.follow.gaps();
  }

  /** Asks the owner for what is missing in a topic; `undefined` where the profile is not the client's. Throws `Failure`. */
  askMissing(topic: SequencedTopic, after: number, token: string): Promise<StreamEvents | undefined> {
    return this.owners.events(topic, { profileId: this.room.profileId, after, token });
  }

  /** Takes what an owner said of a topic and returns what the client is to be sent now, before anything else happens. */
  replay(topic: SequencedTopic, { events }: StreamEvents): EventFrame[] {
    return events.flatMap((event) => this.take(new EventFrame(topic, event)));
  }

  private fromSnapshot(found: ProfileSnapshot, more: { resync?: true }): Beginning {
    const sequences: StreamCursors = { orders: found.orders.sequence, ledger: found.ledger.sequence };
    const snapshot = this.snapshotOf(found);
    for (const { orderId } of snapshot.orders?.orders ?? []) this.orders.isNew(orderId);
    const frames = SEQUENCED_TOPICS.flatMap((topic) => this.wanted(this.follow.begin(topic, sequences[topic] ?? 0)));
    return { answer: { ok: true, sequences, snapshot, ...more }, frames };
  }

  private snapshotOf({ orders, ledger }: ProfileSnapshot): StreamSnapshot {
    const { room } = this;
    if (room.room === 'profile') {
      return { orders: { orders: orders.orders, positions: orders.positions }, capital: ledger.capital };
    }
    const isOfSymbol = (one: { symbol: string }): boolean => one.symbol === room.symbol;
    return { orders: { orders: orders.orders.filter(isOfSymbol), positions: orders.positions.filter(isOfSymbol) } };
  }

  private wanted(frames: EventFrame[]): EventFrame[] {
    const { room } = this;
    return room.room === 'profile' ? frames : frames.filter(({ body }) => this.isOf(room.symbol, body));
  }

  /** Few events name the symbol; the others name an order that was known before, or an event that does names first. */
  private isOf(symbol: string, { subject, data }: EventFrame['body']): boolean {
    const about = (data ?? {}) as { symbol?: unknown; orderId?: unknown };
    const orderId = typeof about.orderId === 'string' ? about.orderId : subject;
    if (about.symbol === symbol) {
      this.orders.isNew(orderId);
      return true;
    }
    return about.symbol === undefined && this.orders.has(orderId);
  }
}
