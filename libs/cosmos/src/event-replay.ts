import type { EventEnvelope } from '@ballast/contracts';
import { REPLAY_EVENTS_MAX } from '@ballast/contracts/streams';
import type { StreamEvents } from '@ballast/contracts/streams';
import type { ContainerStore } from './container-store.js';
import { eventIn } from './event-row.js';

/** Event rows, and rows that carry an event: each half is answered from an index of its own. */
const BETWEEN =
  "SELECT * FROM c WHERE (c.kind = 'event' AND c.sequence > @after AND c.sequence <= @upTo)" +
  ' OR (c.event.sequence > @after AND c.event.sequence <= @upTo)';

/** Which events of a partition are wanted: those after `after`; `sequence` is that of the last one. */
export interface Wanted {
  readonly partition: readonly string[];
  readonly after: number;
  readonly sequence: number;
}

/** The events of one partition after a sequence, all of them or none. Throws `StoreUnavailable`. */
export async function replay(store: ContainerStore, { partition, after, sequence }: Wanted): Promise<StreamEvents> {
  const count = sequence - after;
  if (count < 0 || count > REPLAY_EVENTS_MAX) return { sequence, events: [], isComplete: false };
  const events = count === 0 ? [] : await eventsOf(store, { partition, after, sequence });
  const isComplete = events.length === count;
  return { sequence, events: isComplete ? events : [], isComplete };
}

async function eventsOf(store: ContainerStore, { partition, after, sequence }: Wanted): Promise<EventEnvelope[]> {
  const events: EventEnvelope[] = [];
  let continuation: string | undefined;
  do {
    const page = await store.query<object>({
      query: BETWEEN,
      parameters: { '@after': after, '@upTo': sequence },
      partition,
      pageSize: REPLAY_EVENTS_MAX,
      ...(continuation !== undefined && { continuation }),
    });
    events.push(...page.items.flatMap((row) => eventIn(row) ?? []));
    continuation = page.continuation;
  } while (continuation !== undefined);
  return events.sort((left, right) => (left.sequence ?? 0) - (right.sequence ?? 0));
}
