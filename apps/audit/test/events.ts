import { SYSTEM_PARTITION } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';

/** An event as a publisher would send it: of the profile's chain, the `n`th in its topic. */
export function someEvent(n: number, given: Partial<EventEnvelope> = {}): EventEnvelope {
  const partitionkey = given.partitionkey ?? SYSTEM_PARTITION;
  const subject = given.subject ?? partitionkey;
  return {
    id: `orders:${subject}:${n}`,
    type: 'order.placed.v1',
    source: '/orders',
    subject,
    time: new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString(),
    partitionkey,
    sequence: n,
    correlationid: `req-${n}`,
    data: { n, note: `event ${n}`, nested: { b: [1, 2], a: null } },
    ...given,
  };
}
