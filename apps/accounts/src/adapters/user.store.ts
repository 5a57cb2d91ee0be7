import { PRODUCT_ID } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { ContainerStore, eventRow } from '@ballast/cosmos';
import { InjectStore } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import type { User } from '../domain/user.js';

/** The users, a partition each. */
@Injectable()
export class UserStore {
  constructor(@InjectStore('trading_users') private readonly store: ContainerStore) {}

  /** The user, or `undefined`. */
  async find(userId: string): Promise<User | undefined> {
    return (await this.store.read<User>(userId, [PRODUCT_ID, userId]))?.document;
  }

  /** Adds the user with the event that tells of it. Throws `DocumentConflict` where the name is taken. */
  async create(user: User, event: EventEnvelope): Promise<void> {
    await this.store.commit([PRODUCT_ID, user.userId], [{ create: user }, { create: rowOf(event, user.userId) }]);
  }

  /** Keeps an event of the user. */
  async record(userId: string, event: EventEnvelope): Promise<void> {
    await this.store.commit([PRODUCT_ID, userId], [{ create: rowOf(event, userId) }]);
  }
}

const rowOf = (event: EventEnvelope, userId: string) => eventRow(event, { productId: PRODUCT_ID, userId });
