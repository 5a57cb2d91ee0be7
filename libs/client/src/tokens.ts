import type { components } from './api-types.js';

/** What a sign-in gives. */
export type Tokens = components['schemas']['TokenView'];

/** Where a client has its access token from. */
export interface TokenSource {
  /** The token to send; undefined for none. */
  current(): Promise<string | undefined>;
  /** Another token after the API refused `rejected`; undefined where there is none. */
  renew(rejected: string): Promise<string | undefined>;
}

/** A token, or the secret of an API key, that never changes. */
export function fixedToken(token: string | undefined): TokenSource {
  return { current: async () => token, renew: async () => undefined };
}

/** Milliseconds before its end at which a token is renewed, so that none ends on its way. */
const RENEW_BEFORE_MS = 30_000;

/** The tokens of a session: renewed before they end, by one call at a time, however many wait for it. */
export class SessionTokens implements TokenSource {
  private tokens: Tokens;
  private endsAtMs: number;
  private renewal: Promise<string | undefined> | undefined;

  /** `refresh` turns a refresh token into the next tokens; it throws where the session has ended. */
  constructor(
    first: Tokens,
    private readonly refresh: (refreshToken: string) => Promise<Tokens>,
    private readonly now: () => number = Date.now,
  ) {
    this.tokens = first;
    this.endsAtMs = this.endOf(first);
  }

  async current(): Promise<string | undefined> {
    const { accessToken } = this.tokens;
    if (this.now() < this.endsAtMs - RENEW_BEFORE_MS) return accessToken;
    return (await this.renew(accessToken)) ?? accessToken;
  }

  async renew(rejected: string): Promise<string | undefined> {
    const { accessToken, refreshToken } = this.tokens;
    if (rejected !== accessToken) return accessToken;
    if (refreshToken === undefined) return undefined;
    this.renewal ??= this.take(refreshToken).finally(() => (this.renewal = undefined));
    return this.renewal;
  }

  private async take(refreshToken: string): Promise<string> {
    this.tokens = await this.refresh(refreshToken);
    this.endsAtMs = this.endOf(this.tokens);
    return this.tokens.accessToken;
  }

  private endOf({ expiresInSeconds }: Tokens): number {
    return this.now() + expiresInSeconds * 1_000;
  }
}
