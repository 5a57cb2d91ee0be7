import type { ApiKeySecretView } from '@ballast/contracts/accounts';
import { Clock, ProblemException } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { ApiKeyStore } from './adapters/api-key.store.js';
import { keySecretHash, newKeySecret } from './adapters/key-secrets.js';
import { traceNow } from './adapters/trace-now.js';
import { apiKeyViewOf, rotated, stateOf } from './domain/api-key.js';
import type { ApiKey, KeyChange, RequestMark } from './domain/api-key.js';

/** An owner asks for another secret of a key. */
export interface RotateApiKeyCommand {
  readonly caller: Caller;
  readonly keyId: string;
  readonly overlapSeconds: number;
  readonly rotatedBy: RequestMark;
}

/** Gives an API key another secret, once per idempotency key, and shows it that once. */
@Injectable()
export class RotateApiKey {
  constructor(
    private readonly keys: ApiKeyStore,
    private readonly clock: Clock,
  ) {}

  /**
   * The key with its new secret; without it for a repeated request. Throws the problems `not-found` for a key that is not
   * the caller's, `conflict` for one that has ended, and `idempotency-key-reused`.
   */
  async execute({ caller, keyId, overlapSeconds, rotatedBy }: RotateApiKeyCommand): Promise<ApiKeySecretView> {
    const secret = newKeySecret(keyId);
    const occasion = { time: this.clock.iso(), trace: traceNow(this.clock) };
    const decide = (key: ApiKey): KeyChange | undefined => {
      if (key.ownerId !== caller.userId) throw new ProblemException('not-found');
      if (isRepetition(key, rotatedBy)) return undefined;
      if (stateOf(key, this.clock.now()) !== 'active') throw new ProblemException('conflict');
      return rotated(key, { secretHash: keySecretHash(secret), overlapSeconds, rotatedBy }, occasion);
    };
    const key = await this.keys.change(keyId, decide);
    if (key === undefined) throw new ProblemException('not-found');
    const isNew = key.secretHash === keySecretHash(secret);
    return { ...apiKeyViewOf(key, this.clock.now()), ...(isNew ? { secret } : {}) };
  }
}

function isRepetition({ rotatedBy: last }: ApiKey, { idempotencyKey, requestHash }: RequestMark): boolean {
  if (last?.idempotencyKey !== idempotencyKey) return false;
  if (last.requestHash !== requestHash) throw new ProblemException('idempotency-key-reused');
  return true;
}
