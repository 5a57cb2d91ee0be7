import type { EventEnvelope } from '@ballast/contracts';
import { faults } from '@ballast/faults';
import type { Delivery } from './delivery.js';
import { durationOf } from './instruments.js';
import { Lanes } from './lanes.js';
import type { Gather } from './lanes.js';
import { afterAttempt, decideSettlement, noAttempts } from './settlement.js';
import type { Attempts, Outcome } from './settlement.js';
import { beginSpan } from './spans.js';
import type { OpenSpan } from './spans.js';
import { runInTrace } from './trace.js';
import type { Trace } from './trace.js';
import { wait } from './waiting.js';

const LAG = durationOf('ballast.consumer.lag', 'From the commit of an event until it was handled.');

/**
 * The attribute of which the events share a lane: `partitionkey`, the profile, where a reader needs the order of a
 * profile's events; `subject`, the aggregate, where it does not, so that what waits for the store or the broker holds up
 * nothing else of the profile.
 */
export type LaneKey = 'partitionkey' | 'subject';

/** Handles events of one lane; what it throws decides what becomes of their messages. */
export type HandleEvents = (events: EventEnvelope[]) => Promise<void>;

/**
 * Works on deliveries, wherever they came from: one call of the handler per lane at a time, many lanes at once. A delivery
 * that backs off gives its lane's turn to the next one; with `gather` the whole batch backs off and blocks its lane.
 */
export class EventLanes {
  private readonly lanes: Lanes<Delivery>;
  private readonly closing = new AbortController();

  constructor(
    private readonly handle: HandleEvents,
    private readonly gather?: Gather,
    private readonly lane: LaneKey = 'partitionkey',
  ) {
    this.lanes = new Lanes((deliveries) => this.work(deliveries), gather);
  }

  get isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  /** Queues a delivery at the end of its lane. Throws when the lanes are closed. */
  add(delivery: Delivery): void {
    this.lanes.add(delivery.event[this.lane], delivery);
  }

  /** Begins nothing more and gives back what only waits; resolves when that is done, with handlers still at work. */
  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all(this.lanes.stop().map((delivery) => delivery.finish({ kind: 'abandon' })));
  }

  /** One turn of a lane. Never rejects. */
  private async work(deliveries: readonly Delivery[]): Promise<void> {
    if (this.gather !== undefined) return this.workInOrder(deliveries);
    for (const delivery of deliveries) {
      if (delivery.isOver) continue;
      if (delivery.mustWait) {
        await delivery.finish({ kind: 'queue' });
        continue;
      }
      const outcome = await this.attempt([delivery]);
      const settlement = decideSettlement(outcome, delivery.attempts);
      delivery.attempts = afterAttempt(delivery.attempts, outcome, settlement);
      // Settling goes on beside the lane's next turn, as the handler's effects are in place; not so parking.
      if (settlement.kind === 'retry') void this.queueAgain(delivery, settlement.afterMs);
      else if (settlement.kind === 'park') await delivery.finish(settlement, outcome);
      else void delivery.finish(settlement, outcome);
    }
  }

  /**
   * A gathered batch is tried as a whole, and its lane waits for it, as its reader needs the order. Where a bug would
   * park it, its events are tried one by one, so that only the culprit goes.
   */
  private async workInOrder(deliveries: readonly Delivery[]): Promise<void> {
    let attempts = startOf(deliveries);
    const behind = deliveries.filter((delivery) => !delivery.isOver && delivery.mustWait);
    for (const delivery of behind) await delivery.finish({ kind: 'queue' });
    for (;;) {
      const left = deliveries.filter((delivery) => !delivery.isOver);
      if (left.length === 0) return;
      const outcome = await this.attempt(left);
      const settlement = decideSettlement(outcome, attempts);
      attempts = afterAttempt(attempts, outcome, settlement);
      if (settlement.kind === 'retry') {
        if (await wait(settlement.afterMs, this.closing.signal)) continue;
        for (const delivery of left) void delivery.finish({ kind: 'abandon' });
      } else if (settlement.kind === 'park') {
        if (left.length > 1) for (const delivery of left) await this.workInOrder([delivery]);
        else await left[0]?.finish(settlement, outcome);
      } else {
        for (const delivery of left) void delivery.finish(settlement, outcome);
      }
      return;
    }
  }

  private async attempt(deliveries: readonly Delivery[]): Promise<Outcome> {
    const events = deliveries.map((delivery) => delivery.event);
    const [first] = events;
    if (first === undefined) return { handled: true };
    for (const delivery of deliveries) delivery.handledSinceMs = Date.now();
    const { trace, span } = handlingOf(events, first);
    try {
      await runInTrace(trace, () => this.handle(events));
      faults.reach('after-handling');
      span.end();
      for (const event of events) LAG.record(lagSecondsOf(event), { topic: event.source.slice(1), type: event.type });
      return { handled: true };
    } catch (error) {
      span.end({ error });
      return { handled: false, error };
    } finally {
      for (const delivery of deliveries) delivery.handledSinceMs = undefined;
    }
  }

  private async queueAgain(delivery: Delivery, afterMs: number): Promise<void> {
    await wait(afterMs, this.closing.signal);
    if (this.isClosed) await delivery.finish({ kind: 'abandon' });
    else if (!delivery.isOver) this.add(delivery);
  }
}

/** One delivery goes on from what was tried with it; several are tried as something new. */
function startOf([first, ...others]: readonly Delivery[]): Attempts {
  return first === undefined || others.length > 0 ? noAttempts() : first.attempts;
}

const lagSecondsOf = ({ time }: EventEnvelope): number => (Date.now() - Date.parse(time)) / 1_000;

/** The handling of events, in the trace of the first; the others of a gathered batch are linked to it. */
function handlingOf(events: readonly EventEnvelope[], first: EventEnvelope): { trace: Trace; span: OpenSpan } {
  const span = beginSpan(`process ${first.type}`, {
    kind: 'consumer',
    parent: first.traceparent,
    links: events.slice(1).map(({ traceparent }) => traceparent),
    attributes: {
      'messaging.system': 'servicebus',
      'messaging.operation.type': 'process',
      'messaging.destination.name': first.source.slice(1),
      'messaging.message.id': first.id,
      'messaging.batch.message_count': events.length,
      'ballast.correlation_id': first.correlationid,
    },
  });
  const { correlationid, id } = first;
  return { span, trace: { correlationId: correlationid, causationId: id, traceparent: span.traceparent } };
}
