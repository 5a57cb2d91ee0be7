import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Failure } from '@ballast/contracts';
import { ServiceLog } from '@ballast/service-host';
import type { Venue, VenueStream, VenueUpdate } from '@ballast/venue';
import { HealFromVenue, concernsOneOrder } from '../heal-from-venue.js';
import { HearExecution } from '../hear-execution.js';
import { RecordMissedExecutions } from '../record-missed-executions.js';
import { SettleFromVenue } from '../settle-from-venue.js';
import type { OwnedWork } from './lock-keeper.js';
import { orderKeyOf } from './order-key.js';
import type { NamedOrder } from './order-key.js';
import { VENUE } from './venue-calls.js';

/** Tries of one update before it is given up, or, in an outage, the stream with it, to be healed on connecting again. */
const ATTEMPTS_MAX = 5;
const ATTEMPT_PAUSE_MS = 100;
/** How often executions are read of which no update may have come: one request to the broker. */
const READ_EVERY_MS = 15_000;
/** How old an execution is then; the update of a newer one is on its way. */
const READ_AGE_MS_MIN = 10_000;
/** How often quiet orders are compared with the broker, for an update that never came or could not be applied. */
const COMPARE_EVERY_MS = 15_000;
/** How long an order has been quiet then; the updates of a busier one are on their way. */
const QUIET_MS_MIN = 15_000;

/**
 * Hears what the broker does to our orders, one update of an order at a time, as long as this replica is the one that does.
 * What was missed is healed on connecting: executions since the last that everybody knows, then every live order. What
 * never came is found by reading the executions and comparing quiet orders, every 15 s each.
 */
@Injectable()
export class VenueUpdates implements OwnedWork {
  private stream: VenueStream | undefined;
  private timers: NodeJS.Timeout[] = [];
  private readonly work = new Map<string, Promise<void>>();
  private mayApply: () => boolean = () => true;

  constructor(
    private readonly hear: HearExecution,
    private readonly settle: SettleFromVenue,
    private readonly heal: HealFromVenue,
    private readonly missed: RecordMissedExecutions,
    private readonly log: ServiceLog,
    @Inject(VENUE) private readonly venue: Venue,
  ) {}

  /** The instant up to which every execution is recorded. */
  get position(): string | undefined {
    return this.missed.position;
  }

  /** Asked before each update is applied; one that comes when it says no ends the stream. */
  onlyWhile(mayApply: () => boolean): void {
    this.mayApply = mayApply;
  }

  begin(position: string | undefined): void {
    this.missed.resume(position);
    this.stream = this.venue.stream({
      onUpdate: (update) => this.handle(update),
      onConnected: () => this.catchUp(),
      onDisconnected: (cause) => this.log.warn({ err: cause }, 'the stream of updates is gone; connecting again'),
    });
    this.timers = [
      setInterval(() => this.once('read', () => this.missed.executeAgain(READ_AGE_MS_MIN)), READ_EVERY_MS),
      setInterval(() => this.once('compare', () => this.heal.execute(QUIET_MS_MIN)), COMPARE_EVERY_MS),
    ];
  }

  async end(): Promise<void> {
    this.timers.forEach((timer) => clearInterval(timer));
    await Promise.all([this.stream?.close(), ...this.work.values()]);
  }

  private async catchUp(): Promise<void> {
    await this.missed.execute();
    await this.heal.execute();
  }

  /** Does a piece of work unless it is still being done; what it meets is tried again the next time. */
  private once(name: string, work: () => Promise<void>): void {
    if (this.work.has(name)) return;
    const done = work()
      .catch((error: unknown) => this.log.warn({ err: error }, `orders could not be brought to the broker's: ${name}`))
      .finally(() => this.work.delete(name));
    this.work.set(name, done);
  }

  private async handle(update: VenueUpdate): Promise<void> {
    const key = orderKeyOf(update.order.brokerKey);
    if (key === undefined) {
      this.log.warn({ brokerKey: update.order.brokerKey }, 'the broker reports an order that is not ours');
      return;
    }
    // That it rests is known from the answer to its submission, which also survives a stream that is away.
    if (update.kind === 'opened') return;
    await this.apply(key, update);
    if (update.kind === 'executed') this.missed.note(update.execution.executionId);
  }

  private async apply(key: NamedOrder, update: VenueUpdate): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      if (!this.mayApply()) throw new Failure('stream-not-ours', 'another replica hears the broker');
      try {
        if (update.kind === 'executed') await this.hear.execute(key, update.execution);
        else await this.settle.execute(key, update.order);
        return;
      } catch (error) {
        if (attempt < ATTEMPTS_MAX) {
          await delay(ATTEMPT_PAUSE_MS * attempt);
          continue;
        }
        if (!concernsOneOrder(error)) throw error;
        this.log.error({ orderId: key.orderId, err: error }, 'an update cannot be applied; the other orders go on');
        return;
      }
    }
  }
}
