import type { components } from './api-types.js';

/** The document of a problem (RFC 9457), as the API sends it. */
export type Problem = components['schemas']['Problem'];

/** The API said no. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(
    /** HTTP status. */
    readonly status: number,
    /** The whole answer; one of our own making where something in between answered without a problem document. */
    readonly problem: Problem,
    /** Seconds after which another try can succeed, where the answer said so. */
    readonly retryAfterSeconds?: number,
  ) {
    super(`${status} ${problem.code}: ${problem.detail ?? problem.title}`);
  }

  /** The stable code, in kebab-case: what a program decides on. */
  get code(): string {
    return this.problem.code;
  }

  /** Quote this when you ask about it. */
  get requestId(): string | undefined {
    return this.problem.requestId;
  }
}

/** The problem that an answer of status 400 and above tells of. */
export async function problemOf(answer: Response): Promise<ApiProblem> {
  const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json') === true;
  const problem: Problem = isProblem
    ? ((await answer.json()) as Problem)
    : { type: 'about:blank', title: answer.statusText, status: answer.status, code: `http-${answer.status}` };
  return new ApiProblem(answer.status, problem, retryAfterOf(answer));
}

/** The seconds of `Retry-After`; undefined where there are none. */
export function retryAfterOf({ headers }: Response): number | undefined {
  const text = headers.get('retry-after') ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
