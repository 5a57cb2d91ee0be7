import type { EventDeclaration, EventEnvelope } from '@ballast/contracts';
import type { Trace } from '@ballast/service-bus';

/** What an event of accounts is about. */
export interface Occurrence<Data extends object> {
  readonly declaration: EventDeclaration<Data>;
  /** With the version, what makes the event's id unique. */
  readonly aggregateId: string;
  readonly subject: string;
  readonly partitionKey: string;
  readonly ownerId?: string;
  readonly data: Data;
}

/** The first event of an aggregate; none in accounts has a second. `time` is ISO 8601. */
export function firstEventOf<Data extends object>(
  { declaration, aggregateId, subject, partitionKey, ownerId, data }: Occurrence<Data>,
  time: string,
  trace: Trace,
): EventEnvelope<Data> {
  return {
    id: `${declaration.topic}:${aggregateId}:1`,
    type: declaration.type,
    source: `/${declaration.topic}`,
    subject,
    time,
    partitionkey: partitionKey,
    ...(ownerId === undefined ? {} : { ownerid: ownerId }),
    ...(trace.traceparent === undefined ? {} : { traceparent: trace.traceparent }),
    correlationid: trace.correlationId,
    ...(trace.causationId === undefined ? {} : { causationid: trace.causationId }),
    data,
  };
}
