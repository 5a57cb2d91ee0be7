import { randomUUID } from 'node:crypto';
import type { Problem } from '@ballast/contracts';
import type { SecondFactorChallengeView, SecondFactorSecretView, TokenView } from '@ballast/contracts/accounts';
import { TOTP, URI } from 'otpauth';

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

interface Credentials {
  readonly username: string;
  readonly password: string;
  /** A one-time or recovery code, for a user who has a second factor. */
  readonly code?: string;
}

interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** Milliseconds one call may take. */
const CALL_MS_MAX = 35_000;

/** A caller of the platform's REST API with its access token; for the demo and the tests. */
export class Api {
  private constructor(
    readonly url: string,
    private accessToken: string | undefined,
    private readonly totp?: TOTP,
  ) {}

  get token(): string | undefined {
    return this.accessToken;
  }

  /** A caller without a token. */
  static anonymous(url: string): Api {
    return new Api(url, undefined);
  }

  /** A caller with a token that it has already. */
  static withToken(url: string, token: string): Api {
    return new Api(url, token);
  }

  /** Signs in; throws `ApiProblem` when that is refused, and an `Error` where a code is needed and not given. */
  static async signIn(url: string, { username, password, code }: Credentials): Promise<Api> {
    const anonymous = Api.anonymous(url);
    const { status, body } = await anonymous.post<TokenView & SecondFactorChallengeView>('/v1/auth/login', {
      username,
      password,
    });
    if (status === 200) return new Api(url, body.accessToken);
    if (code === undefined) throw new Error(`${username} has a second factor: a one-time code is needed too`);
    const second = { challenge: body.challenge, code };
    return new Api(url, (await anonymous.post<TokenView>('/v1/auth/login/second-factor', second)).body.accessToken);
  }

  /** The caller with a second factor, enrolled now, that is shown again whenever the platform asks for it. */
  async enrol(password: string): Promise<Api> {
    const { body: made } = await this.post<SecondFactorSecretView>('/v1/auth/second-factor', { password });
    const totp = URI.parse(made.otpauthUri);
    if (!(totp instanceof TOTP)) throw new Error('the second factor is no TOTP');
    const code = totp.generate();
    const { body } = await this.post<TokenView>('/v1/auth/second-factor/confirm', { code });
    return new Api(this.url, body.accessToken, totp);
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
  async send<Body>(method: string, path: string, options: CallOptions = {}): Promise<Answer<Body>> {
    const answer = await this.sendOnce<Body>(method, path, options);
    const { code } = (answer.body ?? {}) as Partial<Problem>;
    if (code !== 'second-factor-required' || this.totp === undefined) return answer;
    const stepUp = { body: { code: this.totp.generate() } };
    this.accessToken = succeeded(await this.sendOnce<TokenView>('POST', '/v1/auth/step-up', stepUp)).body.accessToken;
    return this.sendOnce<Body>(method, path, options);
  }

  private async sendOnce<Body>(method: string, path: string, options: CallOptions): Promise<Answer<Body>> {
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
