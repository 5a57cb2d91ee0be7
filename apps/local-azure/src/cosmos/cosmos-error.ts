import { isStorageFull } from '../storage/sqlite.js';

/** A refusal as the wire protocol carries it: status, code word, sentence, and sometimes a sub-status. */
export class CosmosError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly substatus?: number,
    /** Further properties of the body. */
    readonly details: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'CosmosError';
  }
}

/** Sub-status of a partition key in the header that is not the document's. */
export const SUBSTATUS_PARTITION_KEY_MISMATCH = 1001;
/** Sub-status of a patch whose condition the stored item does not meet. */
export const SUBSTATUS_CONDITION_NOT_MET = 1110;
/** Sub-status of a partition key range that does not exist (any more). */
export const SUBSTATUS_RANGE_GONE = 1002;

/** Sub-status of something whose container or database does not exist. */
export const SUBSTATUS_OWNER_NOT_FOUND = 1003;
/** Sub-status of a read whose session token is ahead of the server. */
export const SUBSTATUS_SESSION_NOT_AVAILABLE = 1002;
/** Sub-status of a request beyond the provisioned throughput. */
export const SUBSTATUS_RATE_TOO_LARGE = 3200;
/** Sub-status of a query that clients must run range by range, merging the answers by themselves. */
export const SUBSTATUS_NOT_SERVABLE = 1004;

/** 400: the request is wrong in itself. */
export const badRequest = (message: string, substatus?: number): CosmosError =>
  new CosmosError(400, 'BadRequest', message, substatus);

/** 404: `what` does not exist. */
export const notFound = (what: string, substatus?: number): CosmosError =>
  new CosmosError(404, 'NotFound', `Entity with the specified id does not exist in the system: ${what}.`, substatus);

/** A refusal that names the time after which the request may be repeated. */
export class Throttled extends CosmosError {
  constructor(
    readonly retryAfterMs: number,
    substatus: number,
  ) {
    super(429, 'TooManyRequests', 'Request rate is large. More Request Units may be needed.', substatus);
  }
}

/** 429: to be repeated after that time. */
export const throttled = (retryAfterMs: number, substatus: number): Throttled => new Throttled(retryAfterMs, substatus);

/** 409: the id is taken. */
export const conflict = (): CosmosError =>
  new CosmosError(409, 'Conflict', 'Entity with the specified id already exists in the system.');

/** 412: If-Match names another version, or the condition of a patch is not met. */
export const preconditionFailed = (substatus?: number): CosmosError =>
  new CosmosError(
    412,
    'PreconditionFailed',
    'Operation cannot be performed because one of the specified precondition is not met.',
    substatus,
  );

/** 413: above the size limit. */
export const tooLarge = (what: string): CosmosError =>
  new CosmosError(413, 'RequestEntityTooLarge', `${what} is larger than 2 MB.`);

/** 501: a part of the protocol that this server does not speak. */
export const notSupported = (what: string): CosmosError =>
  new CosmosError(501, 'NotImplemented', `${what} is not supported by this server.`);

/** The refusal that an error comes to: 503 when the storage is full, 500 for what is no refusal. */
export function cosmosErrorOf(error: unknown): CosmosError {
  if (error instanceof CosmosError) return error;
  if (isStorageFull(error)) return new CosmosError(503, 'ServiceUnavailable', 'The storage of this server is full.');
  return new CosmosError(500, 'InternalServerError', error instanceof Error ? error.message : String(error));
}
