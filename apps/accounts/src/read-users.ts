import { USER_ID_PATTERN } from '@ballast/contracts';
import type { UserPage, UserView } from '@ballast/contracts/accounts';
import { ProblemException } from '@ballast/service-host';
import type { PageRequest } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { UserStore } from './adapters/user.store.js';
import { userViewOf } from './domain/user.js';

/** Shows users to admins. */
@Injectable()
export class ReadUsers {
  constructor(private readonly users: UserStore) {}

  /** A page of all users. */
  async page({ limit, cursor }: PageRequest): Promise<UserPage> {
    if (cursor !== undefined && !USER_ID_PATTERN.test(cursor)) {
      const errors = [{ pointer: 'cursor', detail: 'must be what `nextCursor` was' }];
      throw new ProblemException('invalid-request', { errors });
    }
    const found = await this.users.list({ limit: limit + 1, ...(cursor === undefined ? {} : { afterId: cursor }) });
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    const hasMore = found.length > limit && last !== undefined;
    return { items: shown.map(userViewOf), ...(hasMore ? { nextCursor: last.id } : {}) };
  }

  /** One user. Throws the problem `not-found`. */
  async one(userId: string): Promise<UserView> {
    const user = await this.users.find(userId);
    if (user === undefined) throw new ProblemException('not-found');
    return userViewOf(user);
  }
}
