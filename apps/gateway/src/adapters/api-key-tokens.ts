import { createHash } from 'node:crypto';
import { Failure } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { API_KEY_SECRET_PATTERN, API_KEY_TOKEN_TTL_SECONDS } from '@ballast/contracts/accounts';
import type { ApiKeyTokenView } from '@ballast/contracts/accounts';
import { AddressRanges, Clock, ProblemException } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { Owners, jsonOf } from './owners.js';

/** Milliseconds before the end of a token at which another is asked for: what is forwarded must still be valid there. */
const RENEW_BEFORE_END_MS = 10_000;
/** Milliseconds for which a secret that accounts refused is refused here. */
const REFUSED_MS = 5_000;
/** Secrets remembered, and as many that were refused; the ones that were asked for first go. */
const KEYS_MAX = 10_000;

/** A token in the place of a key. */
export interface KeyToken {
  readonly token: string;
  readonly keyId: string;
  readonly ownerId: string;
  /** Whose usage it counts against. */
  readonly usageSubject: string;
  readonly goodUntilMs: number;
  /** Absent where the key may be used from everywhere. */
  readonly addresses?: AddressRanges;
}

/** Exchanges API keys for access tokens of a minute: one ask of accounts per key and minute, whoever waits for it. */
@Injectable()
export class ApiKeyTokens {
  private readonly known = new Map<string, KeyToken>();
  private readonly refusedUntilMs = new Map<string, number>();
  private readonly asking = new Map<string, Promise<KeyToken>>();
  private forgottenCount = 0;

  constructor(
    private readonly owners: Owners,
    private readonly clock: Clock,
  ) {}

  /** The token of a key that was exchanged lately, or `undefined`. */
  find(secret: string): KeyToken | undefined {
    const known = this.known.get(hashOf(secret));
    return known !== undefined && this.clock.now() < known.goodUntilMs ? known : undefined;
  }

  /**
   * The token of the key. Throws the problem `unauthorized` for one that opens nothing, and `Failure` while accounts
   * cannot be asked.
   */
  async exchange(secret: string): Promise<KeyToken> {
    const hash = hashOf(secret);
    const isRefused = this.clock.now() < (this.refusedUntilMs.get(hash) ?? Number.NEGATIVE_INFINITY);
    if (isRefused || !API_KEY_SECRET_PATTERN.test(secret)) throw new ProblemException('unauthorized');
    const asking = this.asking.get(hash) ?? this.ask(secret, hash).finally(() => this.asking.delete(hash));
    this.asking.set(hash, asking);
    return asking;
  }

  /** Forgets what is about a key or a user of whom something is told: a revoked key, a disabled user, another plan. */
  hear({ type, subject }: EventEnvelope): void {
    if (type === 'user.signed-in.v1') return;
    this.forgottenCount += 1;
    for (const [hash, { keyId, ownerId }] of this.known) {
      if (keyId === subject || ownerId === subject) this.known.delete(hash);
    }
  }

  private async ask(secret: string, hash: string): Promise<KeyToken> {
    const [askedAtMs, { forgottenCount }] = [this.clock.now(), this];
    const answer = await this.owners.ask('accounts', {
      ...{ method: 'POST', path: '/internal/api-keys/exchange', body: { secret }, headers: {} },
    });
    if (answer.status === 401) {
      remember(this.refusedUntilMs, hash, this.clock.now() + REFUSED_MS);
      throw new ProblemException('unauthorized');
    }
    if (answer.status !== 200) throw new Failure('key-not-exchanged', `accounts answered ${answer.status} to a key`);
    const { accessToken, keyId, ownerId, usageSubject, allowedAddresses } = jsonOf<ApiKeyTokenView>(answer);
    const token = {
      ...{ token: accessToken, keyId, ownerId, usageSubject },
      goodUntilMs: askedAtMs + API_KEY_TOKEN_TTL_SECONDS * 1_000 - RENEW_BEFORE_END_MS,
      ...(allowedAddresses === undefined ? {} : { addresses: new AddressRanges(allowedAddresses) }),
    };
    // Something was told while we asked: what came may be older than that, so it is good for this request only.
    if (forgottenCount === this.forgottenCount) remember(this.known, hash, token);
    return token;
  }
}

/** Secrets are not kept, here neither. */
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64');

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  for (const first of map.keys()) {
    if (map.size <= KEYS_MAX) return;
    map.delete(first);
  }
}
