import { Inject, Injectable } from '@nestjs/common';
import { Clock, ServiceLog } from '@ballast/service-host';
import type { Venue, VenueExecution } from '@ballast/venue';
import { orderKeyOf } from './adapters/order-key.js';
import { VENUE, orFailure } from './adapters/venue-calls.js';
import { concernsOneOrder } from './heal-from-venue.js';
import { HearExecution } from './hear-execution.js';

/** Milliseconds before the last look from which executions are read again: clocks differ, and brokers list late. */
const OVERLAP_MS = 60_000;
/** Milliseconds that are read where nobody has ever looked. */
const LOOK_BACK_MS = 24 * 60 * 60_000;
/** Executions remembered as recorded, so that reading them again costs nothing. */
const RECORDED_MAX = 50_000;

/** Records the executions that the broker lists and that no update brought, those of orders that have ended included. */
@Injectable()
export class RecordMissedExecutions {
  private readonly recorded = new Set<string>();
  private completeUntil: string | undefined;

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
  }

  /** An update has brought this one. */
  note(executionId: string): void {
    this.recorded.add(executionId);
    if (this.recorded.size > RECORDED_MAX) this.recorded.delete(this.recorded.values().next().value ?? '');
  }

  /**
   * Reads on from the position what is at least `ageMsMin` old, below the overlap: updates of the rest are on their way. Throws
   * `Failure` while the store or the broker cannot be reached; the position stays then.
   */
  async execute(ageMsMin = 0): Promise<void> {
    const beganAtMs = this.clock.now();
    const since = new Date(this.completeUntil ?? beganAtMs - LOOK_BACK_MS);
    const brokerKeys = new Map<string, string | undefined>();
    for (const execution of await orFailure(this.venue.executionsSince(since))) {
      if (this.recorded.has(execution.executionId) || beganAtMs - execution.at.getTime() < ageMsMin) continue;
      await this.recordOne(execution, brokerKeys);
      this.note(execution.executionId);
    }
    this.completeUntil = new Date(beganAtMs - OVERLAP_MS).toISOString();
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
