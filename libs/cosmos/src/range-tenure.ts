import type { ChangeFeedPullModelIterator } from '@azure/cosmos';
import { EVENT_TTL_SECONDS } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { faults } from '@ballast/faults';
import { Alarm } from './alarm.js';
import { eventIn } from './event-row.js';
import { LeaseLost } from './range-lease.js';
import type { RangeLease } from './range-lease.js';
import { RelayPace } from './relay-pace.js';
import type { RelayLog } from './relay.js';
import { retryDelayMs } from './retry-delay.js';

/** Milliseconds between two saves of the position, at least. */
const CHECKPOINT_MS = 1_000;
/** Chances of a save after which the lease is renewed although nothing moved: every 2 s. */
const RENEW_CHECKPOINTS = 2;

/** A row of the feed: an event, or state, which the relay passes over. */
export type FeedRow = { readonly kind?: unknown } & Record<string, unknown>;

/** One feed range and where its events go. */
export interface RangeFeed {
  readonly id: string;
  /** Opens the feed of the range after `continuation`, or at its beginning. */
  open(continuation: string | undefined): ChangeFeedPullModelIterator<FeedRow>;
  send(events: EventEnvelope[]): Promise<void>;
  readonly log: RelayLog;
  now(): number;
}

/** The time for which one replica serves one range: it reads, sends in order, and saves how far it got. */
export class RangeTenure {
  readonly #lease: RangeLease;
  readonly #feed: RangeFeed;
  readonly #pace = new RelayPace();
  readonly #readAlarm = new Alarm();
  readonly #backOffAlarm = new Alarm();
  readonly #keeperAlarm = new Alarm();
  #iterator: ChangeFeedPullModelIterator<FeedRow> | undefined;
  /** Everything up to here was sent. */
  #position: string | undefined;
  /** Whether events lie between the saved position and this one; passing over state again costs less than a save. */
  #hasUnsavedEvents = false;
  #ended = false;
  #lost = false;
  #over = false;
  #lastReadAt: number;
  #oldestUnsentAt: number | undefined;
  #readFailureCount = 0;

  constructor(lease: RangeLease, feed: RangeFeed) {
    this.#lease = lease;
    this.#feed = feed;
    this.#position = lease.continuation;
    this.#lastReadAt = feed.now();
  }

  /** Whether it may read and send. */
  get going(): boolean {
    return !this.#ended && !this.#lost;
  }

  /** Age in milliseconds of the oldest unsent event seen, or the time since the last good read while reads fail. */
  get lagMs(): number {
    const since = this.#oldestUnsentAt ?? (this.#readFailureCount > 0 ? this.#lastReadAt : undefined);
    return since === undefined ? 0 : Math.max(0, this.#feed.now() - since);
  }

  /** Reads as soon as the spacing of reads allows. */
  wake(): void {
    this.#pace.wake();
    this.#readAlarm.ring();
  }

  /** Lets `run` finish the send in hand, save the position and give the lease back. */
  end(): void {
    this.#ended = true;
    this.#interrupt();
  }

  /** Serves until the lease is lost or `end` is called. Throws what giving the lease back met. */
  async run(): Promise<void> {
    const keeper = this.#keepLease();
    try {
      while (this.going) {
        await this.#pauseUntilDue();
        if (this.going) await this.#readAndSend();
      }
    } finally {
      this.#over = true;
      this.#keeperAlarm.ring();
      await keeper;
    }
    if (!this.#lost) await this.#lease.giveBack(this.#position);
  }

  async #pauseUntilDue(): Promise<void> {
    for (let ms = this.#delayMs(); ms > 0 && this.going; ms = this.#delayMs()) await this.#readAlarm.wait(ms);
  }

  #delayMs(): number {
    return this.#pace.delayMs(performance.now());
  }

  async #readAndSend(): Promise<void> {
    // Opening asks for the container first; a kept iterator costs one request per read.
    this.#iterator ??= this.#feed.open(this.#position);
    this.#pace.reading();
    let page;
    try {
      page = await this.#iterator.readNext();
    } catch (error) {
      // An iterator that failed while it was opened would go on with a part of its ranges twice.
      this.#iterator = undefined;
      this.#readFailureCount += 1;
      this.#feed.log.warn({ range: this.#feed.id, err: error }, 'relay cannot read the change feed');
      await this.#backOff(retryDelayMs(this.#readFailureCount));
      return;
    }
    this.#readFailureCount = 0;
    this.#lastReadAt = this.#feed.now();
    const rows: FeedRow[] = page.result ?? [];
    this.#pace.read(rows.length, performance.now());
    const events = rows.flatMap((row) => eventIn(row) ?? []).filter((event) => this.#isNews(event));
    if (faults.isWithout('checkpoint-after-send')) await this.#lease.save(page.continuationToken);
    if (events.length > 0 && !(await this.#send(events))) return;
    this.#position = page.continuationToken;
    if (events.length > 0) this.#hasUnsavedEvents = true;
  }

  /** A row that carries its event may outlive the time for which an event is published. */
  #isNews({ time }: EventEnvelope): boolean {
    return this.#feed.now() - Date.parse(time) < EVENT_TTL_SECONDS * 1_000;
  }

  /** Sends until it succeeds; false when the tenure was over before. */
  async #send(events: EventEnvelope[]): Promise<boolean> {
    faults.reach('after-commit');
    this.#oldestUnsentAt = Math.min(...events.map((event) => Date.parse(event.time)));
    for (let failureCount = 1; this.going; failureCount += 1) {
      try {
        if (this.#lease.valid) {
          await this.#feed.send(events);
          this.#oldestUnsentAt = undefined;
          return true;
        }
      } catch (error) {
        this.#feed.log.warn({ range: this.#feed.id, events: events.length, err: error }, 'relay cannot send');
      }
      await this.#backOff(retryDelayMs(failureCount));
    }
    return false;
  }

  /** The only writer of the lease while the tenure lasts. */
  async #keepLease(): Promise<void> {
    let unsavedCount = 0;
    while (!this.#over) {
      await this.#keeperAlarm.wait(CHECKPOINT_MS);
      if (this.#over) return;
      unsavedCount += 1;
      if (!this.#hasUnsavedEvents && unsavedCount < RENEW_CHECKPOINTS) continue;
      this.#hasUnsavedEvents = false;
      try {
        await this.#lease.save(this.#position);
        unsavedCount = 0;
      } catch (error) {
        this.#hasUnsavedEvents = true;
        this.#feed.log.warn({ range: this.#feed.id, err: error }, 'relay cannot save its position');
        if (error instanceof LeaseLost) return this.#lose();
      }
    }
  }

  #lose(): void {
    this.#lost = true;
    this.#interrupt();
  }

  #interrupt(): void {
    this.#readAlarm.ring();
    this.#backOffAlarm.ring();
  }

  async #backOff(ms: number): Promise<void> {
    if (this.going) await this.#backOffAlarm.wait(ms);
  }
}
