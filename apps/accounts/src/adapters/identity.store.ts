import { PRODUCT_ID } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { ContainerStore, eventRow } from '@ballast/cosmos';
import { InjectStore } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import type { Identity } from '../domain/identity.js';

/** Which identity of an issuer is which user, a partition each. */
@Injectable()
export class IdentityStore {
  constructor(@InjectStore('trading_users') private readonly store: ContainerStore) {}

  /** The identity, or `undefined` where nobody is linked to it. */
  async find(identityId: string): Promise<Identity | undefined> {
    return (await this.store.read<Identity>(identityId, [PRODUCT_ID, identityId]))?.document;
  }

  /** Links it, with the event that tells of it. Throws `DocumentConflict` where it is linked. */
  async create(identity: Identity, event: EventEnvelope): Promise<void> {
    const { productId, userId } = identity;
    await this.store.commit(
      [productId, userId],
      [{ create: identity }, { create: eventRow(event, { productId, userId }) }],
    );
  }
}
