import { Inject, Injectable } from '@nestjs/common';
import { Failure } from '@ballast/contracts';
import { Clock, ServiceLog } from '@ballast/service-host';
import type { Venue } from '@ballast/venue';
import { LiveOrderList } from './adapters/live-order-list.js';
import type { OrderKey } from './adapters/order-books.js';
import { VENUE, orFailure } from './adapters/venue-calls.js';
import { ExecutionsNotListed } from './record-listed-executions.js';
import { ReplacementNotKnown } from './settle-replacement.js';
import { SettleFromVenue } from './settle-from-venue.js';

/** Brings live orders to what the broker says of them, wherever updates may have been missed. */
@Injectable()
export class HealFromVenue {
  constructor(
    private readonly live: LiveOrderList,
    private readonly settle: SettleFromVenue,
    private readonly clock: Clock,
    private readonly log: ServiceLog,
    @Inject(VENUE) private readonly venue: Venue,
  ) {}

  /**
   * Compares every live order that has not changed for `unchangedMs` milliseconds. One that was not sent yet, or that
   * the broker does not show, is left to the message that submits it; one that cannot be brought in line is reported
   * and left as it is. Throws `Failure` while the store or the broker cannot be reached.
   */
  async execute(unchangedMs = 0): Promise<void> {
    let compared = 0;
    const unchangedSince = new Date(this.clock.now() - unchangedMs).toISOString();
    for await (const key of this.live.sent(unchangedSince)) if (await this.heal(key)) compared += 1;
    this.log.info({ compared }, 'live orders compared with the broker');
  }

  private async heal({ brokerKey, ...key }: OrderKey & { readonly brokerKey: string }): Promise<boolean> {
    try {
      const atVenue = await orFailure(this.venue.lookup(brokerKey));
      if (atVenue !== undefined) await this.settle.execute(key, atVenue);
      return atVenue !== undefined;
    } catch (error) {
      if (!concernsOneOrder(error)) throw error;
      this.log.error({ orderId: key.orderId, err: error }, 'an order cannot be brought to what the broker says of it');
      return false;
    }
  }
}

/**
 * Whether the other orders can go on: a bug stops the order that met it, and so does a broker that is behind with its
 * list of executions or with a replacement. Every other failure is an outage and everybody's.
 */
export function concernsOneOrder(error: unknown): boolean {
  if (error instanceof ExecutionsNotListed || error instanceof ReplacementNotKnown) return true;
  return !(error instanceof Failure);
}
