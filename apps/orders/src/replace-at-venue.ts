import { Inject, Injectable } from '@nestjs/common';
import { Failure } from '@ballast/contracts';
import { Clock } from '@ballast/service-host';
import { VenueRejected } from '@ballast/venue';
import type { Venue } from '@ballast/venue';
import { OrderBooks } from './adapters/order-books.js';
import type { OrderKey } from './adapters/order-books.js';
import { TradingPermit } from './adapters/trading-permit.js';
import { CALL_DELAY_MS_MAX, VENUE, changeOf, failureOf, orFailure } from './adapters/venue-calls.js';
import {
  controlled,
  decideReplaceAgain,
  decideReplaceHere,
  decideReplaceSubmission,
  replaceRejected,
} from './domain/replacing.js';
import { nameAtBroker } from './domain/name-at-broker.js';
import type { Order } from './domain/order.js';
import { waitsHere } from './domain/waiting.js';
import { SettleReplacement } from './settle-replacement.js';
import { TriggerOrders } from './trigger-orders.js';

/**
 * Asks the broker for the other terms of an order once their capital is held, or at once where they cost no more; an order
 * that waits here has them then. Runs only
 * while a message is handled, so that a crash at any point has something that triggers it again. What became of it is looked
 * up until it is known; the broker is asked again, under the same name, only when it surely does not have it.
 */
@Injectable()
export class ReplaceAtVenue {
  constructor(
    private readonly books: OrderBooks,
    private readonly permit: TradingPermit,
    private readonly settle: SettleReplacement,
    private readonly triggers: TriggerOrders,
    private readonly clock: Clock,
    @Inject(VENUE) private readonly venue: Venue,
  ) {}

  /** A replacement that is over is left alone. Throws `Failure` while the outcome is not known or the broker is away. */
  async execute(key: OrderKey, revision: number): Promise<void> {
    const controls = await this.permit.current();
    const step = await this.books.change(key, ({ order }) => {
      if (order === undefined) throw new Error(`other terms were asked for an unknown order ${key.orderId}`);
      const { events, next } = waitsHere(order)
        ? decideReplaceHere(order, revision, { controls, feeRate: this.venue.capabilities.feeRate })
        : decideReplaceSubmission(order, revision, controls);
      return { events, isOfStored: true, result: (after) => ({ next, order: after ?? order }) };
    });
    this.triggers.watch(step.order);
    if (step.next === 'send') await this.send(step.order);
    if (step.next !== 'nothing' && (await this.settle.execute(key)) === 'absent') await this.askAgain(key, revision);
  }

  private async askAgain(key: OrderKey, revision: number): Promise<void> {
    const controls = await this.permit.current();
    const step = await this.books.change(key, ({ order }) => {
      if (order === undefined) throw new Error(`other terms were asked for an unknown order ${key.orderId}`);
      const { events, next } = decideReplaceAgain(order, revision, { controls, nowMs: this.clock.now() });
      return { events, isOfStored: true, result: (after) => ({ next, order: after ?? order }) };
    });
    if (step.next !== 'send') return;
    await this.send(step.order);
    await this.settle.execute(key);
  }

  private async send(order: Order): Promise<void> {
    const { replacement } = order;
    if (replacement === undefined) throw new Error('unreachable: it was committed with the step');
    const change = changeOf(order, replacement, this.venue.capabilities);
    try {
      const venueOrderId = order.venueOrderId ?? (await this.venueOrderIdOf(order));
      if (this.clock.now() - Date.parse(replacement.submittedAt ?? order.updatedAt) > CALL_DELAY_MS_MAX)
        throw new Failure('replacement-late', 'the commit took so long that the replacement must be looked up first');
      await this.permit.during(controlled(order, replacement.terms), () => this.venue.replace(venueOrderId, change));
    } catch (error) {
      if (error instanceof VenueRejected) return this.reject(order, error.message);
      throw failureOf(error);
    }
  }

  private async venueOrderIdOf(order: Order): Promise<string> {
    const found = await orFailure(this.venue.lookup(nameAtBroker(order, order.revision)));
    if (found === undefined) throw new Failure('order-not-visible', 'the broker does not show the order now');
    return found.venueOrderId;
  }

  /** The broker's refusal; the order is as it was. */
  private async reject({ id, profileId, replacement }: Order, venueReason: string): Promise<void> {
    await this.books.change({ profileId, orderId: id }, ({ order }) => {
      const isMeant = order?.replacement !== undefined && order.replacement.revision === replacement?.revision;
      return { events: isMeant ? [replaceRejected(order, { venueReason })] : [], result: () => undefined };
    });
  }
}
