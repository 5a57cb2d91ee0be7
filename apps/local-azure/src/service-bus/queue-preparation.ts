import type { BrokerStore } from './broker-store.js';
import { PART } from './copy-rows.js';
import type { DeliveryQueue } from './delivery-queue.js';
import { sessionIdOf } from './message-codec.js';
import { SessionEntity } from './session-entity.js';

/** Copies looked at in one turn for the session they belong to. */
const PAGE = 1_000;

/** Fits what is on disk for a queue to what the queue is declared as by now; to be done once, before anything is handed out. */
export function prepareQueue(queue: DeliveryQueue, store: BrokerStore): void {
  if (queue.part !== PART.active) return;
  const { subscriptionId, policy } = queue;
  if (policy.defaultTtlMs !== null) store.copies.limitLife(subscriptionId, policy.defaultTtlMs);
  if (queue instanceof SessionEntity) store.inTransaction(() => writeSessions(queue, store));
  queue.noteExpiry(store.copies.nextExpiryMs(subscriptionId, 0) ?? null);
}

/** An earlier version, or a queue without sessions, wrote no session ids. */
function writeSessions(queue: SessionEntity, store: BrokerStore): void {
  let page;
  let after = 0;
  do {
    page = store.copies.withoutSession(queue.subscriptionId, after, PAGE);
    for (const copy of page) {
      const sessionId = sessionIdOf(store.message(copy.message).bare);
      if (sessionId === undefined) queue.put(copy);
      else store.copies.update(queue.subscriptionId, { ...copy, sessionId }, PART.active);
      after = copy.sequence;
    }
  } while (page.length === PAGE);
}
