import type { Sqlite } from '../storage/sqlite.js';
import type { Topic } from './entities.js';
import { ServiceBusError } from './service-bus-error.js';

/** How often an entity that is full is looked at again, in milliseconds. */
const RECOUNT_INTERVAL_MS = 1_000;

interface Held {
  /** No less than what is held: nothing that was removed since the last count is taken off. */
  bytes: number;
  /** Of that, what is being written. */
  arriving: number;
  countedAtMs: number;
}

/**
 * Refuses what an entity has no room for. Its messages are counted only when what was ever added since the last count would
 * fill it, so that sending costs nothing as long as there is room.
 */
export class SizeQuota {
  private readonly held = new Map<number, Held>();

  constructor(private readonly db: Sqlite) {}

  /** Notes what is to be written; the result is to be called when it was, or was not. Throws quota-exceeded. */
  admit(topic: Topic, bytes: number): () => void {
    const held = this.heldBy(topic);
    const { entityBytesMax } = topic.limits;
    if (held.bytes + bytes > entityBytesMax && Date.now() - held.countedAtMs >= RECOUNT_INTERVAL_MS) {
      held.bytes = this.count(topic) + held.arriving;
      held.countedAtMs = Date.now();
    }
    if (held.bytes + bytes > entityBytesMax) {
      const description = `The maximum entity size has been reached or exceeded for '${topic.name}'. Size in bytes: ${held.bytes}, limit: ${entityBytesMax}.`;
      throw new ServiceBusError('amqp:resource-limit-exceeded', description);
    }
    held.bytes += bytes;
    held.arriving += bytes;
    return () => (held.arriving -= bytes);
  }

  /** The bytes an entity holds, each message once: active, dead-lettered and scheduled ones. */
  count({ id, subscriptions }: Topic): number {
    const ids = JSON.stringify(subscriptions.map(({ queue }) => queue.subscriptionId));
    const { bytes } = this.db
      .prepare<{ bytes: number }>(
        `SELECT (SELECT coalesce(sum(length(bare)), 0) FROM messages WHERE id IN
           (SELECT message FROM copies WHERE subscription IN (SELECT value FROM json_each(?)))) +
         (SELECT coalesce(sum(length(bytes)), 0) FROM scheduled_messages WHERE topic = ?) AS bytes`,
      )
      .get(ids, id)!;
    return bytes;
  }

  /** What nobody has counted is no more than the whole file. */
  private heldBy({ id }: Topic): Held {
    const known = this.held.get(id);
    if (known !== undefined) return known;
    const { pages } = this.db.prepare<{ pages: number }>('SELECT page_count AS pages FROM pragma_page_count').get()!;
    const { size } = this.db.prepare<{ size: number }>('SELECT page_size AS size FROM pragma_page_size').get()!;
    const held = { bytes: pages * size, arriving: 0, countedAtMs: 0 };
    this.held.set(id, held);
    return held;
  }
}
