import type { EventEnvelope } from '@ballast/contracts';
import { userDisabled, userEnabled, userRoleChanged } from '@ballast/contracts/accounts';
import type { ChangeUserRequest, SessionEndReason } from '@ballast/contracts/accounts';
import { userEvent } from './user.js';
import type { Occasion, User } from './user.js';

/** What a change of a user comes to. */
export interface UserChangeDecision {
  readonly user: User;
  /** None where the user is that already. */
  readonly events: readonly EventEnvelope[];
  /** Why the user's sessions end; absent where they go on. */
  readonly endsSessions?: SessionEndReason;
}

/** The user with another role or status; sessions end whose tokens would say what was. */
export function decideUserChange(
  user: User,
  { role, status, actor }: Pick<ChangeUserRequest, 'role' | 'status'> & { readonly actor: string },
  occasion: Occasion,
): UserChangeDecision {
  const withRole = role === undefined || role === user.role ? undefined : roleChanged(user, role, { actor, occasion });
  const before = withRole?.user ?? user;
  const isDisabled = before.disabledAt !== undefined;
  const isToChange = status !== undefined && (status === 'disabled') !== isDisabled;
  const withStatus = isToChange ? statusChanged(before, { actor, occasion }) : undefined;
  const changes = [withRole, withStatus].filter((change) => change !== undefined);
  const isNowDisabled = withStatus?.user.disabledAt !== undefined;
  return {
    user: changes.at(-1)?.user ?? user,
    events: changes.map(({ event }) => event),
    ...(isNowDisabled && { endsSessions: 'user-disabled' }),
    ...(!isNowDisabled && withRole !== undefined && { endsSessions: 'role-changed' }),
  };
}

interface By {
  readonly actor: string;
  readonly occasion: Occasion;
}

function roleChanged(user: User, role: User['role'], { actor, occasion }: By) {
  const data = { userId: user.userId, previousRole: user.role, role, actor };
  return userEvent({ ...user, role }, { declaration: userRoleChanged, data }, occasion);
}

function statusChanged(user: User, { actor, occasion }: By) {
  const { disabledAt, ...enabled } = user;
  const declaration = disabledAt === undefined ? userDisabled : userEnabled;
  const after = disabledAt === undefined ? { ...user, disabledAt: occasion.time } : enabled;
  return userEvent(after, { declaration, data: { userId: user.userId, actor } }, occasion);
}
