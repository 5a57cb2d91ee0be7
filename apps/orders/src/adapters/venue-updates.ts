import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Failure, orderOfBrokerKey, profileOfOrder } from '@ballast/contracts';
import type { Venue, VenueStream, VenueUpdate } from '@ballast/venue';
import { HealFromVenue } from '../heal-from-venue.js';
import { RecordExecution } from '../record-execution.js';
import { SettleFromVenue } from '../settle-from-venue.js';
import type { OrderKey } from './order-books.js';
import { VENUE } from './venue-calls.js';

/** Tries of one update before the stream is dropped and healed by comparing with the broker. */
const ATTEMPTS_MAX = 5;
const ATTEMPT_PAUSE_MS = 100;

/** Hears what the broker does to our orders, one update of an order at a time; what was missed is healed on connecting. */
@Injectable()
export class VenueUpdates implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(VenueUpdates.name);
  private stream: VenueStream | undefined;

  constructor(
    private readonly record: RecordExecution,
    private readonly settle: SettleFromVenue,
    private readonly heal: HealFromVenue,
    @Inject(VENUE) private readonly venue: Venue,
  ) {}

  /** Whether updates are flowing now. */
  get connected(): boolean {
    return this.stream?.connected ?? false;
  }

  onApplicationBootstrap(): void {
    this.stream = this.venue.stream({
      onUpdate: (update) => this.handle(update),
      onConnected: () => this.heal.execute(),
      onDisconnected: () => this.logger.warn('the broker’s stream of updates is gone; connecting again'),
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.stream?.close();
  }

  private async handle(update: VenueUpdate): Promise<void> {
    const key = keyOf(update.order.brokerKey);
    if (key === undefined) {
      this.logger.warn({ brokerKey: update.order.brokerKey }, 'the broker reports an order that is not ours');
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
        if (!(error instanceof Failure) || attempt === ATTEMPTS_MAX) throw error;
        await delay(ATTEMPT_PAUSE_MS * attempt);
      }
    }
  }
}

function keyOf(brokerKey: string): OrderKey | undefined {
  const orderId = orderOfBrokerKey(brokerKey)?.orderId;
  const profileId = orderId === undefined ? undefined : profileOfOrder(orderId);
  return orderId === undefined || profileId === undefined ? undefined : { orderId, profileId };
}
