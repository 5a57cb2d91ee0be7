import type { DroppedMessage } from '@ballast/contracts/stream-protocol';
import type { Wire } from './adapters/wire.js';
import { Frame, QuoteFrame } from './domain/frame.js';
import { Outbox } from './domain/outbox.js';
import { Pace } from './domain/pace.js';

/** Messages that are written at once before it is looked again whether there is room for more. */
const FLUSH_MESSAGES = 16;
const QUOTES = 'quotes';

/** Who hears what becomes of messages. */
export interface QueueOwner {
  /** So many were written. */
  onSent(count: number): void;
  /** This one the client will never get. */
  onLost(frame: Frame): void;
  /** The client has caught up after messages were lost, and was told how many. */
  onCaughtUp(): void;
  /** Milliseconds that only ever rise. */
  nowMs(): number;
}

/** What one client is sent: at once, as soon as its connection has room, and never more in a second than `Pace` allows. */
export class StreamQueue {
  private readonly outbox = new Outbox(
    (frame) => this.owner.onLost(frame),
    (frame) => this.replaced(frame),
  );
  private readonly pace = new Pace();
  private timer: NodeJS.Timeout | undefined;
  private quotesReplaced = 0;
  private isWriting = false;
  private isOver = false;

  constructor(
    private readonly wire: Wire,
    private readonly owner: QueueOwner,
  ) {}

  /** Messages that wait. */
  get waiting(): number {
    return this.outbox.size;
  }

  /** Whether it is written one message now by whoever writes the same to many; counts it. */
  takesNow(): boolean {
    const nowMs = this.owner.nowMs();
    if (!this.isReady || this.pace.left(nowMs) === 0) return false;
    this.pace.spend(1, nowMs);
    return true;
  }

  /** Sends these, now or when there is room. */
  send(frames: readonly Frame[]): void {
    if (this.isOver || frames.length === 0) return;
    const nowMs = this.owner.nowMs();
    const now = this.isReady ? frames.slice(0, this.pace.left(nowMs)) : [];
    this.write(now);
    this.pace.spend(now.length, nowMs);
    for (const frame of frames.slice(now.length)) this.outbox.push(frame);
    this.goOnLater();
  }

  /** Sends what the client has asked for, which no second counts: who resumes has all of it at once. */
  answer(frames: readonly Frame[]): void {
    if (this.isReady && !this.isOver) this.write(frames);
    else this.send(frames);
  }

  /**
   * There is room again: sends what has waited, and says what was dropped meanwhile. A connection may say so while it is
   * being written to, when what follows must not overtake the rest of what is being written.
   */
  flush(): void {
    if (this.isWriting) return;
    while (!this.isOver && !this.wire.isCongested && !this.outbox.isEmpty) {
      const nowMs = this.owner.nowMs();
      const left = this.pace.left(nowMs);
      if (left === 0) return this.goOnLater();
      const frames = this.outbox.take(Math.min(left, FLUSH_MESSAGES));
      this.write(frames);
      this.pace.spend(frames.length, nowMs);
      if (this.outbox.size === 0) this.tellDropped();
    }
  }

  /** Forgets what waits and fits this: its reader begins anew. */
  forget(fits: (frame: Frame) => boolean): void {
    this.outbox.forget(fits);
  }

  /** The connection is gone. */
  close(): void {
    this.isOver = true;
    clearTimeout(this.timer);
  }

  /** Whether it can be written to now, with nothing waiting before. */
  private get isReady(): boolean {
    return this.outbox.isEmpty && !this.wire.isCongested;
  }

  private write(frames: readonly Frame[]): void {
    if (frames.length === 0) return;
    this.owner.onSent(frames.length);
    this.isWriting = true;
    try {
      this.wire.send(frames);
    } finally {
      this.isWriting = false;
    }
  }

  /** Looks again when the second has room; where it is the connection that has none, it says so itself. */
  private goOnLater(): void {
    if (this.isOver || this.outbox.isEmpty || this.wire.isCongested) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.flush();
    }, this.pace.waitMs(this.owner.nowMs())).unref();
  }

  private replaced(frame: Frame): void {
    if (!(frame instanceof QuoteFrame)) return;
    this.quotesReplaced += 1;
    this.owner.onLost(frame);
  }

  private tellDropped(): void {
    const dropped = new Map(this.outbox.takeDropped());
    if (this.quotesReplaced > 0) dropped.set(QUOTES, this.quotesReplaced);
    this.quotesReplaced = 0;
    this.send([...dropped].map(([topic, count]) => droppedFrame({ topic, count })));
    this.owner.onCaughtUp();
  }
}

const droppedFrame = (message: DroppedMessage): Frame => new Frame('dropped', message, 'dropped');
