import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ACCESS_TOKEN_TTL_SECONDS, TOKEN_AUDIENCE, TOKEN_ISSUER } from '@ballast/contracts/accounts';
import type { Role } from '@ballast/contracts/accounts';
import { SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from 'jose';
import type { JSONWebKeySet, JWK } from 'jose';
import { createJsonFile, readJsonFile } from './private-file.js';

const FILE = 'token-signing-key.json';
/** Keys that may be published at once: the one that signs and those before it. */
const KEYS_MAX = 10;

/** For whom an access token speaks. */
export interface TokenClaims {
  readonly userId: string;
  readonly role: Role;
  /** The session (`ses_…`) or API key (`key_…`) for which it is made. */
  readonly sessionId?: string;
  /** To what it is limited; absent, to nothing. */
  readonly scopes?: readonly string[];
  /** When the user last showed a second factor, in seconds since 1970. */
  readonly secondFactorAt?: number;
  /** Seconds for which it is valid; `ACCESS_TOKEN_TTL_SECONDS` by default. */
  readonly ttlSeconds?: number;
}

/** The private keys of all tokens: the newest signs, and what the ones before it have signed stays valid. */
export class SigningKey {
  private constructor(
    private readonly key: Awaited<ReturnType<typeof importJWK>>,
    private readonly keyId: string,
    /** What everybody may know of them. */
    readonly publicKeys: JSONWebKeySet,
  ) {}

  /**
   * From a JWK, or a JWK set with the newest key first, as JSON text. Throws, without showing it, where a key is no
   * private ES256 key.
   */
  static async parse(text: string): Promise<SigningKey> {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new Error('the token signing key is not JSON');
    }
    return SigningKey.of(value);
  }

  /** From the file in that directory, which is made where there is none. */
  static async inDirectory(directory: string): Promise<SigningKey> {
    const path = join(directory, FILE);
    const kept = await readJsonFile(path);
    if (kept !== undefined) return SigningKey.of(kept);
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const made = await exportJWK(privateKey);
    return SigningKey.of((await createJsonFile(path, made)) ? made : await readJsonFile(path));
  }

  /** An access token. `issuedAtMs` since 1970. */
  sign(claims: TokenClaims, issuedAtMs: number): Promise<string> {
    const { userId, role, sessionId, scopes, secondFactorAt, ttlSeconds = ACCESS_TOKEN_TTL_SECONDS } = claims;
    const own = {
      role,
      ...(sessionId === undefined ? {} : { sid: sessionId }),
      ...(scopes === undefined ? {} : { scope: scopes.join(' ') }),
      ...(secondFactorAt === undefined ? {} : { mfa_at: secondFactorAt }),
    };
    return this.signFor(TOKEN_AUDIENCE, { userId, claims: own, issuedAtMs, ttlSeconds });
  }

  /** A token for another audience, which is no access token for anybody. */
  signFor(
    audience: string,
    o: { userId: string; claims: Readonly<Record<string, unknown>>; issuedAtMs: number; ttlSeconds: number },
  ): Promise<string> {
    const issuedAt = Math.floor(o.issuedAtMs / 1_000);
    return new SignJWT({ ...o.claims })
      .setProtectedHeader({ alg: 'ES256', kid: this.keyId, typ: 'JWT' })
      .setIssuer(TOKEN_ISSUER)
      .setAudience(audience)
      .setSubject(o.userId)
      .setJti(`tok_${randomUUID()}`)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + o.ttlSeconds)
      .sign(this.key);
  }

  private static async of(value: unknown): Promise<SigningKey> {
    const { keys } = (value ?? {}) as { keys?: unknown };
    const jwks = (Array.isArray(keys) ? keys : [value]).slice(0, KEYS_MAX).map(privateKeyIn);
    const [newest] = jwks;
    if (newest === undefined) throw new Error('there is no token signing key');
    const shown = await Promise.all(jwks.map(publicKeyOf));
    return new SigningKey(await importJWK(newest, 'ES256'), shown[0]?.kid ?? '', { keys: shown });
  }
}

function privateKeyIn(value: unknown): JWK {
  const jwk = value as JWK | null;
  if (jwk?.kty !== 'EC' || jwk.crv !== 'P-256' || jwk.d === undefined || jwk.x === undefined || jwk.y === undefined) {
    throw new Error('the token signing key is not a private P-256 key in JWK form');
  }
  return jwk;
}

async function publicKeyOf({ x = '', y = '' }: JWK): Promise<JWK & { kid: string }> {
  const shown = { kty: 'EC', crv: 'P-256', x, y };
  return { ...shown, kid: await calculateJwkThumbprint(shown), alg: 'ES256', use: 'sig' };
}
