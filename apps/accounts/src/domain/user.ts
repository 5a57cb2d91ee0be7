import { PRODUCT_ID, SYSTEM_PARTITION } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { userCreated, userSignedIn } from '@ballast/contracts/accounts';
import type { Role, UserCreatedV1, UserSignedInV1 } from '@ballast/contracts/accounts';
import type { Trace } from '@ballast/service-bus';
import { firstEventOf } from './account-event.js';
import { derivedId } from './derived-id.js';

/** A user as stored. */
export interface User {
  readonly id: string;
  readonly productId: string;
  readonly userId: string;
  readonly kind: 'user';
  readonly username: string;
  readonly role: Role;
  /** Argon2id in PHC string format. */
  readonly passwordHash: string;
  readonly createdAt: string;
}

/** The id of the user with that name, so that a sign-in is one point read. Names differ by case. */
export function userIdOf(username: string): string {
  return `usr_${derivedId('user', username)}`;
}

/** A new user. `createdAt` is ISO 8601. */
export function newUser(
  facts: Pick<User, 'username' | 'role' | 'passwordHash'>,
  createdAt: string,
  trace: Trace,
): { user: User; event: EventEnvelope<UserCreatedV1> } {
  const userId = userIdOf(facts.username);
  const { username, role, passwordHash } = facts;
  const user: User = {
    id: userId,
    productId: PRODUCT_ID,
    userId,
    kind: 'user',
    username,
    role,
    passwordHash,
    createdAt,
  };
  const event = firstEventOf(
    {
      declaration: userCreated,
      aggregateId: userId,
      subject: userId,
      partitionKey: SYSTEM_PARTITION,
      data: { userId, username, role },
    },
    createdAt,
    trace,
  );
  return { user, event };
}

/** The event of a sign-in. Each is an aggregate of its own, named by its token, so that sign-ins never race. */
export function signedIn(
  { userId, tokenId }: { userId: string; tokenId: string },
  time: string,
  trace: Trace,
): EventEnvelope<UserSignedInV1> {
  return firstEventOf(
    {
      declaration: userSignedIn,
      aggregateId: tokenId,
      subject: userId,
      partitionKey: SYSTEM_PARTITION,
      data: { userId },
    },
    time,
    trace,
  );
}
