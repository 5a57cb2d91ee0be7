import { PRODUCT_ID, SYSTEM_PARTITION } from '@ballast/contracts';
import type { EventDeclaration, EventEnvelope } from '@ballast/contracts';
import { userCreated } from '@ballast/contracts/accounts';
import type { Role, UserCreatedV1, UserView } from '@ballast/contracts/accounts';
import type { Trace } from '@ballast/service-bus';
import { accountEvent } from './account-event.js';
import { derivedId } from './derived-id.js';
import type { SecondFactor } from './second-factor.js';

/** A user as stored: the head of everything that is theirs. */
export interface User {
  readonly id: string;
  readonly productId: string;
  readonly userId: string;
  readonly kind: 'user';
  readonly username: string;
  readonly role: Role;
  /** Argon2id in PHC string format; absent for who signs in elsewhere. */
  readonly passwordHash?: string;
  readonly createdAt: string;
  /** Rises with every event of the user; 1 where it is absent. */
  readonly version?: number;
  /** When the user was disabled; absent for one who can sign in. */
  readonly disabledAt?: string;
  readonly passwordChangedAt?: string;
  /** Sessions that can still get tokens, the oldest first. */
  readonly sessionIds?: readonly string[];
  readonly secondFactor?: SecondFactor;
  /** Hash of the request that made it: the same key with another request is told apart by it. */
  readonly requestHash?: string;
}

/** When something happens to a user, and in which trace. */
export interface Occasion {
  /** ISO 8601. */
  readonly time: string;
  readonly trace: Trace;
}

/** What is known of a user who is to be made. */
export interface NewUserFacts extends Pick<User, 'username' | 'role' | 'passwordHash' | 'requestHash'> {
  /** Absent, it follows from the name. */
  readonly userId?: string;
  /** The admin who makes it. */
  readonly actor?: string;
}

/** The id of the user with that name, so that a sign-in is one point read. Names differ by case. */
export function userIdOf(username: string): string {
  return `usr_${derivedId('user', username)}`;
}

/** A new user and the event that tells of it. */
export function newUser(
  { userId: givenId, actor, ...facts }: NewUserFacts,
  { time, trace }: Occasion,
): { user: User; event: EventEnvelope<UserCreatedV1> } {
  const { username, role } = facts;
  const userId = givenId ?? userIdOf(username);
  const user: User = { id: userId, productId: PRODUCT_ID, userId, kind: 'user', ...facts, createdAt: time };
  const data = { userId, username, role, ...(actor === undefined ? {} : { actor }) };
  const event = accountEvent(
    { declaration: userCreated, aggregateId: userId, subject: userId, partitionKey: SYSTEM_PARTITION, data },
    time,
    trace,
  );
  return { user, event };
}

/** One more thing that happened to the user: the user with the next version, and the event with it. */
export function userEvent<Data extends object>(
  user: User,
  { declaration, data }: { declaration: EventDeclaration<Data>; data: Data },
  { time, trace }: Occasion,
): { user: User; event: EventEnvelope<Data> } {
  const { userId } = user;
  const version = (user.version ?? 1) + 1;
  const event = accountEvent(
    { declaration, aggregateId: userId, version, subject: userId, partitionKey: SYSTEM_PARTITION, data },
    time,
    trace,
  );
  return { user: { ...user, version }, event };
}

/** The user as admins see it. */
export function userViewOf({ userId, username, role, disabledAt, secondFactor, createdAt }: User): UserView {
  return {
    id: userId,
    username,
    role,
    status: disabledAt === undefined ? 'active' : 'disabled',
    hasSecondFactor: secondFactor?.enrolledAt !== undefined,
    createdAt,
  };
}
