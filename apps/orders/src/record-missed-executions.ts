import { Inject, Injectable } from '@nestjs/common';
import { Clock, ServiceLog } from '@ballast/service-host';
import type { Venue, VenueExecution } from '@ballast/venue';
import { atOnce } from './adapters/at-once.js';
import { orderKeyOf } from './adapters/order-key.js';
import { VENUE, orFailure } from './adapters/venue-calls.js';
import { concernsOneOrder } from './heal-from-venue.js';
import { HearExecution } from './hear-execution.js';

/** Milliseconds before the last look from which executions are read again: clocks differ, and brokers list late. */
const OVERLAP_MS = 60_000;
/** Milliseconds that are read in between, so that a look is cheap: what is older was looked at before, and will be again. */
const RECENT_MS = 40_000;
/** Milliseconds that are read where nobody has ever looked. */
const LOOK_BACK_MS = 24 * 60 * 60_000;
/** Executions remembered as recorded, so that reading them again costs nothing. */
const RECORDED_MAX = 50_000;

/** Records the executions that the broker lists and that no update brought, those of orders that have ended included. */
@Injectable()
export class RecordMissedExecutions {
  private readonly recorded = new Set<string>();
  private completeUntil: string | undefined;
  /** When everything since the position was read the last time, by the clock that nobody sets. */
  private readAllAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly hear: HearExecution,
    private readonly clock: Clock,
    private readonly log: ServiceLog,
    @Inject(VENUE) private readonly venue: Venue,
  ) {}

  /** The instant, ISO 8601, up to which everything that the broker executed is recorded; `undefined` before the first look. */
  get position(): string | undefined {
    return this.completeUntil;
  }

  /** Goes on where somebody else has stopped. */
  resume(position: string | undefined): void {
    this.completeUntil = position;
    this.readAllAtMs = Number.NEGATIVE_INFINITY;
  }

  /** An update has brought this one. */
  note(executionId: string): void {
    this.recorded.add(executionId);
    if (this.recorded.size > RECORDED_MAX) this.recorded.delete(this.recorded.values().next().value ?? '');
  }

  /**
   * Reads everything on from the position, however new: nothing was heard before.
   * Throws `Failure` while the store or the broker cannot be reached; the position stays then.
   */
  async execute(): Promise<void> {
    const [beganAtMs, readAllAtMs] = [this.clock.now(), performance.now()];
    await this.readSince(new Date(this.completeUntil ?? beganAtMs - LOOK_BACK_MS), () => true);
    this.completeUntil = new Date(beganAtMs - OVERLAP_MS).toISOString();
    this.readAllAtMs = readAllAtMs;
  }

  /**
   * Reads what is at least `ageMsMin` old, below the overlap, as updates of the rest are on their way: the latest, and once in
   * an overlap all since the position. Throws as `execute`.
   */
  async executeAgain(ageMsMin: number): Promise<void> {
    const [beganAtMs, nowMs] = [this.clock.now(), performance.now()];
    const isAll = nowMs - this.readAllAtMs >= OVERLAP_MS || this.completeUntil === undefined;
    const since = isAll ? new Date(this.completeUntil ?? beganAtMs - LOOK_BACK_MS) : new Date(beganAtMs - RECENT_MS);
    await this.readSince(since, ({ at }) => beganAtMs - at.getTime() >= ageMsMin);
    if (!isAll) return;
    this.completeUntil = new Date(beganAtMs - OVERLAP_MS).toISOString();
    this.readAllAtMs = nowMs;
  }

  private async readSince(since: Date, isMeant: (execution: VenueExecution) => boolean): Promise<void> {
    const brokerKeys = new Map<string, string | undefined>();
    const listed = await orFailure(this.venue.executionsSince(since));
    const missed = listed.filter((each) => !this.recorded.has(each.executionId) && isMeant(each));
    await atOnce(
      missed,
      ({ venueOrderId }) => venueOrderId,
      async (execution) => {
        await this.recordOne(execution, brokerKeys);
        this.note(execution.executionId);
      },
    );
  }

  private async recordOne(execution: VenueExecution, brokerKeys: Map<string, string | undefined>): Promise<void> {
    const key = orderKeyOf(await this.brokerKeyOf(execution, brokerKeys));
    if (key === undefined) return;
    try {
      await this.hear.execute(key, execution);
    } catch (error) {
      if (!concernsOneOrder(error)) throw error;
      this.log.error({ orderId: key.orderId, err: error }, 'an execution cannot be recorded; the others go on');
    }
  }

  private async brokerKeyOf(
    { brokerKey, venueOrderId }: VenueExecution,
    brokerKeys: Map<string, string | undefined>,
  ): Promise<string | undefined> {
    if (brokerKey !== undefined) return brokerKey;
    if (!brokerKeys.has(venueOrderId)) {
      brokerKeys.set(venueOrderId, (await orFailure(this.venue.find(venueOrderId)))?.brokerKey);
    }
    return brokerKeys.get(venueOrderId);
  }
}
