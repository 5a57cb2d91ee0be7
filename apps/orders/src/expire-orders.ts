import { Injectable } from '@nestjs/common';
import { Clock, ServiceLog } from '@ballast/service-host';
import { LiveOrderList } from './adapters/live-order-list.js';
import { OrderBooks } from './adapters/order-books.js';
import type { OrderKey } from './adapters/order-books.js';
import { decideCancellation } from './domain/cancellation.js';
import { hasEnded, hasExpired } from './domain/order.js';
import type { Order } from './domain/order.js';

/** Who asks for the cancel of an order whose time is over. */
const REQUESTED_BY = 'expiry';

/**
 * Ends orders at the date they were given. Where the broker keeps no dates it is asked to cancel, and the end that it
 * reports is `expired`; an order that it was never sent ends at once. Each replica does this for all orders it knows of:
 * the second request to cancel is the same request.
 */
@Injectable()
export class ExpireOrders {
  private readonly dueMs = new Map<string, { readonly key: OrderKey; readonly atMs: number }>();

  constructor(
    private readonly live: LiveOrderList,
    private readonly books: OrderBooks,
    private readonly clock: Clock,
    private readonly log: ServiceLog,
  ) {}

  /** Remembers when the order ends, if it was given a date. */
  watch({ id, profileId, conditions }: Pick<Order, 'id' | 'profileId' | 'conditions'>): void {
    const { expiresAt } = conditions;
    if (expiresAt !== undefined) this.dueMs.set(id, { key: { profileId, orderId: id }, atMs: Date.parse(expiresAt) });
  }

  /**
   * Learns of every live order with a date, whichever replica placed it, and forgets those that have ended. Throws
   * `Failure` while the store is away.
   */
  async discover(): Promise<void> {
    const gone = new Set(this.dueMs.keys());
    for await (const order of this.live.dated()) {
      this.watch(order);
      gone.delete(order.id);
    }
    for (const orderId of gone) this.dueMs.delete(orderId);
  }

  /**
   * Asks for the end of every order whose time has come, again until it has ended. An order that cannot be asked about
   * now is asked about next time, and keeps no other one waiting.
   */
  async execute(): Promise<void> {
    const nowMs = this.clock.now();
    for (const { key, atMs } of [...this.dueMs.values()]) if (atMs <= nowMs) await this.expire(key);
  }

  /** It was given another date, or none. */
  private rewatch(order: Order): void {
    this.dueMs.delete(order.id);
    this.watch(order);
  }

  /** By the date that the order has when that is committed: another replica may have given it another one. */
  private async end(key: OrderKey): Promise<void> {
    const nowMs = this.clock.now();
    await this.books.change(key, ({ order }) => {
      const isOver = order !== undefined && hasExpired(order, nowMs);
      const decision = isOver ? decideCancellation(order, REQUESTED_BY, nowMs) : undefined;
      return { events: decision?.outcome === 'requested' ? decision.events : [], result: () => undefined };
    });
  }

  private async expire(key: OrderKey): Promise<void> {
    try {
      const order = await this.books.current(key);
      if (order === undefined || hasEnded(order)) this.dueMs.delete(key.orderId);
      else if (hasExpired(order, this.clock.now())) await this.end(key);
      else this.rewatch(order);
    } catch (error) {
      this.log.warn({ orderId: key.orderId, err: error }, 'an order whose time is over cannot be ended now');
    }
  }
}
