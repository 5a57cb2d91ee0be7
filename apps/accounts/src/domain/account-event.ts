import type { EventDeclaration, EventEnvelope } from '@ballast/contracts';
import type { Trace } from '@ballast/service-bus';

/** What an event of accounts is about. */
export interface Occurrence<Data extends object> {
  readonly declaration: EventDeclaration<Data>;
  /** With the version, what makes the event's id unique. */
  readonly aggregateId: string;
  /** Of the aggregate once this has happened; 1 where it is absent. */
  readonly version?: number;
  readonly subject: string;
  readonly partitionKey: string;
  readonly ownerId?: string;
  readonly data: Data;
}

/** The event that tells of it; the first of its aggregate where no version is given. `time` is ISO 8601. */
export function accountEvent<Data extends object>(
  { declaration, aggregateId, version = 1, subject, partitionKey, ownerId, data }: Occurrence<Data>,
  time: string,
  trace: Trace,
): EventEnvelope<Data> {
  return {
    id: `${declaration.topic}:${aggregateId}:${version}`,
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
