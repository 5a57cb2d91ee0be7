import type { EventEnvelope } from '@ballast/contracts';

/** Records in one commit: the store takes 100 operations in a batch, and the head is one of them. */
export const RECORDS_MAX = 90;
/** Bytes of events in one commit: the store takes 2 MB in a batch, and a record adds some 500 bytes to its event. */
export const EVENT_BYTES_MAX = 1_000_000;

/** The events in their order, cut into parts that fit into one commit each; one that is too large is alone. */
export function commitParts(events: readonly EventEnvelope[]): EventEnvelope[][] {
  const parts: EventEnvelope[][] = [];
  let bytes = 0;
  for (const event of events) {
    const size = Buffer.byteLength(JSON.stringify(event));
    const part = parts.at(-1);
    if (part === undefined || part.length >= RECORDS_MAX || bytes + size > EVENT_BYTES_MAX) {
      parts.push([event]);
      bytes = size;
    } else {
      part.push(event);
      bytes += size;
    }
  }
  return parts;
}
