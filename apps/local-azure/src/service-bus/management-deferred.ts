import rhea from 'rhea';
import type { Broker } from './broker.js';
import type { DeliveryQueue } from './delivery-queue.js';
import { sequenceNumbers } from './management-scheduling.js';
import { ServiceBusError } from './service-bus-error.js';

const RECEIVE_AND_DELETE = 0;
type Body = Readonly<Record<string, unknown>>;

/** Performs receive-by-sequence-number: deferred messages, locked or gone as the request asks. */
export async function receiveDeferred(body: Body, queue: DeliveryQueue, broker: Broker): Promise<Body> {
  const removing = body['receiver-settle-mode'] === RECEIVE_AND_DELETE;
  const received = await broker.deliveries.receiveDeferred(queue, sequenceNumbers(body), removing);
  return {
    messages: received.map(({ bytes, token }) => ({
      message: bytes,
      ...(token === undefined ? {} : { 'lock-token': rhea.types.wrap_uuid(token) }),
    })),
  };
}

/** Messages removed by one request at most, as the service has it. */
const DELETED_COUNT_MAX = 4_000;

/** Performs batch-delete-messages: ready messages that came before a moment, now unless it is named, are gone. */
export async function deleteMessages(body: Body, queue: DeliveryQueue, broker: Broker): Promise<Body> {
  const count = body['message-count'];
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > DELETED_COUNT_MAX) {
    const description = `The message count is to be a whole number from 1 to ${DELETED_COUNT_MAX}.`;
    throw new ServiceBusError('com.microsoft:argument-error', description);
  }
  const before = body['enqueued-time-utc'];
  const beforeMs = before instanceof Date ? before.getTime() : typeof before === 'number' ? before : Date.now() + 1;
  const deleted = await broker.deliveries.deleteReady(queue, count, beforeMs);
  return { 'message-count': rhea.types.wrap_int(deleted) };
}
