import { createLocalJWKSet, createRemoteJWKSet, jwtVerify, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

/** Whose Entra tokens both halves accept. */
export interface EntraOptions {
  /** As in `iss`. */
  readonly issuer: string;
  /** The issuer's public keys, or where they are fetched. */
  readonly jwks: JSONWebKeySet | URL;
  /** As in `aud`; that of the service which is asked unless given. */
  readonly audience?: string;
}

const MS_PER_SECOND = 1_000;
/** What names who a token was made for: a managed identity or a user, an application, any other subject. */
const PRINCIPAL_CLAIMS = ['oid', 'appid', 'sub'] as const;

/** A token that is not valid here and now. */
export class InvalidEntraToken extends Error {
  override readonly name = 'InvalidEntraToken';
}

/** Checks the signature, issuer, audience and time of Entra tokens. */
export class EntraTokens {
  private readonly keys: JWTVerifyGetKey;

  constructor(private readonly options: EntraOptions) {
    const { jwks } = options;
    this.keys = jwks instanceof URL ? createRemoteJWKSet(jwks) : createLocalJWKSet(jwks);
  }

  /** Who the token is for, and until when in Unix milliseconds; `audiences` are the names of who is asked. Throws InvalidEntraToken. */
  async verify(
    token: string,
    audiences: readonly string[],
    nowMs: number,
  ): Promise<{ principals: readonly string[]; expiresAtMs: number }> {
    const { issuer, audience } = this.options;
    const { payload } = await jwtVerify(token, this.keys, {
      issuer,
      audience: audience ?? [...audiences],
      currentDate: new Date(nowMs),
      requiredClaims: ['exp'],
    }).catch(() => {
      throw new InvalidEntraToken('The Entra token is not valid.');
    });
    const principals = PRINCIPAL_CLAIMS.map((claim) => payload[claim]).filter((value) => typeof value === 'string');
    return { principals, expiresAtMs: payload.exp! * MS_PER_SECOND };
  }
}
