import { CAPITAL_REFUSALS, ORDER_REFUSALS, PROBLEMS } from '@ballast/contracts';
import type { Problem, ProblemCode, ProblemField } from '@ballast/contracts';
import { HttpException } from '@nestjs/common';

/** What a problem says beyond its code. */
export interface ProblemOptions {
  /** What happened this time; shown to the caller. */
  readonly detail?: string;
  readonly errors?: readonly ProblemField[];
  /** The business's no: its code takes the place of the problem's, with the limit that was met and the value. */
  readonly refusal?: { readonly code: string; readonly limit: string; readonly value: string };
  readonly orderId?: string;
  readonly retryAfterSeconds?: number;
}

/** Ends a request with a problem document (RFC 9457) and the status that belongs to its code. */
export class ProblemException extends HttpException {
  /** Seconds for the `Retry-After` header. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: ProblemCode,
    options: ProblemOptions = {},
  ) {
    super(problemOf(code, options), PROBLEMS[code].status);
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  /** The document as it is sent, without the request's id. */
  get problem(): Problem {
    return this.getResponse() as Problem;
  }
}

function problemOf(code: ProblemCode, { detail, errors, refusal, orderId }: ProblemOptions): Problem {
  const { status, title } = PROBLEMS[code];
  const shown = refusal?.code ?? code;
  return {
    type: `urn:ballast:problem:${shown}`,
    title: refusalTitle(refusal?.code) ?? title,
    status,
    code: shown,
    ...(detail === undefined ? {} : { detail }),
    ...(errors === undefined ? {} : { errors: [...errors] }),
    ...(refusal === undefined ? {} : { limit: refusal.limit, value: refusal.value }),
    ...(orderId === undefined ? {} : { orderId }),
  };
}

const REFUSAL_TITLES: Readonly<Record<string, string | undefined>> = { ...ORDER_REFUSALS, ...CAPITAL_REFUSALS };

function refusalTitle(code: string | undefined): string | undefined {
  return code === undefined ? undefined : REFUSAL_TITLES[code];
}
