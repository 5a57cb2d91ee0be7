import { Failure } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import type {
  OrderEndedV1,
  OrderExecutedV1,
  OrderPlacedV1,
  OrderReplaceRejectedV1,
  OrderReplaceRequestedV1,
  OrderReplacedV1,
} from '@ballast/contracts/orders';
import type { RunningService } from '@ballast/service-host';
import { EndHold } from '../end-hold.js';
import { HoldCapital } from '../hold-capital.js';
import { PostExecution } from '../post-execution.js';
import { RaiseHold } from '../raise-hold.js';
import { ReleaseSurplus } from '../release-surplus.js';
import { OrdersEventsConsumer } from '../adapters/orders-events.consumer.js';

/** One replica's hearing, event by event, so that a test decides who hears what and when. */
export type Hearing = (event: EventEnvelope) => Promise<void>;

/** The hearing of this replica for the events of orders. */
export function hearingOf({ app }: RunningService): Hearing {
  const use = [HoldCapital, PostExecution, EndHold, RaiseHold, ReleaseSurplus] as const;
  return (event) => {
    const consumer = new OrdersEventsConsumer(
      ...(use.map((one) => app.get<object>(one)) as ConstructorParameters<typeof OrdersEventsConsumer>),
    );
    const { data } = event;
    switch (event.type) {
      case 'order.placed.v1':
        return consumer.orderPlaced({ ...event, data: data as OrderPlacedV1 });
      case 'order.executed.v1':
        return consumer.orderExecuted({ ...event, data: data as OrderExecutedV1 });
      case 'order.ended.v1':
        return consumer.orderEnded({ ...event, data: data as OrderEndedV1 });
      case 'order.replace-requested.v1':
        return consumer.orderReplaceRequested({ ...event, data: data as OrderReplaceRequestedV1 });
      case 'order.replaced.v1':
        return consumer.orderReplaced({ ...event, data: data as OrderReplacedV1 });
      case 'order.replace-rejected.v1':
        return consumer.orderReplaceRejected({ ...event, data: data as OrderReplaceRejectedV1 });
      default:
        throw new Error(`nobody here hears ${event.type}`);
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
