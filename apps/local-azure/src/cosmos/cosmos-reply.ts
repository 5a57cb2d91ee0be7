import { randomUUID } from 'node:crypto';
import type { HttpReply } from '../http/http-server.js';
import type { ContainerStore } from './container-store.js';
import type { CosmosError } from './cosmos-error.js';

/** An answer together with what is counted about it. */
export interface CosmosReply {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly requestUnits: number;
  /** `create`, `read`, `query`, `metadata` …: the kind under which usage counts it. */
  readonly kind: string;
  readonly container?: ContainerStore;
  /** A change-feed read that found nothing. */
  readonly idle?: boolean;
}

/** Adds what every answer of the service carries. */
export function toHttp(reply: CosmosReply): HttpReply {
  const { container } = reply;
  return {
    status: reply.status,
    headers: {
      'content-type': 'application/json',
      'x-ms-activity-id': randomUUID(),
      'x-ms-request-charge': String(reply.requestUnits),
      'x-ms-version': '2020-07-15',
      ...(container === undefined ? {} : containerHeaders(container)),
      ...reply.headers,
    },
    ...(reply.body === undefined ? {} : { body: reply.body }),
  };
}

/** The answer to a refused request. */
export function refusal(error: CosmosError, kind: string, container?: ContainerStore): CosmosReply {
  const { status, code, message, substatus, details } = error;
  return {
    status,
    body: JSON.stringify({ code, message, ...details }),
    headers: substatus === undefined ? {} : { 'x-ms-substatus': String(substatus) },
    requestUnits: 1,
    kind,
    ...(container === undefined ? {} : { container }),
  };
}

function containerHeaders(container: ContainerStore): Record<string, string> {
  const lsn = container.committedLsn();
  return {
    'x-ms-session-token': `${container.ranges[0]!.id}:-1#${lsn}`,
    'x-ms-alt-content-path': encodeURI(`dbs/${container.databaseId}/colls/${container.definition.id}`),
    'x-ms-content-path': container.rid,
  };
}
