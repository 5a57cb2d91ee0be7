import { Failure } from '@ballast/contracts';
import { importJWK } from 'jose';
import type { CryptoKey, JSONWebKeySet, JWK } from 'jose';
import type { Clock } from './clock.js';
import { getJson } from './get-json.js';

/** Milliseconds after which known keys are looked up again, in the background. */
const KEYS_FRESH_MS = 300_000;
/** Milliseconds between two look-ups, at least, once there are keys. */
const LOOKUP_SPACING_MS = 10_000;
/** Milliseconds between two look-ups, at least, while there are none. */
const FIRST_LOOKUP_SPACING_MS = 500;
const LOOKUP_TIMEOUT_MS = 3_000;

/** A key that tokens are verified with. */
export type TokenKey = CryptoKey | Uint8Array;

/** The keys of accounts by id: looked up when one is unknown, and served stale while accounts is away. */
export class TokenKeys {
  private keys = new Map<string, TokenKey>();
  private lookedUpAtMs = Number.NEGATIVE_INFINITY;
  private loadedAtMs = Number.NEGATIVE_INFINITY;
  private lookup: Promise<void> | undefined;

  constructor(
    private readonly fetchKeys: () => Promise<JSONWebKeySet>,
    private readonly clock: Clock,
  ) {}

  /** The key, or `undefined` for an id that accounts does not publish. Throws `Failure` while no key is known at all. */
  async find(keyId: string): Promise<TokenKey | undefined> {
    if (this.keys.has(keyId)) {
      if (this.clock.now() - this.loadedAtMs > KEYS_FRESH_MS) void this.lookUp();
    } else {
      await this.lookUp();
    }
    if (this.keys.size === 0) throw new Failure('token-keys-unavailable', 'the keys of tokens cannot be read');
    return this.keys.get(keyId);
  }

  /** Whether tokens can be verified, now or after a look-up. */
  async areKnown(): Promise<boolean> {
    if (this.keys.size === 0) await this.lookUp();
    return this.keys.size > 0;
  }

  /** One look-up at a time and not too often. Never rejects: what is known stays. */
  private async lookUp(): Promise<void> {
    const spacingMs = this.keys.size === 0 ? FIRST_LOOKUP_SPACING_MS : LOOKUP_SPACING_MS;
    // A clock that was set back is no reason to wait.
    if (this.lookup === undefined && Math.abs(this.clock.now() - this.lookedUpAtMs) < spacingMs) return;
    this.lookup ??= this.load().finally(() => (this.lookup = undefined));
    await this.lookup;
  }

  private async load(): Promise<void> {
    this.lookedUpAtMs = this.clock.now();
    try {
      const { keys } = await this.fetchKeys();
      this.keys = new Map(await Promise.all(keys.filter(isSigningKey).map(async (key) => importKey(key))));
      this.loadedAtMs = this.clock.now();
    } catch {
      // Accounts is away or answers nonsense; `find` and `areKnown` say what that means.
    }
  }
}

/** Reads the JWK set that accounts publishes. */
export function keysAt(accountsUrl: string): () => Promise<JSONWebKeySet> {
  return async () => {
    const signal = AbortSignal.timeout(LOOKUP_TIMEOUT_MS);
    const { status, json } = await getJson(`${accountsUrl}/.well-known/jwks.json`, { signal });
    if (status !== 200) throw new Error(`accounts answered ${status}`);
    return json() as JSONWebKeySet;
  };
}

const isSigningKey = (key: JWK): boolean => key.kid !== undefined && key.kty === 'EC' && key.crv === 'P-256';

async function importKey(key: JWK): Promise<[string, TokenKey]> {
  return [key.kid ?? '', await importJWK(key, 'ES256')];
}
