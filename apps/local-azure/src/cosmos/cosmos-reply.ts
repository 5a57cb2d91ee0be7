import { randomUUID } from 'node:crypto';
import type { HttpReply } from '../http/http-server.js';
import type { PartitionRange } from './partition-ranges.js';
import type { ContainerStore } from './container-store.js';
import { sessionTokenOf } from './consistency.js';
import { Throttled, type CosmosError } from './cosmos-error.js';

/** An answer together with what is counted about it. */
export interface CosmosReply {
  readonly status: number;
  readonly body?: string | undefined;
  readonly headers?: Record<string, string>;
  readonly requestUnits: number;
  /** `create`, `read`, `query`, `metadata` …: the kind under which usage counts it. */
  readonly kind: string;
  readonly container?: ContainerStore;
  /** The physical partitions it is about; those of the whole container unless said. */
  readonly ranges?: readonly PartitionRange[];
  /** A change-feed read that found nothing. */
  readonly idle?: boolean;
  /** Never arrives: the connection is cut. */
  readonly lost?: boolean;
}

/** Adds what every answer of the service carries. */
export function toHttp(reply: CosmosReply): HttpReply {
  const { container } = reply;
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-ms-activity-id': randomUUID(),
    'x-ms-request-charge': String(reply.requestUnits),
    'x-ms-version': '2020-07-15',
  };
  if (container !== undefined) addContainer(headers, container, reply.ranges);
  return {
    status: reply.status,
    headers: Object.assign(headers, reply.headers),
    body: reply.body,
    lost: reply.lost,
  };
}

/** The answer to a refused request. */
export function refusal(error: CosmosError, kind: string, container?: ContainerStore): CosmosReply {
  const { status, code, message, substatus, details } = error;
  return {
    status,
    body: JSON.stringify({ code, message, ...details }),
    headers: {
      ...(substatus === undefined ? {} : { 'x-ms-substatus': String(substatus) }),
      ...(error instanceof Throttled ? { 'x-ms-retry-after-ms': String(error.retryAfterMs) } : {}),
    },
    requestUnits: 1,
    kind,
    ...(container === undefined ? {} : { container }),
  };
}

function addContainer(
  headers: Record<string, string>,
  container: ContainerStore,
  ranges: readonly PartitionRange[] = container.ranges,
): void {
  headers['x-ms-session-token'] = sessionTokenOf(container, ranges);
  headers['x-ms-alt-content-path'] = encodeURI(`dbs/${container.databaseId}/colls/${container.definition.id}`);
  headers['x-ms-content-path'] = container.rid;
}
