/** The venue refused the call and nothing happened there; `code` is the venue's own. */
export class VenueRejected extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'VenueRejected';
  }
}

/** The call may or may not have taken effect: look the order up before anything is retried. */
export class VenueOutcomeUnknown extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'VenueOutcomeUnknown';
  }
}

/** The call took no effect (or none that repeating it would change) and may be repeated, after `retryAfterMs` where the venue names a time. */
export class VenueUnavailable extends Error {
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options?: ErrorOptions & { retryAfterMs?: number }) {
    super(message, options);
    this.name = 'VenueUnavailable';
    this.retryAfterMs = options?.retryAfterMs;
  }
}
