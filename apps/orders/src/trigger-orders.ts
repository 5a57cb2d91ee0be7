import { Inject, Injectable } from '@nestjs/common';
import { Failure } from '@ballast/contracts';
import type { Decimal } from '@ballast/money';
import { Clock, ServiceLog } from '@ballast/service-host';
import { LiveOrderList } from './adapters/live-order-list.js';
import type { WaitingOrder } from './adapters/live-order-list.js';
import { Market } from './adapters/market.js';
import { OrderBooks } from './adapters/order-books.js';
import { TrailNotes } from './adapters/trail-notes.js';
import { hasEnded } from './domain/order.js';
import type { SymbolFacts } from './domain/placement.js';
import type { RiskLimits } from './domain/risk-limits.js';
import { decideTrigger, isSetOff, isSetOffAlike, stopAfter, waitsHere } from './domain/waiting.js';
import { RISK_LIMITS } from './orders.config.js';

interface Watched {
  readonly order: WaitingOrder;
  /** Where it stands now; one that trails has followed the market. */
  readonly stop: Decimal;
}

/**
 * Watches the market for the orders that wait here and tells when it sets one off; the event sends it. Each replica does
 * so for all that it knows of, and the first to tell is heard. How far a trailing stop has followed is in memory, and noted
 * now and then: after a restart it follows on from the last note.
 */
@Injectable()
export class TriggerOrders {
  private readonly watched = new Map<string, Watched>();

  constructor(
    private readonly live: LiveOrderList,
    private readonly books: OrderBooks,
    private readonly market: Market,
    private readonly trails: TrailNotes,
    private readonly clock: Clock,
    private readonly log: ServiceLog,
    @Inject(RISK_LIMITS) private readonly limits: RiskLimits,
  ) {}

  /** Watches the order, if it waits here; one that is known and has other terms now by these. */
  watch(order: WaitingOrder): void {
    const { stopPrice: first } = order.conditions;
    if (first === undefined || !waitsHere(order)) return;
    const known = this.watched.get(order.id);
    const stop = known !== undefined && isSetOffAlike(known.order, order) ? known.stop : first;
    this.watched.set(order.id, { order, stop });
  }

  /** Where the order's stop stands by this replica's looks at the market; `undefined` where it does not wait any more. */
  stopOf(orderId: string): Decimal | undefined {
    return this.watched.get(orderId)?.stop;
  }

  /** Learns of every order that waits, whichever replica placed it, and forgets the others. Throws `Failure` while the store is away. */
  async discover(): Promise<void> {
    const gone = new Set(this.watched.keys());
    for await (const order of this.live.waiting()) {
      const { stopPrice: first } = order.conditions;
      if (first === undefined || this.watched.has(order.id)) this.watch(order);
      else this.watched.set(order.id, { order, stop: await this.trails.stopOf(order, first) });
      gone.delete(order.id);
    }
    for (const orderId of gone) this.forget(orderId);
  }

  /** Looks at the market once for every symbol in which an order waits; one that cannot be looked at is looked at next time. */
  async execute(): Promise<void> {
    const symbols = new Set([...this.watched.values()].map(({ order }) => order.symbol));
    for (const symbol of symbols) {
      try {
        const facts = await this.market.symbolFacts(symbol);
        if (facts !== undefined && this.isFresh(facts)) await this.look(symbol, facts);
      } catch (error) {
        this.log.warn({ symbol, err: error }, 'orders that wait for the market cannot be looked at now');
      }
    }
  }

  private isFresh({ quotedAtMs }: SymbolFacts): boolean {
    return this.clock.now() - quotedAtMs <= this.limits.quoteAgeMsMax;
  }

  private async look(symbol: string, facts: SymbolFacts): Promise<void> {
    for (const [orderId, { order, stop: before }] of [...this.watched]) {
      if (order.symbol !== symbol) continue;
      const stop = stopAfter(order, before, facts);
      this.watched.set(orderId, { order, stop });
      if (isSetOff(order, stop, facts)) await this.trigger({ order, stop }, facts);
      else await this.note(order, stop);
    }
  }

  /** A note that cannot be made now is made later: the stop itself is known here. */
  private async note(order: WaitingOrder, stop: Decimal): Promise<void> {
    try {
      this.watched.set(order.id, { order, stop: await this.trails.note(order, stop) });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.log.warn({ orderId: order.id, err: error }, 'how far a stop has followed the market cannot be noted now');
    }
  }

  private forget(orderId: string): void {
    this.watched.delete(orderId);
    this.trails.forget(orderId);
  }

  /** An order whose capital is not held yet goes on being watched, and one that has other terms now by these. */
  private async trigger({ order: known, stop }: Watched, facts: SymbolFacts): Promise<void> {
    const { id: orderId, profileId } = known;
    const order = await this.books.change({ profileId, orderId }, ({ order: latest }) => ({
      events: latest !== undefined && isSetOffAlike(known, latest) ? decideTrigger(latest, stop, facts) : [],
      isOfStored: true,
      result: (after) => after,
    }));
    if (order === undefined || hasEnded(order) || !waitsHere(order)) this.forget(orderId);
    else this.watch(order);
  }
}
