/**
 * The world is unwell or not ready: a store is throttled, a race was lost too often, a precondition has not arrived
 * yet. Nothing was done; the same request may succeed later. Over HTTP it is a 503 with `Retry-After`; a message that
 * meets it waits and is tried again. Everything else that is thrown is a bug.
 */
export class Failure extends Error {
  /** The code that a caller sees, in kebab-case. */
  readonly code: string;
  /** Milliseconds after which another try makes sense, where that is known. */
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}
