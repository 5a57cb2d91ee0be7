import { InvalidEntraToken, type EntraTokens } from '../entra-tokens.js';
import { audiencePath } from './address.js';
import { coversPath, type AccessPolicy, type Grant, type PolicyRight } from './access-policy.js';
import type { Entities } from './entities.js';
import { unauthorized } from './service-bus-error.js';
import { isSignedWith, readSharedAccessSignature } from './shared-access-signature.js';

/** The token types of `$cbs`. */
export const TOKEN_TYPE = { sharedAccess: 'servicebus.windows.net:sastoken', jwt: 'jwt' } as const;

const AUDIENCES = ['https://servicebus.azure.net', 'https://servicebus.azure.net/'];
/** Compared with where a key name is unknown, so that this takes as long as a wrong key does. */
const NO_KEY = 'no key';

interface Found {
  readonly keys: readonly string[];
  readonly rights: readonly PolicyRight[];
  /** The paths it is for; undefined is the whole namespace. */
  readonly scopes: readonly string[] | undefined;
}

/** Tells what tokens permit: those signed with a key of the namespace or of an entity, and Entra's where configured. */
export class TokenVerifier {
  constructor(
    private readonly policies: readonly AccessPolicy[],
    private readonly entities: Entities,
    private readonly entra: EntraTokens | undefined,
  ) {}

  /** Throws `amqp:unauthorized-access` unless the token is good for the audience now. */
  async verify(token: { type: string; text: string }, audience: string, nowMs: number): Promise<Grant> {
    const path = audiencePath(audience);
    if (token.type === TOKEN_TYPE.sharedAccess) return this.verifySignature(token.text, path, nowMs);
    if (token.type !== TOKEN_TYPE.jwt) throw unauthorized(`Tokens of the type '${token.type}' are not accepted.`);
    const { principals, expiresAtMs } = await this.verifyEntra(token.text, nowMs);
    const policy = this.policies.find((one) => one.principal !== undefined && principals.includes(one.principal));
    if (policy === undefined) throw unauthorized('The principal of the token has no role here.');
    return grantOf({ keys: [], rights: policy.rights, scopes: policy.entities }, path, expiresAtMs);
  }

  private async verifyEntra(text: string, nowMs: number): ReturnType<EntraTokens['verify']> {
    if (this.entra === undefined) throw unauthorized('Entra tokens are accepted only where an issuer is configured.');
    try {
      return await this.entra.verify(text, AUDIENCES, nowMs);
    } catch (error) {
      throw error instanceof InvalidEntraToken ? unauthorized(error.message) : error;
    }
  }

  private verifySignature(text: string, path: string, nowMs: number): Grant {
    const token = readSharedAccessSignature(text);
    const scope = audiencePath(token.resource);
    const found = this.find(token.keyName, scope);
    if (!isSignedWith(token, found?.keys ?? [NO_KEY]) || found === undefined) {
      throw unauthorized('The token has an invalid signature.');
    }
    if (!(token.expiresAtMs > nowMs)) throw unauthorized('The token has expired.');
    if (!coversPath(scope, path)) throw unauthorized('The token is for another entity.');
    return grantOf(found, path, token.expiresAtMs);
  }

  /** A key of the namespace, or of the entity that the token is for or is below. */
  private find(keyName: string, scope: string): Found | undefined {
    const policy = this.policies.find(({ name }) => name === keyName);
    if (policy !== undefined) return { keys: policy.keys ?? [], rights: policy.rights, scopes: policy.entities };
    for (let end = scope.length; end > 0; end = scope.lastIndexOf('/', end - 1)) {
      const entity = scope.slice(0, end);
      const rules = this.entities.topic(entity)?.description.authorizationRules ?? [];
      const rule = rules.find((one) => one.keyName === keyName);
      if (rule === undefined) continue;
      return { keys: [rule.primaryKey, rule.secondaryKey], rights: rule.rights, scopes: [entity] };
    }
    return undefined;
  }
}

function grantOf({ rights, scopes }: Found, path: string, expiresAtMs: number): Grant {
  if (scopes !== undefined && !scopes.some((scope) => coversPath(scope.toLowerCase(), path))) {
    throw unauthorized('The key is for another entity.');
  }
  return { path, rights, expiresAtMs };
}
