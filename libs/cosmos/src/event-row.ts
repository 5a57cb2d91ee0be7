import { EVENT_TTL_SECONDS } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';

/** An event as it lies in the container of the service that published it, beside the state it belongs to. */
export type EventRow = EventEnvelope & { readonly kind: 'event'; readonly ttl: number } & Record<string, unknown>;

/** The attributes of an envelope. A record, so that the compiler asks for a new one here too. */
const ENVELOPE_FIELDS: Readonly<Record<keyof EventEnvelope, true>> = {
  id: true,
  type: true,
  source: true,
  subject: true,
  time: true,
  partitionkey: true,
  ownerid: true,
  sequence: true,
  intent: true,
  traceparent: true,
  correlationid: true,
  causationid: true,
  data: true,
};

/** The row that publishes this event once it is committed. `partitionFields` are the container's key fields by name. */
export function eventRow(envelope: EventEnvelope, partitionFields: Record<string, string>): EventRow {
  return { ...partitionFields, ...envelope, kind: 'event', ttl: EVENT_TTL_SECONDS };
}

/** The event without what the store and the row added. */
export function envelopeOf(row: EventRow): EventEnvelope {
  return Object.fromEntries(
    Object.entries(row).filter(([field, value]) => field in ENVELOPE_FIELDS && value !== undefined),
  ) as unknown as EventEnvelope;
}

/**
 * An immutable row that carries its event: what happened and the news of it in one write. Only for rows that are never
 * written again, because every write of such a row publishes the event once more.
 */
export function carryingEvent<Row extends object>(
  row: Row,
  event: EventEnvelope,
): Row & { readonly event: EventEnvelope } {
  return { ...row, event };
}

/** The event that a row publishes: of an event row or of a row that carries one; `undefined` for any other. */
export function eventIn(row: object): EventEnvelope | undefined {
  const { kind, event } = row as { kind?: unknown; event?: unknown };
  if (kind === 'event') return envelopeOf(row as EventRow);
  return typeof event === 'object' && event !== null ? (event as EventEnvelope) : undefined;
}
