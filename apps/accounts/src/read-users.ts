import { USER_ID_PATTERN } from '@ballast/contracts';
import type { UserPage, UserView } from '@ballast/contracts/accounts';
import { Listing, ProblemException } from '@ballast/service-host';
import type { PageRequest } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { UserStore } from './adapters/user.store.js';
import { userViewOf } from './domain/user.js';

const ALL_USERS = new Listing('users');

/** Shows users to admins. */
@Injectable()
export class ReadUsers {
  constructor(private readonly users: UserStore) {}

  /** A page of all users. Throws the problem `invalid-cursor`. */
  async page(page: PageRequest): Promise<UserPage> {
    const afterId = ALL_USERS.placeIn(page, USER_ID_PATTERN);
    const found = await this.users.list({ limit: page.limit + 1, ...(afterId !== undefined && { afterId }) });
    const { items, ...next } = ALL_USERS.pageOf(found, page.limit, ({ id }) => id);
    return { items: items.map(userViewOf), ...next };
  }

  /** One user. Throws the problem `not-found`. */
  async one(userId: string): Promise<UserView> {
    const user = await this.users.find(userId);
    if (user === undefined) throw new ProblemException('not-found');
    return userViewOf(user);
  }
}
