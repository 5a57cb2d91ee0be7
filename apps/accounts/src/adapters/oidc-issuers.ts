import { Failure } from '@ballast/contracts';
import { ServiceLog } from '@ballast/service-host';
import type { Configuration } from 'openid-client';
import type { IssuedIdentity } from '../domain/identity.js';
import type { OidcProvider } from '../oidc-settings.js';

/** What is asked of the issuer: who somebody is, and what to call them. */
const SCOPE = 'openid profile';

/** What must be known at the end of a sign-in of how it began. */
export interface OidcChecks {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** The issuers that are configured, asked by the authorization code flow with PKCE, state and nonce. */
export class OidcIssuers {
  private readonly configurations = new Map<string, Promise<Configuration>>();

  constructor(
    private readonly providers: readonly OidcProvider[],
    private readonly log: ServiceLog,
  ) {}

  /** Their names. */
  get names(): string[] {
    return this.providers.map(({ name }) => name);
  }

  /** How the issuer with that name is used, or `undefined`. */
  find(name: string): OidcProvider | undefined {
    return this.providers.find((provider) => provider.name === name);
  }

  /** Where a browser begins, and what to remember. Throws `Failure` while the issuer cannot be reached. */
  async begin(provider: OidcProvider, redirectUri: string): Promise<{ url: string; checks: OidcChecks }> {
    const client = await import('openid-client');
    const configuration = await this.configurationOf(provider);
    const codeVerifier = client.randomPKCECodeVerifier();
    const checks = { state: client.randomState(), nonce: client.randomNonce(), codeVerifier };
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: SCOPE,
      code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      state: checks.state,
      nonce: checks.nonce,
    });
    return { url: url.href, checks };
  }

  /**
   * Who came back, by the issuer's signed word; `undefined` for an answer that is not the one to these checks, or came
   * to another address than the issuer was told. Throws
   * `Failure` while the issuer cannot be reached.
   */
  async complete(provider: OidcProvider, callbackUrl: URL, checks: OidcChecks): Promise<IssuedIdentity | undefined> {
    const client = await import('openid-client');
    const configuration = await this.configurationOf(provider);
    try {
      const tokens = await client.authorizationCodeGrant(configuration, callbackUrl, {
        pkceCodeVerifier: checks.codeVerifier,
        expectedState: checks.state,
        expectedNonce: checks.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) return undefined;
      const { iss: issuer, sub: subject, preferred_username: name } = claims;
      return { issuer, subject, ...(typeof name === 'string' ? { name } : {}) };
    } catch (error) {
      if (isUnreachable(error)) throw unreachable(provider, error);
      this.log.warn({ provider: provider.name, code: codeOf(error) }, 'a sign-in with an issuer is refused');
      return undefined;
    }
  }

  private configurationOf(provider: OidcProvider): Promise<Configuration> {
    const known = this.configurations.get(provider.name);
    if (known !== undefined) return known;
    const discovered = discover(provider).catch((error: unknown) => {
      this.configurations.delete(provider.name);
      throw unreachable(provider, error);
    });
    this.configurations.set(provider.name, discovered);
    return discovered;
  }
}

async function discover({ issuer, clientId, clientSecret }: OidcProvider): Promise<Configuration> {
  const client = await import('openid-client');
  const url = new URL(issuer);
  const authentication = clientSecret === undefined ? client.None() : client.ClientSecretPost(clientSecret);
  // The settings let an issuer without TLS through on this machine only.
  const execute = url.protocol === 'http:' ? [client.allowInsecureRequests] : [];
  return client.discovery(url, clientId, undefined, authentication, { execute });
}

const unreachable = ({ name }: OidcProvider, cause: unknown): Failure =>
  new Failure('issuer-unavailable', `the issuer ${name} cannot be reached`, { cause });

/** `fetch` says with a `TypeError` that nobody answered, and with a `DOMException` that it took too long. */
function isUnreachable(error: unknown): boolean {
  return error instanceof DOMException || (error instanceof TypeError && error.message === 'fetch failed');
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown; error?: unknown }).error ?? (error as { code?: unknown }).code;
}
