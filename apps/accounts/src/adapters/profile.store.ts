import { PRODUCT_ID } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { ContainerStore, eventRow } from '@ballast/cosmos';
import { InjectStore } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import type { Profile } from '../domain/profile.js';

/** Which profiles are wanted. */
export interface ProfileSelection {
  /** Absent for everybody's. */
  readonly ownerId?: string;
  /** Only ids behind this one. */
  readonly afterId?: string;
  readonly limit: number;
}

/** The profiles, a partition each. */
@Injectable()
export class ProfileStore {
  constructor(@InjectStore('trade_profiles') private readonly store: ContainerStore) {}

  /** The profile, or `undefined`. */
  async find(profileId: string): Promise<Profile | undefined> {
    return (await this.store.read<Profile>(profileId, [PRODUCT_ID, profileId]))?.document;
  }

  /** Adds the profile with the event that tells of it. Throws `DocumentConflict` where it exists. */
  async create(profile: Profile, event: EventEnvelope): Promise<void> {
    const { productId, profileId } = profile;
    await this.store.commit(
      [productId, profileId],
      [{ create: profile }, { create: eventRow(event, { productId, profileId }) }],
    );
  }

  /** Up to `limit` profiles in the order of their ids. */
  async list({ ownerId, afterId = '', limit }: ProfileSelection): Promise<Profile[]> {
    const owned = ownerId === undefined ? '' : ' AND c.ownerId = @ownerId';
    const { items } = await this.store.query<Profile>({
      query: `SELECT * FROM c WHERE c.kind = @kind AND c.id > @afterId${owned} ORDER BY c.id`,
      parameters: {
        '@kind': 'profile',
        '@afterId': afterId,
        ...(ownerId === undefined ? {} : { '@ownerId': ownerId }),
      },
      partition: [PRODUCT_ID],
      pageSize: limit,
    });
    return items;
  }
}
