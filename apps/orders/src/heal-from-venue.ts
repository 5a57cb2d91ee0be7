import { Inject, Injectable, Logger } from '@nestjs/common';
import { brokerKeyOf } from '@ballast/contracts';
import type { Venue } from '@ballast/venue';
import { LiveOrderList } from './adapters/live-order-list.js';
import { VENUE, orFailure } from './adapters/venue-calls.js';
import { SettleFromVenue } from './settle-from-venue.js';

/** Brings every live order to what the broker says of it, after the stream of updates was away. */
@Injectable()
export class HealFromVenue {
  private readonly logger = new Logger(HealFromVenue.name);

  constructor(
    private readonly live: LiveOrderList,
    private readonly settle: SettleFromVenue,
    @Inject(VENUE) private readonly venue: Venue,
  ) {}

  /**
   * An order that was not sent yet, or that the broker does not show, is left to the message that submits it. Throws
   * `Failure` while the store or the broker cannot be reached.
   */
  async execute(): Promise<void> {
    let healed = 0;
    for await (const key of this.live.sent()) {
      const atVenue = await orFailure(this.venue.lookup(brokerKeyOf(key.orderId, 0)));
      if (atVenue === undefined) continue;
      await this.settle.execute(key, atVenue);
      healed += 1;
    }
    this.logger.log({ healed }, 'live orders compared with the broker');
  }
}
