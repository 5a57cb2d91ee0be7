import createFetchClient from 'openapi-fetch';
import type { paths } from './api-types.js';
import { OPERATION_ROUTES } from './operation-routes.js';
import type { AnswerOf, ArgumentsOf, OperationName } from './operations.js';
import { ApiProblem, problemOf, retryAfterOf } from './problem.js';
import { RETRIES, delayBeforeNextTry } from './retries.js';
import type { RetryOptions } from './retries.js';
import { SessionTokens, fixedToken } from './tokens.js';
import type { TokenSource, Tokens } from './tokens.js';

/** How a client reaches the API. */
export interface ClientOptions {
  /** Address of the gateway, for example `http://127.0.0.1:3000`. */
  readonly baseUrl: string;
  readonly retries?: Partial<RetryOptions>;
  /** Milliseconds that one try may take; 35 000 unless told, longer than any `Prefer: wait`. */
  readonly timeoutMs?: number;
  /** For tests and proxies; the platform's otherwise. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** Arguments of any operation, as the client handles them. */
interface AnyArguments {
  readonly path?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

const TIMEOUT_MS = 35_000;
const UNAUTHORIZED = 401;

/** The API of one caller: a call for each operation, with retries, one effect per write, and problems as exceptions. */
export class BallastClient {
  private readonly routes: ReturnType<typeof createFetchClient<paths>>;
  private readonly retries: RetryOptions;

  private constructor(
    private readonly options: ClientOptions,
    private readonly tokens: TokenSource,
  ) {
    this.retries = { ...RETRIES, ...options.retries };
    this.routes = createFetchClient<paths>({
      baseUrl: options.baseUrl,
      fetch: (request) => this.persistently(request),
    });
  }

  /** A caller without a token: enough to sign in. */
  static anonymous(options: ClientOptions): BallastClient {
    return new BallastClient(options, fixedToken(undefined));
  }

  /** A caller with an access token, or with the secret of an API key. */
  static withToken(options: ClientOptions, token: string | TokenSource): BallastClient {
    return new BallastClient(options, typeof token === 'string' ? fixedToken(token) : token);
  }

  /** A caller in a session that renews itself. Throws `ApiProblem`, `login-failed` for a wrong name or password. */
  static async signIn(
    options: ClientOptions,
    { username, password }: { readonly username: string; readonly password: string },
    oneTimeCode?: () => Promise<string>,
  ): Promise<BallastClient> {
    const anonymous = BallastClient.anonymous(options);
    const first = await anonymous.call('signIn', { body: { username, password } });
    const tokens = 'accessToken' in first ? first : await secondStep(anonymous, first.challenge, oneTimeCode);
    return BallastClient.withToken(
      options,
      new SessionTokens(tokens, (refreshToken) => refresh(anonymous, refreshToken)),
    );
  }

  /** The token that is sent now; undefined for an anonymous caller. */
  token(): Promise<string | undefined> {
    return this.tokens.current();
  }

  /** The answer of an operation. Throws `ApiProblem`; what `fetch` throws where no answer arrives. */
  async call<Name extends OperationName>(name: Name, given: ArgumentsOf<Name>): Promise<AnswerOf<Name>> {
    const [method, path, isKeyed, parseAs] = OPERATION_ROUTES[name];
    const { path: inPath, query, headers, body, idempotencyKey, signal } = given as AnyArguments;
    const key = idempotencyKey ?? (isKeyed ? crypto.randomUUID() : undefined);
    const { data, response } = await this.routes.request(
      method as 'get',
      path as '/v1/profiles',
      {
        params: { path: inPath, query },
        headers: { ...headers, ...(key !== undefined && { 'Idempotency-Key': key }) },
        ...(body !== undefined && { body }),
        ...(signal !== undefined && { signal }),
        parseAs,
      } as Record<string, unknown>,
    );
    return (data ?? (await emptyOrProblem(response))) as AnswerOf<Name>;
  }

  /** Tries a request as often as the rules allow; the token is renewed once where it is refused. */
  private async persistently(request: Request): Promise<Response> {
    const isRepeatable = request.method !== 'POST' || request.headers.has('idempotency-key');
    let isRenewed = false;
    for (let tries = 1; ; tries += 1) {
      const token = await this.tokens.current();
      const answer = await this.once(request.clone(), token).catch((error: unknown) => error as Error);
      const isRefused = answer instanceof Response && answer.status === UNAUTHORIZED && token !== undefined;
      if (isRefused && !isRenewed) {
        isRenewed = true;
        if ((await this.tokens.renew(token)) !== undefined) continue;
      }
      const tried = answer instanceof Response ? { status: answer.status, ...waitIn(answer) } : {};
      const delayMs = delayBeforeNextTry({ tries, isRepeatable, ...tried }, this.retries);
      if (delayMs !== undefined && !request.signal.aborted) await pause(delayMs);
      else if (!(answer instanceof Response)) throw answer;
      else if (answer.status >= 400) throw await problemOf(answer);
      else return answer;
    }
  }

  private once(request: Request, token: string | undefined): Promise<Response> {
    if (token !== undefined) request.headers.set('authorization', `Bearer ${token}`);
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(this.options.timeoutMs ?? TIMEOUT_MS)]);
    return (this.options.fetch ?? fetch)(new Request(request, { signal }));
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function waitIn(answer: Response): { retryAfterSeconds?: number } {
  const retryAfterSeconds = retryAfterOf(answer);
  return retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
}

/** An answer without content is `undefined`; any other that could not be read is a problem. */
async function emptyOrProblem(answer: Response): Promise<undefined> {
  if (answer.ok) return undefined;
  throw await problemOf(answer);
}

async function secondStep(
  anonymous: BallastClient,
  challenge: string,
  oneTimeCode: (() => Promise<string>) | undefined,
): Promise<Tokens> {
  if (oneTimeCode === undefined) {
    const title = 'The user has a second factor: give a function for its code.';
    throw new ApiProblem(202, { type: 'about:blank', title, status: 202, code: 'second-factor-required' });
  }
  return anonymous.call('completeSignIn', { body: { challenge, code: await oneTimeCode() } });
}

function refresh(anonymous: BallastClient, refreshToken: string): Promise<Tokens> {
  return anonymous.call('refreshTokens', { body: { refreshToken } });
}
