import {
  CosmosError,
  notFound,
  SUBSTATUS_RANGE_GONE,
  SUBSTATUS_RATE_TOO_LARGE,
  SUBSTATUS_SESSION_NOT_AVAILABLE,
  throttled,
} from './cosmos-error.js';

/** What a throttled client is told to wait when the order does not say. */
const RETRY_AFTER_MS_DEFAULT = 10;
/** Sub-status of a name that now means another container than the one the client knows. */
const SUBSTATUS_NAME_STALE = 1000;
/** Sub-status of a partition that is being split. */
const SUBSTATUS_COMPLETING_SPLIT = 1007;
/** Sub-status of a partition that is moving to another machine. */
const SUBSTATUS_COMPLETING_MIGRATION = 1008;
/** Sub-status of a write to a region that takes none, as while an account fails over. */
const SUBSTATUS_WRITE_FORBIDDEN = 3;

/** A refusal that can be ordered, by the name of the fault. */
export interface OrderedRefusal {
  readonly kind: string;
  readonly effect: string;
  /** Made for one request; `delayMs` as it was ordered, 0 if it was not. */
  readonly error: (delayMs: number) => CosmosError;
}

/** 408: nobody knows whether the request was done. */
export const unknownOutcome = (): CosmosError =>
  new CosmosError(408, 'RequestTimeout', 'The request timed out: whether it was done is not known.');

const gone = (substatus: number): CosmosError =>
  new CosmosError(410, 'Gone', 'The requested resource is no longer available at the server.', substatus);

/** All of them, in the order in which they are looked for. */
export const ORDERED_REFUSALS: readonly OrderedRefusal[] = [
  {
    kind: 'cosmos-throttled',
    effect: 'Requests for items are refused with 429, 3200, to be repeated after delayMs (10).',
    error: (delayMs) => throttled(delayMs || RETRY_AFTER_MS_DEFAULT, SUBSTATUS_RATE_TOO_LARGE),
  },
  {
    kind: 'cosmos-retry-with',
    effect: 'Requests for items are refused with 449.',
    error: () => new CosmosError(449, 'RetryWith', 'Retry the request: it met another one.'),
  },
  {
    kind: 'cosmos-gone',
    effect: 'Requests for items are refused with 410, 1002, as after a split.',
    error: () => gone(SUBSTATUS_RANGE_GONE),
  },
  {
    kind: 'cosmos-splitting',
    effect: 'Requests for items are refused with 410, 1007, as during a split.',
    error: () => gone(SUBSTATUS_COMPLETING_SPLIT),
  },
  {
    kind: 'cosmos-migrating',
    effect: 'Requests for items are refused with 410, 1008, as while the partition moves.',
    error: () => gone(SUBSTATUS_COMPLETING_MIGRATION),
  },
  {
    kind: 'cosmos-stale-name',
    effect: 'Requests for items are refused with 410, 1000, as if the container had been made anew.',
    error: () => gone(SUBSTATUS_NAME_STALE),
  },
  {
    kind: 'cosmos-write-forbidden',
    effect: 'Requests for items are refused with 403, 3, as while the account fails over.',
    error: () => new CosmosError(403, 'Forbidden', 'The region takes no writes.', SUBSTATUS_WRITE_FORBIDDEN),
  },
  {
    kind: 'cosmos-session-not-available',
    effect: 'Requests for items are refused with 404, 1002, as by a replica that lags.',
    error: () => notFound('the session of the given session token', SUBSTATUS_SESSION_NOT_AVAILABLE),
  },
  {
    kind: 'cosmos-unavailable',
    effect: 'Requests for items are refused with 503.',
    error: () => new CosmosError(503, 'ServiceUnavailable', 'The service is currently unavailable.'),
  },
  {
    kind: 'cosmos-internal-error',
    effect: 'Requests for items are refused with 500.',
    error: () =>
      new CosmosError(500, 'InternalServerError', 'Unknown server error occurred when processing this request.'),
  },
  { kind: 'cosmos-timeout', effect: 'Requests for items are answered 408 and not done.', error: unknownOutcome },
];
