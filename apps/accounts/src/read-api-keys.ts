import { API_KEY_ID_PATTERN } from '@ballast/contracts';
import type { ApiKeyPage, ApiKeyView } from '@ballast/contracts/accounts';
import { Clock, ProblemException } from '@ballast/service-host';
import type { Caller, PageRequest } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { ApiKeyStore } from './adapters/api-key.store.js';
import { apiKeyViewOf } from './domain/api-key.js';
import type { ApiKey } from './domain/api-key.js';

/** Shows API keys to their owners, and everybody's to admins. */
@Injectable()
export class ReadApiKeys {
  constructor(
    private readonly keys: ApiKeyStore,
    private readonly clock: Clock,
  ) {}

  /** A page of keys. Throws the problem `invalid-request` for a cursor that is none. */
  async page(caller: Caller, { limit, cursor }: PageRequest): Promise<ApiKeyPage> {
    if (cursor !== undefined && !API_KEY_ID_PATTERN.test(cursor)) {
      const errors = [{ pointer: 'cursor', detail: 'must be what `nextCursor` was' }];
      throw new ProblemException('invalid-request', { errors });
    }
    const found = await this.keys.list({
      ...(caller.role === 'admin' ? {} : { ownerId: caller.userId }),
      ...(cursor === undefined ? {} : { afterId: cursor }),
      limit: limit + 1,
    });
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    const hasMore = found.length > limit && last !== undefined;
    const items = shown.map((key) => apiKeyViewOf(key, this.clock.now()));
    return { items, ...(hasMore ? { nextCursor: last.id } : {}) };
  }

  /** One key. Throws the problem `not-found` for one that is not there and for one that is not the caller's alike. */
  async one(caller: Caller, keyId: string): Promise<ApiKeyView> {
    const key = (await this.keys.find(keyId))?.document;
    if (key === undefined || !seesKey(caller, key)) throw new ProblemException('not-found');
    return apiKeyViewOf(key, this.clock.now());
  }
}

/** Whether the caller may know of the key. */
export function seesKey({ userId, role }: Caller, { ownerId }: ApiKey): boolean {
  return ownerId === userId || role === 'admin';
}
