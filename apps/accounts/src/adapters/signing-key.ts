import { join } from 'node:path';
import { ACCESS_TOKEN_TTL_SECONDS, TOKEN_AUDIENCE, TOKEN_ISSUER } from '@ballast/contracts/accounts';
import type { Role } from '@ballast/contracts/accounts';
import { SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from 'jose';
import type { JSONWebKeySet, JWK } from 'jose';
import { createJsonFile, readJsonFile } from './private-file.js';

const FILE = 'token-signing-key.json';

/** What a token says. */
export interface TokenClaims {
  readonly userId: string;
  readonly role: Role;
  readonly tokenId: string;
  /** The session or API key for which it is made. */
  readonly sessionId?: string;
  /** To what it is limited; absent, it allows all that the role does. */
  readonly scopes?: readonly string[];
  /** Seconds for which it is valid; 15 minutes where it is absent. */
  readonly ttlSeconds?: number;
}

/** The private key of all access tokens. */
export class SigningKey {
  private constructor(
    private readonly key: Awaited<ReturnType<typeof importJWK>>,
    private readonly keyId: string,
    /** What everybody may know of it. */
    readonly publicKeys: JSONWebKeySet,
  ) {}

  /** From a JWK as JSON text. Throws, without showing it, where that is no private ES256 key. */
  static async parse(text: string): Promise<SigningKey> {
    let jwk: unknown;
    try {
      jwk = JSON.parse(text);
    } catch {
      throw new Error('the token signing key is not JSON');
    }
    return SigningKey.of(jwk);
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

  /** A token with these claims. `issuedAtMs` since 1970. */
  sign(claims: TokenClaims, issuedAtMs: number): Promise<string> {
    const { userId, role, tokenId, sessionId, scopes, ttlSeconds = ACCESS_TOKEN_TTL_SECONDS } = claims;
    const issuedAt = Math.floor(issuedAtMs / 1_000);
    const optional = {
      ...(sessionId === undefined ? {} : { sid: sessionId }),
      ...(scopes === undefined ? {} : { scope: scopes.join(' ') }),
    };
    return new SignJWT({ role, ...optional })
      .setProtectedHeader({ alg: 'ES256', kid: this.keyId, typ: 'JWT' })
      .setIssuer(TOKEN_ISSUER)
      .setAudience(TOKEN_AUDIENCE)
      .setSubject(userId)
      .setJti(tokenId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ttlSeconds)
      .sign(this.key);
  }

  private static async of(value: unknown): Promise<SigningKey> {
    const jwk = value as JWK | null;
    if (jwk?.kty !== 'EC' || jwk.crv !== 'P-256' || jwk.d === undefined || jwk.x === undefined || jwk.y === undefined) {
      throw new Error('the token signing key is not a private P-256 key in JWK form');
    }
    const shown = { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y };
    const keyId = await calculateJwkThumbprint(shown);
    const publicKeys = { keys: [{ ...shown, kid: keyId, alg: 'ES256', use: 'sig' }] };
    return new SigningKey(await importJWK(jwk, 'ES256'), keyId, publicKeys);
  }
}
