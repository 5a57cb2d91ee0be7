import { Inject, Injectable } from '@nestjs/common';
import { Failure } from '@ballast/contracts';
import { Clock, ServiceLog } from '@ballast/service-host';
import type { Venue, VenueOrder } from '@ballast/venue';
import { atOnce } from './adapters/at-once.js';
import { LiveOrderList } from './adapters/live-order-list.js';
import type { SentOrder } from './adapters/live-order-list.js';
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
   * Compares every live order that has not changed for `unchangedMs` milliseconds with the broker's list of open ones, and looks
   * up each that is not there as it is here. One that was not sent yet, or that
   * the broker does not show, is left to the message that submits it; one that cannot be brought in line is reported
   * and left as it is. Throws `Failure` while the store or the broker cannot be reached.
   */
  async execute(unchangedMs = 0): Promise<void> {
    let compared = 0;
    const unchangedSince = new Date(this.clock.now() - unchangedMs).toISOString();
    let open: ReadonlyMap<string, VenueOrder> | undefined;
    const differing: SentOrder[] = [];
    for await (const order of this.live.sent(unchangedSince)) {
      compared += 1;
      open ??= await this.openAtVenue();
      if (!isAsThere(order, open.get(order.brokerKey))) differing.push(order);
    }
    let lookedUp = 0;
    const healed = async (order: SentOrder): Promise<void> => {
      if (await this.heal(order)) lookedUp += 1;
    };
    await atOnce(differing, ({ orderId }) => orderId, healed);
    if (compared > 0) this.log.info({ compared, lookedUp }, 'live orders compared with the broker');
  }

  private async openAtVenue(): Promise<ReadonlyMap<string, VenueOrder>> {
    const orders = await orFailure(this.venue.openOrders());
    return new Map(orders.map((order) => [order.brokerKey, order]));
  }

  private async heal({ brokerKey, profileId, orderId }: SentOrder): Promise<boolean> {
    const key = { profileId, orderId };
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

/** Whether the broker has nothing to tell of the order: it rests there with the fills that it has here. */
function isAsThere({ restsWith }: SentOrder, atVenue: VenueOrder | undefined): boolean {
  if (restsWith === undefined || atVenue === undefined) return false;
  const rests = atVenue.status === 'open' || atVenue.status === 'partially-filled';
  return rests && atVenue.filledQuantity.eq(restsWith);
}

/**
 * Whether the other orders can go on: a bug stops the order that met it, and so does a broker that is behind with its
 * list of executions or with a replacement. Every other failure is an outage and everybody's.
 */
export function concernsOneOrder(error: unknown): boolean {
  if (error instanceof ExecutionsNotListed || error instanceof ReplacementNotKnown) return true;
  return !(error instanceof Failure);
}
