import rhea from 'rhea';
import type { Broker } from './broker.js';
import type { DeliveryQueue } from './delivery-queue.js';
import { sequenceNumbers } from './management-scheduling.js';

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
