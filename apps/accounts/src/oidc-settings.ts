import { OIDC_PROVIDER_PATTERN, ROLES } from '@ballast/contracts/accounts';
import type { Role } from '@ballast/contracts/accounts';

/** An OpenID Connect issuer with which users may sign in. */
export interface OidcProvider {
  /** Stands in the addresses. */
  readonly name: string;
  /** Without `/.well-known/openid-configuration`; for Entra ID `https://login.microsoftonline.com/<tenant>/v2.0`. */
  readonly issuer: string;
  readonly clientId: string;
  /** Absent for a public client. */
  readonly clientSecret?: string;
  /** Where browsers may be sent back to. */
  readonly redirectUris: readonly string[];
  /** The role of a user who is made at the first sign-in; absent, only linked users sign in. */
  readonly createUsersAs?: Role;
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Whether the address is safe from listeners: TLS, or this machine. */
export function isSafeAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}

/** Reads a JSON list of providers. Throws, without showing any of it, where an entry is not right. */
export function parseOidcProviders(text: string): OidcProvider[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('must be JSON');
  }
  if (!Array.isArray(value)) throw new Error('must be a list');
  const providers = value.map(providerIn);
  if (new Set(providers.map(({ name }) => name)).size < providers.length) throw new Error('must not repeat a name');
  return providers;
}

function providerIn(value: unknown): OidcProvider {
  const { name, issuer, clientId, clientSecret, redirectUris, createUsersAs } = (value ?? {}) as Record<
    string,
    unknown
  >;
  if (typeof name !== 'string' || !OIDC_PROVIDER_PATTERN.test(name)) throw new Error('must name each entry');
  if (typeof issuer !== 'string' || !isSafeAddress(issuer)) throw new Error(`must give ${name} an https issuer`);
  if (typeof clientId !== 'string' || clientId === '') throw new Error(`must give ${name} a clientId`);
  const uris = Array.isArray(redirectUris) ? redirectUris.filter((uri) => typeof uri === 'string') : [];
  if (uris.length === 0 || !uris.every(isSafeAddress)) throw new Error(`must give ${name} https redirectUris`);
  const role = ROLES.find((known) => known === createUsersAs);
  if (createUsersAs !== undefined && role === undefined) throw new Error(`must give ${name} a known createUsersAs`);
  if (clientSecret !== undefined && typeof clientSecret !== 'string')
    throw new Error(`must give ${name} a text as secret`);
  return {
    ...{ name, issuer, clientId, redirectUris: uris },
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(role === undefined ? {} : { createUsersAs: role }),
  };
}
