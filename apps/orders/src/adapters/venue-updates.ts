import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { orderOfBrokerKey, profileOfOrder } from '@ballast/contracts';
import { ServiceLog } from '@ballast/service-host';
import type { Venue, VenueStream, VenueUpdate } from '@ballast/venue';
import { HealFromVenue, concernsOneOrder } from '../heal-from-venue.js';
import { RecordExecution } from '../record-execution.js';
import { SettleFromVenue } from '../settle-from-venue.js';
import type { OrderKey } from './order-books.js';
import { VENUE } from './venue-calls.js';

/** Tries of one update before it is given up, or, in an outage, the stream with it, to be healed on connecting again. */
const ATTEMPTS_MAX = 5;
const ATTEMPT_PAUSE_MS = 100;
/** How often quiet orders are compared with the broker, for an update that never came or could not be applied. */
const COMPARE_EVERY_MS = 300_000;
/** How long an order has been quiet then; the updates of a busier one are on their way. */
const QUIET_MS_MIN = 60_000;

/**
 * Hears what the broker does to our orders, one update of an order at a time. What was missed is healed on connecting;
 * what never came, or could not be applied, every five minutes.
 */
@Injectable()
export class VenueUpdates implements OnApplicationBootstrap, OnApplicationShutdown {
  private stream: VenueStream | undefined;
  private timer: NodeJS.Timeout | undefined;
  private comparison: Promise<void> | undefined;

  constructor(
    private readonly record: RecordExecution,
    private readonly settle: SettleFromVenue,
    private readonly heal: HealFromVenue,
    private readonly log: ServiceLog,
    @Inject(VENUE) private readonly venue: Venue,
  ) {}

  onApplicationBootstrap(): void {
    this.stream = this.venue.stream({
      onUpdate: (update) => this.handle(update),
      onConnected: () => this.heal.execute(),
      onDisconnected: (cause) => this.log.warn({ err: cause }, 'the stream of updates is gone; connecting again'),
    });
    this.timer = setInterval(() => {
      this.comparison ??= this.compare().finally(() => (this.comparison = undefined));
    }, COMPARE_EVERY_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all([this.stream?.close(), this.comparison]);
  }

  private async compare(): Promise<void> {
    try {
      await this.heal.execute(QUIET_MS_MIN);
    } catch (error) {
      this.log.warn({ err: error }, 'live orders could not be compared with the broker');
    }
  }

  private async handle(update: VenueUpdate): Promise<void> {
    const key = keyOf(update.order.brokerKey);
    if (key === undefined) {
      this.log.warn({ brokerKey: update.order.brokerKey }, 'the broker reports an order that is not ours');
      return;
    }
    // That it rests is known from the answer to its submission, which also survives a stream that is away.
    if (update.kind === 'opened') return;
    await this.apply(key, update);
  }

  private async apply(key: OrderKey, update: VenueUpdate): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (update.kind === 'executed') await this.record.execute(key, update.execution);
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

function keyOf(brokerKey: string): OrderKey | undefined {
  const orderId = orderOfBrokerKey(brokerKey)?.orderId;
  const profileId = orderId === undefined ? undefined : profileOfOrder(orderId);
  return orderId === undefined || profileId === undefined ? undefined : { orderId, profileId };
}
