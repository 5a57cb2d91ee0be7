import { declareEvent } from './event.js';
import { CountField, IdField, InstantField, TextField, WordField } from './fields.js';
import { SESSION_ID_PATTERN, USER_ID_PATTERN } from './ids.js';
import { ROLES } from './roles.js';
import type { Role } from './roles.js';

/** How somebody proved who they are. */
export const SIGN_IN_METHODS = ['password', 'second-factor', 'oidc'] as const;
export type SignInMethod = (typeof SIGN_IN_METHODS)[number];

/** Why a session ended before its time. */
export const SESSION_END_REASONS = [
  'signed-out',
  'revoked',
  'refresh-reused',
  'password-changed',
  'role-changed',
  'user-disabled',
  'too-many-sessions',
] as const;
export type SessionEndReason = (typeof SESSION_END_REASONS)[number];

const userField = (): PropertyDecorator => IdField(USER_ID_PATTERN, { description: 'The user.' });
const actorField = (): PropertyDecorator => IdField(USER_ID_PATTERN, { description: 'Who did it.' });

export class UserCreatedV1 {
  @userField()
  userId!: string;
  @TextField({ description: 'The name used to sign in.', lengthMax: 64 })
  username!: string;
  @WordField(ROLES, { description: 'What the user may do.' })
  role!: Role;
  @IdField(USER_ID_PATTERN, {
    description: 'The admin who made it; absent for those of the first start and of another sign-in.',
    optional: true,
  })
  actor?: string;
}

export class UserSignedInV1 {
  @userField()
  userId!: string;
  @IdField(SESSION_ID_PATTERN, { description: 'The session that began.', optional: true })
  sessionId?: string;
  @WordField(SIGN_IN_METHODS, { description: 'How they proved it.', optional: true })
  method?: SignInMethod;
}

export class UserRoleChangedV1 {
  @userField()
  userId!: string;
  @WordField(ROLES, { description: 'What the user could do.' })
  previousRole!: Role;
  @WordField(ROLES, { description: 'What the user may do from now on.' })
  role!: Role;
  @actorField()
  actor!: string;
}

/** Of events that say nothing but who and by whom. */
export class UserTouchedV1 {
  @userField()
  userId!: string;
  @actorField()
  actor!: string;
}

export class UserLockedOutV1 {
  @userField()
  userId!: string;
  @CountField({ description: 'Failures in a row.', min: 1, max: 1_000_000 })
  failures!: number;
  @InstantField({ description: 'Until when no further attempt is looked at.' })
  until!: string;
}

export class RecoveryCodeUsedV1 {
  @userField()
  userId!: string;
  @CountField({ description: 'Codes that are left.', min: 0, max: 100 })
  left!: number;
}

export class UserSteppedUpV1 {
  @userField()
  userId!: string;
  @IdField(SESSION_ID_PATTERN, { description: 'The session in which they did.' })
  sessionId!: string;
}

export class UserIdentityLinkedV1 {
  @userField()
  userId!: string;
  @TextField({ description: 'The issuer.', lengthMax: 512 })
  issuer!: string;
  @TextField({ description: 'What the issuer calls the user.', lengthMax: 255 })
  issuerSubject!: string;
}

export class SessionRevokedV1 {
  @IdField(SESSION_ID_PATTERN, { description: 'The session.' })
  sessionId!: string;
  @userField()
  userId!: string;
  @WordField(SESSION_END_REASONS, { description: 'Why.' })
  reason!: SessionEndReason;
  @IdField(USER_ID_PATTERN, { description: 'The admin who ended it; absent where it was nobody else.', optional: true })
  actor?: string;
}

const touched = (type: string, meaning: string) => declareEvent('accounts', type, UserTouchedV1, meaning);

export const userCreated = declareEvent('accounts', 'user.created.v1', UserCreatedV1, 'A user was made.');
export const userSignedIn = declareEvent(
  'accounts',
  'user.signed-in.v1',
  UserSignedInV1,
  'A user proved who they are and got a token.',
);
export const userRoleChanged = declareEvent(
  'accounts',
  'user.role-changed.v1',
  UserRoleChangedV1,
  'A user may do other things than before; their sessions ended.',
);
export const userDisabled = touched('user.disabled.v1', 'A user cannot sign in any more; their sessions ended.');
export const userEnabled = touched('user.enabled.v1', 'A user who was disabled can sign in again.');
export const userPasswordChanged = touched(
  'user.password-changed.v1',
  'A user has a new password; their sessions ended.',
);
export const userPasswordResetIssued = touched(
  'user.password-reset-issued.v1',
  'An admin lets a user set another password.',
);
export const userLockedOut = declareEvent(
  'accounts',
  'user.locked-out.v1',
  UserLockedOutV1,
  'Too many passwords or codes of a user were wrong; further ones are not looked at for a while.',
);
export const secondFactorEnrolled = touched('user.second-factor-enrolled.v1', 'A user has a second factor.');
export const secondFactorRemoved = touched('user.second-factor-removed.v1', 'A user has no second factor any more.');
export const recoveryCodeUsed = declareEvent(
  'accounts',
  'user.recovery-code-used.v1',
  RecoveryCodeUsedV1,
  'A recovery code took the place of a one-time code; it is worth nothing any more.',
);
export const userSteppedUp = declareEvent(
  'accounts',
  'user.stepped-up.v1',
  UserSteppedUpV1,
  'A user showed the second factor again.',
);
export const userIdentityLinked = declareEvent(
  'accounts',
  'user.identity-linked.v1',
  UserIdentityLinkedV1,
  'A user can sign in with an OpenID Connect issuer.',
);
export const sessionRevoked = declareEvent(
  'accounts',
  'session.revoked.v1',
  SessionRevokedV1,
  'A session ended before its time; its tokens are worth nothing any more.',
);

/** The events of users and their sessions. */
export const USER_EVENTS = [
  userCreated,
  userSignedIn,
  userRoleChanged,
  userDisabled,
  userEnabled,
  userPasswordChanged,
  userPasswordResetIssued,
  userLockedOut,
  secondFactorEnrolled,
  secondFactorRemoved,
  recoveryCodeUsed,
  userSteppedUp,
  userIdentityLinked,
  sessionRevoked,
] as const;
