import { Failure } from '@ballast/contracts';
import type { Refused, ResyncMessage, Subscribed } from '@ballast/contracts/stream-protocol';
import type { OwnerStreams } from './adapters/owner-streams.js';
import type { EventFrame } from './domain/frame.js';
import { roomKeyOf } from './domain/stream-room.js';
import { ProfileSubscription } from './profile-subscription.js';
import type { ProfileRoom } from './profile-subscription.js';

/** Milliseconds for which a missing event is waited for before its owner is asked. */
export const MISSING_MS_MAX = 1_000;
/** Times an owner is asked for missing events before the client begins anew. */
const FILLS_MAX = 3;

const NONE: readonly ProfileSubscription[] = [];

/** What the subscriptions of one client need of it. */
export interface Subscriber {
  readonly owners: OwnerStreams;
  /** With which the owners are asked. */
  token(): string;
  send(frames: readonly EventFrame[]): void;
  /** It has lost the way in a room, which it is not in any more. */
  tellResync(message: ResyncMessage): void;
  /** It follows a profile from now on, or not any more. */
  follows(profileId: string, isFollowed: boolean): void;
  /** What waits of the profile is not wanted any more. */
  forget(profileId: string): void;
  /** Hears of what no client can be told: a bug. */
  onBug(error: unknown): void;
}

/** The profiles, and symbols in profiles, that one client follows. */
export class ProfileSubscriptions {
  /** By profile: one of all of it, or one for each symbol. */
  private readonly byProfile = new Map<string, readonly ProfileSubscription[]>();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(private readonly subscriber: Subscriber) {}

  get size(): number {
    return this.all.length;
  }

  /** Those of a profile: one for all of it, or one for each symbol. */
  of(profileId: string | undefined): readonly ProfileSubscription[] {
    return (profileId === undefined ? undefined : this.byProfile.get(profileId)) ?? NONE;
  }

  /** Begins one, in the place of those that it makes needless. `answer` is called once, before anything is sent. */
  async begin(room: ProfileRoom, answer: (answer: Subscribed | Refused) => void): Promise<void> {
    const { profileId } = room;
    const known = this.of(profileId);
    if (room.room === 'symbol' && known.some((one) => one.room.room === 'profile'))
      return answer({ ok: false, code: 'invalid-request', detail: 'the room of the profile has it already' });
    const isNeedless = (one: ProfileSubscription): boolean =>
      room.room === 'profile' || roomKeyOf(one.room) === roomKeyOf(room);
    for (const before of known.filter(isNeedless)) this.end(before);
    const subscription = new ProfileSubscription(room, this.subscriber.owners);
    this.byProfile.set(profileId, [...this.of(profileId), subscription]);
    this.subscriber.follows(profileId, true);
    const refused = await this.open(subscription, answer);
    if (refused === undefined) return;
    this.end(subscription);
    answer(refused);
  }

  /** Takes an event of a profile that is followed and returns what the client is to be sent now. */
  take(frame: EventFrame): EventFrame[] {
    const subscriptions = this.of(frame.body.profileId);
    const [only] = subscriptions;
    if (only !== undefined && subscriptions.length === 1) return this.takeBy(only, frame);
    return subscriptions.flatMap((subscription) => this.takeBy(subscription, frame));
  }

  /** Ends one; ending what never was is no error. */
  leave(room: ProfileRoom): void {
    const key = roomKeyOf(room);
    for (const one of this.of(room.profileId).filter((known) => roomKeyOf(known.room) === key)) this.end(one);
  }

  end(subscription: ProfileSubscription): void {
    const { profileId } = subscription.room;
    if (subscription.isOver) return;
    subscription.isOver = true;
    const others = this.of(profileId).filter((one) => one !== subscription);
    if (others.length > 0) {
      this.byProfile.set(profileId, others);
      return;
    }
    this.byProfile.delete(profileId);
    this.subscriber.follows(profileId, false);
  }

  /** The client is gone. */
  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
    for (const subscription of this.all) this.end(subscription);
  }

  private get all(): ProfileSubscription[] {
    return [...this.byProfile.values()].flat();
  }

  private takeBy(subscription: ProfileSubscription, frame: EventFrame): EventFrame[] {
    const frames = subscription.take(frame);
    if (subscription.isWaiting || subscription.isOverfull) this.mend(subscription, FILLS_MAX);
    return frames;
  }

  private async open(
    subscription: ProfileSubscription,
    answer: (answer: Subscribed) => void,
  ): Promise<Refused | undefined> {
    try {
      const begun = await subscription.askWhereToBegin(this.subscriber.token());
      if (subscription.isOver) return { ok: false, code: 'invalid-request', detail: 'it was ended meanwhile' };
      if (begun === undefined) return { ok: false, code: 'not-found' };
      // Nothing is awaited between this and sending: an event that passed meanwhile would overtake.
      const beginning = subscription.begin(begun);
      this.subscriber.forget(subscription.room.profileId);
      answer(beginning.answer);
      this.subscriber.send(beginning.frames);
      this.mend(subscription, FILLS_MAX);
      return undefined;
    } catch (error) {
      if (!(error instanceof Failure)) this.subscriber.onBug(error);
      return { ok: false, code: 'service-unavailable' };
    }
  }

  /** Waits for what is missing, then asks its owner for it, so many times; then the client begins anew. */
  private mend(subscription: ProfileSubscription, tries: number): void {
    if (subscription.isOver) return;
    if (subscription.isOverfull || (subscription.isWaiting && tries === 0)) {
      this.end(subscription);
      const { room, profileId } = subscription.room;
      this.subscriber.tellResync({ room, profileId });
      return;
    }
    if (!subscription.isWaiting || subscription.isMending) return;
    subscription.isMending = true;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void this.fill(subscription).then(() => {
        subscription.isMending = false;
        this.mend(subscription, tries - 1);
      });
    }, MISSING_MS_MAX);
    this.timers.add(timer);
  }

  private async fill(subscription: ProfileSubscription): Promise<void> {
    try {
      for (const { topic, after } of subscription.gaps()) {
        const missed = await subscription.askMissing(topic, after, this.subscriber.token());
        if (missed !== undefined && !subscription.isOver) this.subscriber.send(subscription.replay(topic, missed));
      }
    } catch (error) {
      if (!(error instanceof Failure)) this.subscriber.onBug(error);
    }
  }
}
