import type { ClosingMessage, Refused, ResyncMessage, Subscribed } from '@ballast/contracts/stream-protocol';
import type { VerifiedCaller } from '@ballast/service-host';
import type { OwnerStreams } from './adapters/owner-streams.js';
import type { Wire } from './adapters/wire.js';
import { EventFrame, Frame } from './domain/frame.js';
import { roomIn, roomKeyOf } from './domain/stream-room.js';
import { ProfileSubscriptions } from './profile-subscriptions.js';
import type { QuoteFeed } from './quote-feed.js';
import { QuoteSubscriptions } from './quote-subscriptions.js';
import { ALL, profileRoom, quotesRoom, userRoom } from './stream-hub.js';
import type { StreamHub } from './stream-hub.js';
import { StreamQueue } from './stream-queue.js';

/** Rooms of one connection, at most. */
export const SUBSCRIPTIONS_MAX = 100;

/** Who a client is, with the token that says so. */
export interface Identity {
  readonly caller: VerifiedCaller;
  readonly token: string;
  /** Gets another token in the place of an API key; rejects where it opens nothing any more, or cannot be asked. */
  again?(): Promise<Identity>;
}

/** What a client works with. */
export interface StreamParts {
  readonly hub: StreamHub;
  readonly owners: OwnerStreams;
  readonly quotes: Pick<QuoteFeed, 'begin'>;
  /** Hears of what no client can be told: a bug. */
  onBug(error: unknown): void;
  /** Milliseconds that only ever rise; absent, the system's. */
  nowMs?(): number;
}

/** One connected client: what it hears, what waits for it, and where it has lost the way. */
export class StreamClient {
  private readonly queue: StreamQueue;
  private readonly profiles: ProfileSubscriptions;
  private readonly quotes: QuoteSubscriptions;
  /** Names in the hub of the rooms that are no profile's, by the key under which the client leaves them. */
  private readonly userRooms = new Map<string, string>();
  private readonly lost = new Map<string, ResyncMessage>();
  private isOver = false;

  constructor(
    private readonly parts: StreamParts,
    readonly wire: Wire,
    private identity: Identity,
  ) {
    const { hub, owners, quotes, onBug } = parts;
    this.queue = new StreamQueue(wire, {
      onSent: (count) => (hub.counts.sent += count),
      onLost: (frame) => this.lose(frame),
      onCaughtUp: () => this.tellLost(),
      nowMs: () => parts.nowMs?.() ?? performance.now(),
    });
    this.quotes = new QuoteSubscriptions({
      onBug,
      begin: (symbol, answer) => quotes.begin(this, symbol, answer),
      end: (symbol) => hub.leave(this, quotesRoom(symbol)),
    });
    this.profiles = new ProfileSubscriptions({
      owners,
      onBug,
      token: () => this.identity.token,
      send: (frames) => this.queue.answer(frames),
      tellResync: (message) => this.tellResync(message),
      follows: (profileId, isFollowed) => hub[isFollowed ? 'join' : 'leave'](this, profileRoom(profileId)),
      forget: (profileId) =>
        this.queue.forget((frame) => frame instanceof EventFrame && frame.body.profileId === profileId),
    });
  }

  get caller(): VerifiedCaller {
    return this.identity.caller;
  }

  /** Messages that wait because it is slow. */
  get waiting(): number {
    return this.queue.waiting;
  }

  /** Rooms that it is in. */
  get rooms(): number {
    return this.profiles.size + this.quotes.size + this.userRooms.size;
  }

  /** Who it is, as it said last. */
  get who(): Identity {
    return this.identity;
  }

  /** Speaks for the same user with a newer token from now on. */
  renew(identity: Identity): void {
    this.identity = identity;
  }

  /** Hears everything. */
  hearAll(): void {
    this.userRooms.set(ALL, ALL);
    this.parts.hub.join(this, ALL);
  }

  /** Hears what belongs to a user. */
  hearUser(userId: string): void {
    this.userRooms.set(roomKeyOf({ room: 'user', userId }), userRoom(userId));
    this.parts.hub.join(this, userRoom(userId));
  }

  /** Lets the client hear what it asks for. `answer` is called once, before anything that follows from it is sent. */
  async subscribe(value: unknown, answer: (answer: Subscribed | Refused) => void): Promise<void> {
    const room = roomIn(value);
    if (typeof room === 'string') return answer({ ok: false, code: 'invalid-request', detail: room });
    if (this.rooms >= SUBSCRIPTIONS_MAX) return answer({ ok: false, code: 'too-many-subscriptions' });
    if (room.room === 'user') return answer(this.subscribeToUser(room));
    const answerOnce = (given: Subscribed | Refused): void => {
      if (!this.isOver) answer(given);
    };
    await (room.room === 'quotes' ? this.quotes.begin(room, answerOnce) : this.profiles.begin(room, answerOnce));
  }

  /** Ends what `subscribe` began; ending what never was is no error. */
  unsubscribe(value: unknown): { readonly ok: true } | Refused {
    const room = roomIn(value);
    if (typeof room === 'string') return { ok: false, code: 'invalid-request', detail: room };
    if (room.room !== 'user') {
      if (room.room === 'quotes') this.quotes.end(room);
      else this.profiles.leave(room);
      return { ok: true };
    }
    const key = roomKeyOf({ room: 'user', userId: room.userId ?? this.caller.userId });
    const hubRoom = this.userRooms.get(key);
    if (hubRoom !== undefined) this.parts.hub.leave(this, hubRoom);
    this.userRooms.delete(key);
    return { ok: true };
  }

  /** Whether events of this profile come to it by a subscription. */
  follows(profileId: string | undefined): boolean {
    return this.profiles.of(profileId).length > 0;
  }

  /** Takes an event of a profile that it follows and returns what it is to be sent now. */
  follow(frame: EventFrame): readonly EventFrame[] {
    return this.profiles.take(frame);
  }

  /** Tells it that events of a profile are missing in the rooms that no subscription keeps whole. */
  tellGap(profileId: string): void {
    this.tellResync({ room: this.ownRoom, profileId });
  }

  /** Whether it is written one message now by whoever writes the same to many; counts it. */
  takesNow(): boolean {
    return this.queue.takesNow();
  }

  /** Sends it this, now or when it has room. */
  send(frames: readonly Frame[]): void {
    this.queue.send(frames);
  }

  /** There is room again: sends what has waited, and says what was dropped meanwhile. */
  flush(): void {
    this.queue.flush();
  }

  /** Says why, and ends the connection. */
  close(code: ClosingMessage['code']): void {
    if (this.isOver) return;
    this.wire.send([new Frame('closing', { code } satisfies ClosingMessage, 'closing')]);
    this.wire.close();
  }

  /** The connection is gone. */
  leave(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.queue.close();
    this.quotes.close();
    this.profiles.close();
    this.parts.hub.forget(this, this.userRooms.values());
  }

  /** A user's events have no sequence to go on from, only those of each profile have: who asks for that begins anew. */
  private subscribeToUser(room: { readonly userId?: string; readonly after?: unknown }): Subscribed | Refused {
    const { caller } = this;
    const { userId = caller.userId, after } = room;
    const maySee = userId === caller.userId || caller.role === 'operator' || caller.role === 'admin';
    if (!maySee) return { ok: false, code: 'not-found' };
    this.hearUser(userId);
    return after === undefined ? { ok: true } : { ok: true, resync: true };
  }

  /** A message that the client will never get: what it knows of that room is not whole any more. */
  private lose(frame: Frame): void {
    this.parts.hub.counts.dropped += 1;
    if (!(frame instanceof EventFrame)) return;
    const { profileId } = frame.body;
    const subscriptions = this.profiles.of(profileId);
    for (const subscription of subscriptions) {
      this.profiles.end(subscription);
      const { room } = subscription.room;
      this.lost.set(roomKeyOf(subscription.room), { room, profileId: subscription.room.profileId });
    }
    const isKnown = [...this.lost.values()].some((message) => message.profileId === profileId);
    if (subscriptions.length === 0 && !isKnown) this.lost.set(this.ownRoom, { room: this.ownRoom });
  }

  private tellLost(): void {
    const lost = [...this.lost.values()];
    this.lost.clear();
    for (const message of lost) this.tellResync(message);
  }

  private tellResync(message: ResyncMessage): void {
    this.parts.hub.counts.resyncs += 1;
    this.send([new Frame('resync', message, 'resync')]);
  }

  private get ownRoom(): 'all' | 'user' {
    return this.userRooms.has(ALL) ? 'all' : 'user';
  }
}
