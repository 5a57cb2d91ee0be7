import { API_KEY_ID_PATTERN } from '@ballast/contracts';
import type { ApiKeyPage, ApiKeyView } from '@ballast/contracts/accounts';
import { Clock, Listing, ProblemException } from '@ballast/service-host';
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

  /** A page of keys. Throws the problem `invalid-cursor`. */
  async page({ role, userId }: Caller, page: PageRequest): Promise<ApiKeyPage> {
    const ownerId = role === 'admin' ? undefined : userId;
    const listing = new Listing('api-keys', ownerId);
    const afterId = listing.placeIn(page, API_KEY_ID_PATTERN);
    const found = await this.keys.list({
      ...(ownerId !== undefined && { ownerId }),
      ...(afterId !== undefined && { afterId }),
      limit: page.limit + 1,
    });
    const { items, ...next } = listing.pageOf(found, page.limit, ({ id }) => id);
    return { items: items.map((key) => apiKeyViewOf(key, this.clock.now())), ...next };
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
