import { PRODUCT_ID } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { ContainerStore, PreconditionLost, StoreUnavailable, eventRow, firstItems } from '@ballast/cosmos';
import type { CommitOperation, Stored } from '@ballast/cosmos';
import { InjectStore } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import type { User } from '../domain/user.js';

/** Times a change is decided again when somebody else was faster. */
const TRIES_MAX = 10;

/** What is to be written of a user, together or not at all. */
export interface UserChange<Answer> {
  /** Absent where nothing of the user changes; then nothing else may. */
  readonly user?: User;
  readonly events?: readonly EventEnvelope[];
  /** Further documents of the user's partition. */
  readonly documents?: readonly CommitOperation[];
  readonly answer: Answer;
}

/** The users, a partition each, with everything that is theirs. */
@Injectable()
export class UserStore {
  constructor(@InjectStore('trading_users') private readonly store: ContainerStore) {}

  /** The user, or `undefined`. */
  async find(userId: string): Promise<User | undefined> {
    return (await this.read(userId))?.document;
  }

  /** Adds the user with the event that tells of it. Throws `DocumentConflict` where the name is taken. */
  async create(user: User, event: EventEnvelope): Promise<void> {
    await this.store.commit(partitionOf(user.userId), [{ create: user }, { create: rowOf(event, user.userId) }]);
  }

  /**
   * Decides on the user as stored and commits what was decided; again from fresh facts when somebody was faster. Gives
   * back the answer, or `undefined` where there is no such user.
   */
  async change<Answer>(
    userId: string,
    decide: (user: User) => Promise<UserChange<Answer>> | UserChange<Answer>,
  ): Promise<Answer | undefined> {
    for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
      const stored = await this.read(userId);
      if (stored === undefined) return undefined;
      const change = await decide(stored.document);
      if (await this.commit(stored, change)) return change.answer;
    }
    throw new StoreUnavailable(`user ${userId} is changed by too many at once`);
  }

  /** Up to `limit` users in the order of their ids, behind `afterId`. */
  list({ afterId = '', limit }: { afterId?: string; limit: number }): Promise<User[]> {
    return firstItems<User>(this.store, {
      query: 'SELECT * FROM c WHERE c.kind = @kind AND c.id > @afterId ORDER BY c.id',
      parameters: { '@kind': 'user', '@afterId': afterId },
      partition: [PRODUCT_ID],
      limit,
    });
  }

  /** Keeps an event of a user, or of nobody, with further documents of the partition. */
  async record(userId: string, events: readonly EventEnvelope[], documents: readonly CommitOperation[]): Promise<void> {
    await this.store.commit(partitionOf(userId), [
      ...documents,
      ...events.map((event) => ({ create: rowOf(event, userId) })),
    ]);
  }

  private read(userId: string): Promise<Stored<User> | undefined> {
    return this.store.read<User>(userId, partitionOf(userId));
  }

  /** False when somebody was faster. */
  private async commit({ document, etag }: Stored<User>, change: UserChange<unknown>): Promise<boolean> {
    const { user, events = [], documents = [] } = change;
    if (user === undefined) return true;
    const rows = events.map((event) => ({ create: rowOf(event, document.userId) }));
    try {
      await this.store.commit(partitionOf(document.userId), [{ replace: user, ifMatch: etag }, ...documents, ...rows]);
      return true;
    } catch (error) {
      if (error instanceof PreconditionLost) return false;
      throw error;
    }
  }
}

const partitionOf = (userId: string): string[] => [PRODUCT_ID, userId];
const rowOf = (event: EventEnvelope, userId: string) => eventRow(event, { productId: PRODUCT_ID, userId });
