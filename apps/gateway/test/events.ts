import { SYSTEM_PARTITION } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';

let count = 0;

/** An event as a publisher would send it, with an id of its own. */
export function someEvent(given: Partial<EventEnvelope> = {}): EventEnvelope {
  count += 1;
  const partitionkey = given.partitionkey ?? SYSTEM_PARTITION;
  return {
    id: `orders:${partitionkey}:${Date.now()}-${count}`,
    type: 'order.placed.v1',
    source: '/orders',
    subject: partitionkey,
    time: '2026-01-01T00:00:00.000Z',
    partitionkey,
    correlationid: `req-${count}`,
    data: { count },
    ...given,
  };
}
