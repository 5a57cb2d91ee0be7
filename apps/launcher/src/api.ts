import { randomUUID } from 'node:crypto';
import type { Problem } from '@ballast/contracts';

/** An answer of the API, its body decoded. */
export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

/** The API said no: `problem` is its whole answer. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(`${status} ${problem.code}: ${problem.detail ?? problem.title}`);
  }
}

/** Milliseconds one call may take. */
const CALL_MS_MAX = 35_000;

/** A caller of the platform's REST API with its access token; for the demo and the tests. */
export class Api {
  private constructor(
    readonly url: string,
    readonly token: string | undefined,
  ) {}

  /** A caller without a token. */
  static anonymous(url: string): Api {
    return new Api(url, undefined);
  }

  /** Signs in; throws `ApiProblem` when that is refused. */
  static async signIn(url: string, { username, password }: { username: string; password: string }): Promise<Api> {
    const { body } = await Api.anonymous(url).post<{ accessToken: string }>('/v1/auth/login', { username, password });
    return new Api(url, body.accessToken);
  }

  /** The body of a GET; throws `ApiProblem`. */
  async get<Body>(path: string): Promise<Body> {
    return succeeded(await this.send<Body>('GET', path)).body;
  }

  /** A POST under a new idempotency key; throws `ApiProblem`. */
  async post<Body>(path: string, body: object, headers: Record<string, string> = {}): Promise<Answer<Body>> {
    return succeeded(
      await this.send<Body>('POST', path, { body, headers: { 'idempotency-key': randomUUID(), ...headers } }),
    );
  }

  /** Any call; a problem is an answer like every other. */
  async send<Body>(
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body === undefined
        ? {}
        : { body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) }),
      signal: AbortSignal.timeout(CALL_MS_MAX),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') === true;
    return {
      status: response.status,
      headers: response.headers,
      body: (json && text !== '' ? JSON.parse(text) : text) as Body,
    };
  }
}

function succeeded<Body>(answer: Answer<Body>): Answer<Body> {
  if (answer.status >= 400) throw new ApiProblem(answer.status, answer.body as unknown as Problem);
  return answer;
}
