import { Inject, Injectable } from '@nestjs/common';
import { Failure } from '@ballast/contracts';
import { faults } from '@ballast/faults';
import { Clock } from '@ballast/service-host';
import { VenueOutcomeUnknown, VenueRejected } from '@ballast/venue';
import type { Venue, VenueOrder } from '@ballast/venue';
import { OrderBooks } from './adapters/order-books.js';
import type { OrderKey } from './adapters/order-books.js';
import { TradingPermit } from './adapters/trading-permit.js';
import { CALL_DELAY_MS_MAX, VENUE, failureOf, orFailure, requestOf } from './adapters/venue-calls.js';
import { afterBrokersEnd } from './domain/exit-retry.js';
import { becameUnknown, decideAbsence, decideSubmission, ended, reference } from './domain/submission.js';
import { nameAtBroker } from './domain/name-at-broker.js';
import type { Book } from './domain/book.js';
import type { Order } from './domain/order.js';
import { limitsFor } from './domain/risk-limits.js';
import type { RiskLimits } from './domain/risk-limits.js';
import { RISK_LIMITS } from './orders.config.js';
import { SettleFromVenue } from './settle-from-venue.js';

/** An order that the broker does not know a day after it was sent: its message is parked until a person has found out. */
export class OrderQuarantined extends Error {
  constructor(orderId: string) {
    super(
      `the broker does not know ${orderId}, which was sent a day ago: find out what became of it, cancel it, and redrive`,
    );
    this.name = 'OrderQuarantined';
  }
}

/**
 * Sends an order to the broker once its capital is held (an exit: once it is placed). Runs only while a message is
 * handled, so that a crash at any point has something that triggers it again; the broker key makes a second send the
 * same order.
 */
@Injectable()
export class SubmitOrder {
  constructor(
    private readonly books: OrderBooks,
    private readonly permit: TradingPermit,
    private readonly settle: SettleFromVenue,
    private readonly clock: Clock,
    @Inject(RISK_LIMITS) private readonly limits: RiskLimits,
    @Inject(VENUE) private readonly venue: Venue,
  ) {}

  /**
   * `allocatedUnits` is what the ledger says is allocated to the profile, in whole units of USD. Throws `Failure` while
   * the outcome is not known or the broker cannot be reached: to be tried again; `OrderQuarantined` when only a person can say.
   */
  async execute(key: OrderKey, allocatedUnits?: bigint): Promise<void> {
    const controls = await this.permit.current();
    const step = await this.books.change(key, ({ book, order }) => {
      if (order === undefined) throw new Error(`capital is held for an unknown order ${key.orderId}`);
      const { events, next } = decideSubmission(order, {
        controls,
        nowMs: this.clock.now(),
        allocatedUnits: this.isLimited(book) ? allocatedUnits : undefined,
      });
      return {
        events: afterBrokersEnd(order, events, this.clock.now()),
        isOfStored: next === 'nothing',
        result: (after) => ({ next, order: after ?? order }),
      };
    });
    if (step.next === 'send') await this.send(step.order);
    if (step.next === 'look-up') await this.lookUp(step.order);
  }

  /** Whether a share of the capital is looked at; a book that is written with every event says nothing that is not. */
  private isLimited(book: Book): boolean {
    return limitsFor(this.limits, book).concentrationRatioMax !== undefined;
  }

  private async send(order: Order): Promise<void> {
    if (this.clock.now() - Date.parse(order.submittedAt ?? order.updatedAt) > CALL_DELAY_MS_MAX)
      throw new Failure('submission-late', 'the commit took so long that the order must be looked up first');
    let answer: VenueOrder;
    try {
      const request = requestOf(order, this.venue.capabilities);
      answer = await this.permit.during(order, () => this.venue.submit(request));
      faults.reach('after-venue-call');
    } catch (error) {
      if (error instanceof VenueRejected) return this.end(order, error.message);
      if (error instanceof VenueOutcomeUnknown) await this.loseTrack(order, error.message);
      throw failureOf(error);
    }
    if (answer.status === 'open' || answer.status === 'pending') await this.open(order, answer);
  }

  /** The broker's answer that the order rests; an execution that overtook the answer has said more already. */
  private async open(key: Order, answer: VenueOrder): Promise<void> {
    await this.books.change(orderKey(key), ({ order }) => {
      const waiting = order?.state === 'submitting' || order?.state === 'unknown';
      return {
        events: waiting ? [{ fact: 'opened', data: { ...reference(key), venueOrderId: answer.venueOrderId } }] : [],
        result: () => undefined,
      };
    });
  }

  /** The broker's refusal of this attempt; it says nothing about another one that was made since. */
  private async end(attempt: Order, venueReason: string): Promise<void> {
    await this.books.change(orderKey(attempt), ({ order }) => {
      const waiting = order?.state === 'submitting' || order?.state === 'unknown';
      const isMeant = waiting && order.attempts === attempt.attempts;
      if (!isMeant) return { events: [], result: () => undefined };
      const events = afterBrokersEnd(order, [ended(order, 'rejected', { venueReason })], this.clock.now());
      return { events, result: () => undefined };
    });
  }

  private async loseTrack(key: Order, reason: string): Promise<void> {
    await this.books.change(orderKey(key), ({ order }) => ({
      events: order?.state === 'submitting' ? [becameUnknown(order, reason)] : [],
      result: () => undefined,
    }));
  }

  private async lookUp(order: Order): Promise<void> {
    const isBlind = faults.isWithout('look-up-before-retry');
    const found = isBlind ? undefined : await orFailure(this.venue.lookup(nameAtBroker(order, order.revision)));
    if (found !== undefined) return this.settle.execute(orderKey(order), found);
    const controls = await this.permit.current();
    const { callDeadlineMs, visibilityDelayMs } = this.venue.capabilities;
    const certainAfterMs = isBlind ? 0 : CALL_DELAY_MS_MAX + callDeadlineMs + visibilityDelayMs;
    const facts = { controls, nowMs: this.clock.now(), certainAfterMs };
    const decided = await this.books.change(orderKey(order), ({ order: latest }) => {
      const decision = decideAbsence(latest ?? order, facts);
      const events = afterBrokersEnd(latest ?? order, decision.events, facts.nowMs);
      return { events, result: (after) => ({ decision, order: after ?? order }) };
    });
    if (decided.decision.next === 'wait')
      throw new Failure('order-may-still-appear', 'the broker may not show the order yet', {
        retryAfterMs: decided.decision.waitMs,
      });
    if (decided.decision.next === 'quarantine') throw new OrderQuarantined(order.id);
    if (decided.decision.next === 'send') await this.send(decided.order);
  }
}

function orderKey(order: Order): OrderKey {
  return { profileId: order.profileId, orderId: order.id };
}
