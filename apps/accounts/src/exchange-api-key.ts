import { API_KEY_SECRET_PATTERN, API_KEY_TOKEN_TTL_SECONDS } from '@ballast/contracts/accounts';
import type { ApiKeyTokenView } from '@ballast/contracts/accounts';
import type { Stored } from '@ballast/cosmos';
import { Clock, ProblemException, ServiceLog } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { ApiKeyStore } from './adapters/api-key.store.js';
import { isSecretOf } from './adapters/key-secrets.js';
import { SigningKey } from './adapters/signing-key.js';
import { UserStore } from './adapters/user.store.js';
import { keyIdOfSecret, stateOf, used, validHashes } from './domain/api-key.js';
import type { ApiKey } from './domain/api-key.js';

/** Turns the secret of an API key into an access token of a minute, which is all that other services ever see of it. */
@Injectable()
export class ExchangeApiKey {
  constructor(
    private readonly keys: ApiKeyStore,
    private readonly users: UserStore,
    private readonly signingKey: SigningKey,
    private readonly clock: Clock,
    private readonly log: ServiceLog,
  ) {}

  /**
   * The key is read afresh every time, so that a revoked one is refused at once by every replica. Throws the problem
   * `unauthorized`, the same for a secret that is wrong, unknown, expired or revoked.
   */
  async execute(secret: string): Promise<ApiKeyTokenView> {
    const stored = API_KEY_SECRET_PATTERN.test(secret) ? await this.keys.find(keyIdOfSecret(secret)) : undefined;
    const nowMs = this.clock.now();
    if (stored === undefined || !isSecretOf(validHashes(stored.document, nowMs), secret)) throw refusal();
    const key = stored.document;
    if (stateOf(key, nowMs) !== 'active') throw refusal();
    const user = await this.users.find(key.ownerId);
    if (user === undefined || user.disabledAt !== undefined) throw refusal();
    this.noteUse(stored, nowMs);
    const { keyId, ownerId, scopes, allowedAddresses, plan } = key;
    const limits = { sessionId: keyId, scopes, ttlSeconds: API_KEY_TOKEN_TTL_SECONDS };
    const accessToken = await this.signingKey.sign({ userId: ownerId, role: user.role, ...limits }, nowMs);
    return {
      ...{ accessToken, expiresInSeconds: API_KEY_TOKEN_TTL_SECONDS, keyId, ownerId },
      ...(allowedAddresses === undefined ? {} : { allowedAddresses: [...allowedAddresses] }),
      usageSubject: plan === undefined ? ownerId : keyId,
    };
  }

  /** In the background and at most once a minute: that a key is used is no reason to wait, nor to refuse it. */
  private noteUse(stored: Stored<ApiKey>, nowMs: number): void {
    const key = used(stored.document, nowMs);
    if (key === undefined) return;
    this.keys.note(stored, key).catch((error: unknown) => {
      this.log.warn({ err: error, keyId: key.keyId }, 'the use of a key is not noted');
    });
  }
}

const refusal = (): ProblemException => new ProblemException('unauthorized');
