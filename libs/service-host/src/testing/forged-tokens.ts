import { createHmac, createPublicKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '@ballast/contracts/accounts';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { CryptoKey, JWK } from 'jose';

/** The key with which genuine tokens are signed, as a test holds it; an attacker knows the public half. */
export interface GenuineKey {
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
  readonly keyId: string;
}

/** What a forged token is made for. */
export interface Forgery {
  readonly key: GenuineKey;
  /** Whom the token is to speak for. */
  readonly userId: string;
  /** Where the attacker offers keys of their own. */
  readonly attackerUrl: string;
}

type Header = Readonly<Record<string, unknown>>;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

/** The claims of an admin's token that is valid for a minute; nothing but the signature or a change makes it a forgery. */
export function genuineClaims(userId: string): Record<string, unknown> {
  const issuedAt = nowSeconds();
  const who = { sub: userId, role: 'admin', mfa_at: issuedAt };
  return { ...who, iss: TOKEN_ISSUER, aud: TOKEN_AUDIENCE, iat: issuedAt, exp: issuedAt + 60 };
}

/** A token as accounts would sign it, with these claims over the genuine ones; `undefined` takes a claim away. */
export function signed(
  { key, userId }: Forgery,
  changes: Record<string, unknown> = {},
  header: Header = {},
): Promise<string> {
  const claims = Object.fromEntries(
    Object.entries({ ...genuineClaims(userId), ...changes }).filter(([, value]) => value !== undefined),
  );
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid: key.keyId, typ: 'JWT', ...header })
    .sign(key.privateKey);
}

function unsigned({ userId }: Forgery, header: Header, signature = ''): string {
  return `${encode(header)}.${encode(genuineClaims(userId))}.${signature}`;
}

function hmacSigned(forgery: Forgery, secret: string | Buffer, header: Header = {}): string {
  const text = unsigned(forgery, { alg: 'HS256', kid: forgery.key.keyId, ...header }).slice(0, -1);
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

/** A token signed with a key of the attacker, with whatever header is to make it believed. */
async function signedByOther(forgery: Forgery, header: (publicJwk: JWK) => Header, alg = 'ES256'): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return new SignJWT(genuineClaims(forgery.userId))
    .setProtectedHeader({ alg, kid: forgery.key.keyId, ...header(jwk) } as { alg: string })
    .sign(privateKey);
}

/** Every way in which a token is wrong though it looks right, by name. */
export const FORGERIES: readonly (readonly [string, (forgery: Forgery) => Promise<string> | string])[] = [
  ...['none', 'None', 'NONE', 'nOnE', ''].map(
    (alg) => [`alg ${alg || 'empty'}`, (f: Forgery) => unsigned(f, { alg, kid: f.key.keyId })] as const,
  ),
  ['no alg', (f) => unsigned(f, { kid: f.key.keyId })],
  ['alg none with a genuine signature', async (f) => unsigned(f, { alg: 'none' }, (await signed(f)).split('.')[2])],
  ['HS256 with the public key as PEM', (f) => hmacSigned(f, pemOf(f))],
  ['HS256 with the public key as DER', (f) => hmacSigned(f, publicKeyOf(f).export({ format: 'der', type: 'spki' }))],
  ['HS256 with the public key as JWK', (f) => hmacSigned(f, JSON.stringify(f.key.publicJwk))],
  [
    'HS256 with a coordinate of the public key',
    (f) => hmacSigned(f, Buffer.from(f.key.publicJwk.x ?? '', 'base64url')),
  ],
  ['HS256 with the key id', (f) => hmacSigned(f, f.key.keyId)],
  ['HS256 with a key id that names an empty file', (f) => hmacSigned(f, '', { kid: '../../../../dev/null' })],
  ['no key id', (f) => signed(f, {}, { kid: undefined })],
  ['an unknown key id', (f) => signed(f, {}, { kid: 'unknown' })],
  ...['__proto__', 'constructor', "' OR 1=1 --", '../jwks.json'].map(
    (kid) => [`the key id ${kid}`, (f: Forgery) => signedByOther(f, () => ({ kid }))] as const,
  ),
  ['a key id that is a list', (f) => signedByOther(f, () => ({ kid: [f.key.keyId] }))],
  ['another key under the genuine key id', (f) => signedByOther(f, () => ({}))],
  ['its own key in the header (jwk)', (f) => signedByOther(f, (jwk) => ({ jwk }))],
  ['its own key in the header, without a key id', (f) => signedByOther(f, (jwk) => ({ jwk, kid: undefined }))],
  ['the address of its own keys (jku)', (f) => signedByOther(f, () => ({ jku: `${f.attackerUrl}/jwks.json` }))],
  ['the address of its own certificate (x5u)', (f) => signedByOther(f, () => ({ x5u: `${f.attackerUrl}/x5u.pem` }))],
  ['a certificate of its own (x5c)', (f) => signedByOther(f, () => ({ x5c: [randomBytes(64).toString('base64')] }))],
  ...['ES384', 'ES512', 'RS256', 'PS256', 'EdDSA'].map(
    (alg) => [`a key of its own for ${alg}`, (f: Forgery) => signedByOther(f, () => ({}), alg)] as const,
  ),
  ['a signature of zeros', async (f) => `${bodyOf(await signed(f))}.${Buffer.alloc(64).toString('base64url')}`],
  ['half a signature', async (f) => (await signed(f)).slice(0, -43)],
  ['no signature', async (f) => `${bodyOf(await signed(f))}.`],
  [
    'the signature of another token',
    async (f) => `${bodyOf(await signed(f))}.${(await signed(f, { jti: 'b' })).split('.')[2]}`,
  ],
  ['changed claims', async (f) => withClaims(await signed(f, { role: 'viewer' }), genuineClaims(f.userId))],
  ['a critical extension that nobody knows', async (f) => critical(f)],
  ['five parts', async (f) => `${await signed(f)}.a.b`],
  ['two parts', async (f) => bodyOf(await signed(f))],
  ['an end in the past', (f) => signed(f, { exp: nowSeconds() - 10 })],
  ['no end', (f) => signed(f, { exp: undefined })],
  ['an end that is a text', (f) => signed(f, { exp: '9999999999' })],
  ['a beginning in the future', (f) => signed(f, { nbf: nowSeconds() + 60 })],
  ['another issuer', (f) => signed(f, { iss: 'https://issuer.example' })],
  ['no issuer', (f) => signed(f, { iss: undefined })],
  ['another audience', (f) => signed(f, { aud: 'others' })],
  ['the audience of a challenge', (f) => signed(f, { aud: 'ballast-second-factor' })],
  ['no audience', (f) => signed(f, { aud: undefined })],
  ['no subject', (f) => signed(f, { sub: undefined })],
  ['a subject that is no user', (f) => signed(f, { sub: 'admin' })],
  ['no role', (f) => signed(f, { role: undefined })],
  ['a made-up role', (f) => signed(f, { role: 'root' })],
  ['a list of roles', (f) => signed(f, { role: ['admin'] })],
];

function publicKeyOf({ key }: Forgery): KeyObject {
  return createPublicKey({ key: { ...key.publicJwk }, format: 'jwk' });
}

function pemOf(forgery: Forgery): string {
  return publicKeyOf(forgery).export({ format: 'pem', type: 'spki' }).toString();
}

const bodyOf = (token: string): string => token.split('.').slice(0, 2).join('.');

function withClaims(token: string, claims: Record<string, unknown>): string {
  const [header = '', , signature = ''] = token.split('.');
  return `${header}.${encode(claims)}.${signature}`;
}

/** Genuinely signed, but with a header that must be understood and is not (RFC 7515 §4.1.11). */
function critical({ key, userId }: Forgery): Promise<string> {
  return new SignJWT(genuineClaims(userId))
    .setProtectedHeader({ alg: 'ES256', kid: key.keyId, crit: ['urn:unknown'], 'urn:unknown': true })
    .sign(key.privateKey, { crit: { 'urn:unknown': true } });
}
