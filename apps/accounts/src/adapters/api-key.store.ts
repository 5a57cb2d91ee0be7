import { PRODUCT_ID } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { ContainerStore, PreconditionLost, StoreUnavailable, eventRow, firstItems } from '@ballast/cosmos';
import type { Stored } from '@ballast/cosmos';
import { InjectStore } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import type { ApiKey, KeyChange } from '../domain/api-key.js';

/** Times a change is decided again when somebody else was faster. */
const TRIES_MAX = 8;

/** Which keys are wanted. */
export interface ApiKeySelection {
  /** Absent for everybody's. */
  readonly ownerId?: string;
  /** Only ids behind this one. */
  readonly afterId?: string;
  readonly limit: number;
  /** Without those that were revoked. */
  readonly unrevoked?: boolean;
}

/** The API keys, a partition each. */
@Injectable()
export class ApiKeyStore {
  constructor(@InjectStore('api_keys') private readonly store: ContainerStore) {}

  /** The key as it is stored now, or `undefined`. */
  find(keyId: string): Promise<Stored<ApiKey> | undefined> {
    return this.store.read<ApiKey>(keyId, partitionOf(keyId));
  }

  /** Adds the key with the event that tells of it. Throws `DocumentConflict` where it exists. */
  async create({ key, event }: KeyChange): Promise<void> {
    await this.store.commit(partitionOf(key.keyId), [{ create: key }, { create: rowOf(event, key.keyId) }]);
  }

  /**
   * Commits what is decided on the key as stored, again from fresh facts when somebody was faster, and gives back the key
   * as it is then; `undefined` where there is none. A decision of `undefined` leaves it as it is.
   */
  async change(keyId: string, decide: (key: ApiKey) => KeyChange | undefined): Promise<ApiKey | undefined> {
    for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
      const stored = await this.find(keyId);
      const change = stored && decide(stored.document);
      if (stored === undefined || change === undefined) return stored?.document;
      const row = { create: rowOf(change.event, keyId) };
      if (await this.replaced(stored, change.key, [row])) return change.key;
    }
    throw new StoreUnavailable('contended');
  }

  /** Notes that the key was used; another replica that noted something meanwhile has the word. */
  async note(stored: Stored<ApiKey>, key: ApiKey): Promise<void> {
    await this.replaced(stored, key, []);
  }

  /** Up to `limit` keys in the order of their ids. */
  list({ ownerId, afterId = '', limit, unrevoked = false }: ApiKeySelection): Promise<ApiKey[]> {
    const owned = ownerId === undefined ? '' : ' AND c.ownerId = @ownerId';
    const live = unrevoked ? ' AND NOT IS_DEFINED(c.revokedAt)' : '';
    return firstItems<ApiKey>(this.store, {
      query: `SELECT * FROM c WHERE c.kind = @kind AND c.id > @afterId${owned}${live} ORDER BY c.id`,
      parameters: {
        '@kind': 'api-key',
        '@afterId': afterId,
        ...(ownerId === undefined ? {} : { '@ownerId': ownerId }),
      },
      partition: [PRODUCT_ID],
      limit,
    });
  }

  private async replaced(
    { document, etag }: Stored<ApiKey>,
    key: ApiKey,
    rows: readonly { create: object }[],
  ): Promise<boolean> {
    try {
      await this.store.commit(partitionOf(document.keyId), [{ replace: key, ifMatch: etag }, ...rows]);
      return true;
    } catch (error) {
      if (error instanceof PreconditionLost) return false;
      throw error;
    }
  }
}

const partitionOf = (keyId: string): string[] => [PRODUCT_ID, keyId];
const rowOf = (event: EventEnvelope, keyId: string) => eventRow(event, { productId: PRODUCT_ID, keyId });
