import { VenueUnavailable } from '@ballast/venue';
import type { VenueStreamHandlers, VenueUpdate } from '@ballast/venue';
import type { SessionEnd, StreamSession } from '../../../../libs/venue/src/reconnecting-stream.js';
import type { Surroundings, Wire } from './wire.js';

/** What goes wrong with the stream, of every update, and of every attempt to connect. */
const STREAM_RATES = { lost: 0.005, twice: 0.04, overtaken: 0.04, cut: 0.01, refused: 0.1 } as const;
const OVERTAKEN_MS_MAX = 1_200;
/** Milliseconds after which an attempt to connect is given up. */
const CONNECT_MS_MAX = 1_000;

/** The updates of the account to whoever is connected. */
export class UpdateFeed {
  private readonly sessions = new Set<Session>();

  constructor(readonly world: Surroundings) {}

  join(session: Session): void {
    this.sessions.add(session);
  }

  leave(session: Session): void {
    this.sessions.delete(session);
  }

  tell(update: VenueUpdate): void {
    for (const session of this.sessions) session.send(update);
  }
}

/** One connection to the stream of updates. */
export class Session implements StreamSession {
  isUp = false;
  readonly ended: Promise<SessionEnd>;
  private settle: (end: SessionEnd) => void = () => undefined;
  private isOver = false;
  private readonly lanes = new Map<string, Promise<void>>();
  private caughtUp: Promise<void> = Promise.resolve();
  private lastArrivalMs = 0;

  constructor(
    private readonly feed: UpdateFeed,
    private readonly wire: Wire,
    private readonly handlers: VenueStreamHandlers,
  ) {
    this.ended = new Promise((resolve) => (this.settle = resolve));
    void this.connect();
  }

  /** Ends the connection when nothing that was received is in hand any more. */
  end(cause?: Error): void {
    if (this.isOver) return;
    this.isOver = true;
    const wasUp = this.isUp;
    this.isUp = false;
    this.feed.leave(this);
    void Promise.allSettled([this.caughtUp, ...this.lanes.values()]).then(() => this.settle({ wasUp, cause }));
  }

  /** An update sets out; it may come late, twice or never. */
  send(update: VenueUpdate): void {
    const { chance, timeline } = this.feed.world;
    if (!this.wire.process.isAlive) return this.feed.leave(this);
    if (this.wire.isUnlucky(STREAM_RATES.lost)) return;
    const isOvertaken = this.wire.isUnlucky(STREAM_RATES.overtaken);
    const arrivalMs = Math.max(this.lastArrivalMs, timeline.nowMs + this.wire.wayMs());
    if (!isOvertaken) this.lastArrivalMs = arrivalMs;
    const lateMs = isOvertaken ? chance.between(0, OVERTAKEN_MS_MAX) : 0;
    const copies = this.wire.isUnlucky(STREAM_RATES.twice) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1)
      timeline.after(arrivalMs - timeline.nowMs + lateMs, () => this.arrive(update));
    if (this.wire.isUnlucky(STREAM_RATES.cut)) timeline.after(this.wire.wayMs(), () => this.cut());
  }

  private async connect(): Promise<void> {
    try {
      const isRefused = await this.wire.ask(
        () => 'connects to the stream',
        () => {
          if (this.wire.isUnlucky(STREAM_RATES.refused)) return true;
          if (!this.isOver) this.feed.join(this);
          return false;
        },
        { lossRate: 0, patienceMs: CONNECT_MS_MAX, lost: () => new VenueUnavailable('unreachable') },
      );
      if (isRefused) return this.end();
      this.isUp = !this.isOver;
      this.caughtUp = this.handlers.onConnected();
      await this.caughtUp;
    } catch (error) {
      this.end(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private arrive(update: VenueUpdate): void {
    if (this.isOver || !this.wire.process.isAlive) return;
    const { name } = this.wire.process;
    this.feed.world.story.tell(name, () => `is told that ${update.order.brokerKey} ${update.kind}`);
    this.wire.process.run(() => {
      const before = this.lanes.get(update.order.brokerKey) ?? this.caughtUp;
      const done = before.then(() => (this.isOver ? undefined : this.handlers.onUpdate(update)));
      this.lanes.set(update.order.brokerKey, done);
      done.catch((error: unknown) => this.end(error instanceof Error ? error : new Error(String(error))));
    });
  }

  private cut(): void {
    if (this.wire.process.isAlive) this.wire.process.run(() => this.end());
  }
}
