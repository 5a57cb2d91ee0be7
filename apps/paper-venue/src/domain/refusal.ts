/** The venue's no, as Alpaca words it: an HTTP status, a code, a sentence and the figures behind it. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    readonly details: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

/** The request cannot be understood. */
export const malformed = (message: string): Refusal => new Refusal(422, 40010001, message);
/** The request is understood and not allowed. */
export const unprocessable = (message: string): Refusal => new Refusal(422, 42210000, message);
/** The account may not do this now. */
export const forbidden = (message: string, details: Record<string, string>): Refusal =>
  new Refusal(403, 40310000, message, details);
/** There is no such thing here. */
export const notFound = (message: string): Refusal => new Refusal(404, 40410000, message);
/** The keys are missing or wrong. */
export const unauthorized = (): Refusal => new Refusal(401, 40110000, 'request is not authorized');
