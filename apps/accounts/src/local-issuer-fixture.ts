import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import type Provider from 'oidc-provider';

const CLIENT_ID = 'ballast';
const CLIENT_SECRET = 'a secret of the test';
const REDIRECTS_MAX = 10;
export const REDIRECT_URI = 'http://127.0.0.1:1/signed-in';

/** A real OpenID Connect issuer on this machine at which everybody is who the test says. */
export class LocalIssuer {
  private provider: Provider | undefined;
  private subject = '';

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    readonly url: string,
  ) {}

  static async start(): Promise<LocalIssuer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const issuer = new LocalIssuer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    issuer.provider = await quietly(() => issuer.makeProvider());
    const answer = issuer.provider.callback();
    server.on('request', (request, response) => {
      if (request.url?.startsWith('/interaction/')) void issuer.signIn(request, response);
      else void answer(request, response);
    });
    return issuer;
  }

  /** How accounts is to know it. */
  get settings() {
    return { issuer: this.url, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, redirectUris: [REDIRECT_URI] };
  }

  /** Follows a browser of `subject` from the address through the issuer; gives back where it is sent in the end. */
  async browse(authorizationUrl: string, subject: string): Promise<string> {
    this.subject = subject;
    const cookies = new Map<string, string>();
    let url = authorizationUrl;
    for (let hop = 0; hop < REDIRECTS_MAX && !url.startsWith(REDIRECT_URI); hop += 1) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
      for (const set of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
        cookies.set(name, value);
      }
      url = new URL(response.headers.get('location') ?? REDIRECT_URI, url).href;
      await response.arrayBuffer();
    }
    return url;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async signIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.provider?.interactionFinished(request, response, { login: { accountId: this.subject } });
  }

  private async makeProvider(): Promise<Provider> {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const { default: OidcProvider } = await import('oidc-provider');
    return new OidcProvider(this.url, {
      clients: [
        {
          client_id: CLIENT_ID,
          client_secret: CLIENT_SECRET,
          redirect_uris: [REDIRECT_URI],
          token_endpoint_auth_method: 'client_secret_post',
        },
      ],
      jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'local' }] },
      cookies: { keys: ['a key of the test'] },
      pkce: { required: () => true },
      features: { devInteractions: { enabled: false } },
      conformIdTokenClaims: false,
      claims: { openid: ['sub'], profile: ['preferred_username'] },
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
      findAccount: (_context, sub) => ({
        accountId: sub,
        claims: () => ({ sub, preferred_username: `${sub}@example.com` }),
      }),
      loadExistingGrant: async ({ oidc }) => {
        const grant = new oidc.provider.Grant({ clientId: CLIENT_ID, accountId: oidc.session?.accountId ?? '' });
        grant.addOIDCScope('openid profile');
        await grant.save();
        return grant;
      },
      ttl: { AccessToken: 60, AuthorizationCode: 60, IdToken: 60, Grant: 60, Interaction: 60, Session: 60 },
    });
  }
}

/** The issuer says on the console that it is made for a later Node and forgets all at its end, which is as it should be. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { warn, info } = console;
  console.warn = console.info = () => {};
  try {
    return await work();
  } finally {
    Object.assign(console, { warn, info });
  }
}
