import { Failure } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import type { OrderEndedV1, OrderExecutedV1, OrderPlacedV1 } from '@ballast/contracts/orders';
import type { RunningService } from '@ballast/service-host';
import { EndHold } from '../end-hold.js';
import { HoldCapital } from '../hold-capital.js';
import { PostExecution } from '../post-execution.js';

/** One replica's hearing, event by event, so that a test decides who hears what and when. */
export type Hearing = (event: EventEnvelope) => Promise<void>;

/** The hearing of this replica for the events of orders. */
export function hearingOf({ app }: RunningService): Hearing {
  return ({ id, type, data }) => {
    switch (type) {
      case 'order.placed.v1':
        return app.get(HoldCapital).execute(data as OrderPlacedV1, id);
      case 'order.executed.v1':
        return app.get(PostExecution).execute(data as OrderExecutedV1, id);
      case 'order.ended.v1':
        return app.get(EndHold).execute(data as OrderEndedV1, id);
      default:
        throw new Error(`nobody here hears ${type}`);
    }
  };
}

/** As the transport does it: what fails because of the world is tried again, at most a few times. */
export async function patiently(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; attempt < 3; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }
  return work();
}

/** Hears everything in the order given; what is too early comes again after the others, as often as it takes. */
export async function hearAll(events: readonly (readonly [Hearing, EventEnvelope])[]): Promise<void> {
  let waiting = events;
  while (waiting.length > 0) {
    const left: (readonly [Hearing, EventEnvelope])[] = [];
    for (const [hear, event] of waiting) {
      try {
        await hear(event);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        left.push([hear, event]);
      }
    }
    if (left.length === waiting.length) throw new Error(`${left.length} events wait for ever`);
    waiting = left;
  }
}
