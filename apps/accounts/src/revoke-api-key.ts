import type { ApiKeyView } from '@ballast/contracts/accounts';
import { Clock, ProblemException } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { ApiKeyStore } from './adapters/api-key.store.js';
import { traceNow } from './adapters/trace-now.js';
import { apiKeyViewOf, revoked } from './domain/api-key.js';
import { seesKey } from './read-api-keys.js';

/** Ends an API key for good; an admin may end anybody's. */
@Injectable()
export class RevokeApiKey {
  constructor(
    private readonly keys: ApiKeyStore,
    private readonly clock: Clock,
  ) {}

  /** The key, revoked now or earlier. Throws the problem `not-found` for one that is not there or not the caller's. */
  async execute(caller: Caller, keyId: string): Promise<ApiKeyView> {
    const occasion = { time: this.clock.iso(), trace: traceNow(this.clock) };
    const key = await this.keys.change(keyId, (stored) => {
      if (!seesKey(caller, stored)) throw new ProblemException('not-found');
      return stored.revokedAt === undefined ? revoked(stored, caller.userId, occasion) : undefined;
    });
    if (key === undefined) throw new ProblemException('not-found');
    return apiKeyViewOf(key, this.clock.now());
  }
}
