import { Failure } from '@ballast/contracts';

/** A create met a document with the same id; `id` is that of the first operation that failed. Nothing was written. */
export class DocumentConflict extends Error {
  override readonly name = 'DocumentConflict';

  constructor(readonly id: string) {
    super(`a document with id ${id} already exists`);
  }
}

/** A replace met another version of the document, or none; `id` is the document's. Nothing was written. */
export class PreconditionLost extends Error {
  override readonly name = 'PreconditionLost';

  constructor(readonly id: string) {
    super(`document ${id} is no longer the version that was read`);
  }
}

/**
 * The store is throttled, unreachable or contended. For a commit whose answer was lost on the way the outcome is
 * unknown: repeating it ends in the same state or in a `DocumentConflict`.
 */
export class StoreUnavailable extends Failure {
  constructor(message: string, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super('store-unavailable', message, options);
  }
}

/** Statuses that say that the request itself is wrong. A repetition meets them again. */
const BUG_STATUSES: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 409, 412, 413, 501]);
/** Substatuses that turn such a status into a passing state: a failover in progress, a session not yet replicated. */
const PASSING_SUBSTATUSES: Readonly<Record<number, readonly number[]>> = { 403: [3, 1008], 404: [1002] };

/** What an answer or an error of the SDK says of itself; absent `status` means that no answer arrived. */
export interface StoreAnswer {
  readonly status: number | undefined;
  readonly substatus?: number | undefined;
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** The error for an answer that no document explains: `StoreUnavailable` when it may pass, else a plain `Error`. */
export function storeError(answer: StoreAnswer): Error {
  const { status, substatus, message, retryAfterMs, cause } = answer;
  const passing = status !== undefined && PASSING_SUBSTATUSES[status]?.includes(substatus ?? 0);
  if (status !== undefined && BUG_STATUSES.has(status) && !passing) {
    return new Error(`the store refused the request with ${status}: ${message}`, { cause });
  }
  return new StoreUnavailable(`the store answered ${status ?? 'nothing'}: ${message}`, {
    cause,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Reads the same out of whatever the SDK threw. */
export function answerOf(thrown: unknown): StoreAnswer {
  const error = thrown as Partial<SdkError>;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const request = error.diagnostics?.clientSideRequestStatistics.gatewayStatistics.at(-1);
  // A failed batch is rethrown by the SDK as a bare Error; only its diagnostics still know how the server answered.
  const bare = error.code === undefined;
  return {
    status: bare ? request?.statusCode : statusOf(error.code),
    substatus: bare ? request?.subStatusCode : error.substatus,
    message,
    retryAfterMs: error.retryAfterInMs,
    cause: thrown,
  };
}

/** The SDK puts the names of network errors (`ECONNRESET`) where it puts statuses. */
function statusOf(code: number | string | undefined): number | undefined {
  return typeof code === 'number' ? code : undefined;
}

interface SdkError {
  code: number | string;
  substatus: number;
  retryAfterInMs: number;
  diagnostics: {
    clientSideRequestStatistics: {
      gatewayStatistics: readonly { statusCode?: number; subStatusCode?: number }[];
    };
  };
}
