import { CountField, FlagField, IdField, InstantField, ListField, TextField, WordField } from './fields.js';
import { SESSION_ID_PATTERN, USER_ID_PATTERN } from './ids.js';
import { ROLES } from './roles.js';
import type { Role } from './roles.js';
import { SIGN_IN_METHODS } from './user-events.js';
import type { SignInMethod } from './user-events.js';

/** Characters of a password, at least and at most. */
export const PASSWORD_CHARS_MIN = 12;
export const PASSWORD_CHARS_MAX = 256;
/** Characters of a one-time or recovery code, at most. */
const CODE_CHARS_MAX = 32;
/** A name that can be given to a new user. */
export const USERNAME_PATTERN = /^[a-z0-9][a-z0-9._@+-]{0,63}$/;
/** Whether a user can sign in. */
export const USER_STATUSES = ['active', 'disabled'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

const codeField = (): PropertyDecorator =>
  TextField({
    description: 'Six digits of the authenticator, or a recovery code.',
    lengthMax: CODE_CHARS_MAX,
    example: '123456',
  });
const nextCursorField = (): PropertyDecorator =>
  TextField({
    description: 'Pass as `cursor` to get the next page; absent on the last.',
    lengthMax: 8_192,
    optional: true,
  });

export class LoginRequest {
  @TextField({ description: 'The name used to sign in.', lengthMax: 64, example: 'demo' })
  username!: string;
  @TextField({ description: 'The password.', lengthMax: PASSWORD_CHARS_MAX, example: 'printed-at-first-start' })
  password!: string;
}

export class TokenView {
  @TextField({ description: 'A JWT (ES256), to be sent as `Authorization: Bearer …`.', lengthMax: 4096 })
  accessToken!: string;
  @WordField(['Bearer'], { description: 'How to send it.' })
  tokenType!: 'Bearer';
  @CountField({ description: 'Seconds for which it is valid.', min: 1, max: 86_400 })
  expiresInSeconds!: number;
  @TextField({
    description: 'Gives the next access token, once: `POST /v1/auth/refresh`. Absent where the one you have stays.',
    lengthMax: 256,
    optional: true,
  })
  refreshToken?: string;
  @InstantField({ description: 'When the session ends whatever is refreshed.', optional: true })
  sessionExpiresAt?: string;
}

export class SecondFactorChallengeView {
  @TextField({ description: 'Proves that the password was right; send it back with a code.', lengthMax: 4096 })
  challenge!: string;
  @CountField({ description: 'Seconds for which it is valid.', min: 1, max: 86_400 })
  expiresInSeconds!: number;
}

export class SecondFactorLoginRequest {
  @TextField({ description: 'What the first step gave.', lengthMax: 4096, example: 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln' })
  challenge!: string;
  @codeField()
  code!: string;
}

export class RefreshRequest {
  @TextField({ description: 'The newest refresh token of the session.', lengthMax: 256, example: 'rft_newest' })
  refreshToken!: string;
}

export class StepUpRequest {
  @codeField()
  code!: string;
}

export class ChangePasswordRequest {
  @TextField({ description: 'The password now.', lengthMax: PASSWORD_CHARS_MAX, example: 'printed-at-first-start' })
  currentPassword!: string;
  @TextField({
    description: 'At least 12 characters, not a common one and without your name.',
    lengthMax: PASSWORD_CHARS_MAX,
    example: 'four words nobody says',
  })
  newPassword!: string;
}

export class EnrolSecondFactorRequest {
  @TextField({
    description: 'Your password; absent where you have none and signed in with an issuer within the last 5 minutes.',
    lengthMax: PASSWORD_CHARS_MAX,
    optional: true,
    example: 'printed-at-first-start',
  })
  password?: string;
}

export class SecondFactorSecretView {
  @TextField({ description: 'The secret in base 32, shown this once.', lengthMax: 64 })
  secret!: string;
  @TextField({ description: 'The same for an authenticator, as a QR code.', lengthMax: 512 })
  otpauthUri!: string;
}

export class RecoveryCode {
  @TextField({ description: 'Takes the place of a one-time code, once.', lengthMax: CODE_CHARS_MAX })
  code!: string;
}

export class SecondFactorEnrolledView extends TokenView {
  @ListField(() => RecoveryCode, { description: 'Shown this once.', itemsMax: 100 })
  recoveryCodes!: RecoveryCode[];
}

export class SessionView {
  @IdField(SESSION_ID_PATTERN, { description: 'The session.' })
  id!: string;
  @FlagField({ description: 'Whether it is the one that asks.' })
  current!: boolean;
  @WordField(SIGN_IN_METHODS, { description: 'How it began.' })
  method!: SignInMethod;
  @TextField({ description: 'What the program that signed in called itself.', lengthMax: 256, optional: true })
  device?: string;
  @TextField({ description: 'The network address it was last used from.', lengthMax: 64, optional: true })
  address?: string;
  @InstantField({ description: 'When it began.' })
  createdAt!: string;
  @InstantField({ description: 'When it last got a token.' })
  lastUsedAt!: string;
  @InstantField({ description: 'When it ends.' })
  expiresAt!: string;
}

export class SessionPage {
  @ListField(() => SessionView, { description: 'The one used last first.', itemsMax: 500 })
  items!: SessionView[];
  @nextCursorField()
  nextCursor?: string;
}

export class CreateUserRequest {
  @TextField({ description: 'The name used to sign in.', lengthMax: 64, pattern: USERNAME_PATTERN, example: 'ada' })
  username!: string;
  @TextField({
    description: 'At least 12 characters, not a common one and without the name.',
    lengthMax: PASSWORD_CHARS_MAX,
    example: 'four words nobody says',
  })
  password!: string;
  @WordField(ROLES, { description: 'What the user may do.', example: 'trader' })
  role!: Role;
}

export class ChangeUserRequest {
  @WordField(ROLES, { description: 'What the user may do from now on.', optional: true, example: 'operator' })
  role?: Role;
  @WordField(USER_STATUSES, { description: 'Whether the user can sign in.', optional: true, example: 'disabled' })
  status?: UserStatus;
}

export class UserView {
  @IdField(USER_ID_PATTERN, { description: 'The user.' })
  id!: string;
  @TextField({ description: 'The name used to sign in.', lengthMax: 64 })
  username!: string;
  @WordField(ROLES, { description: 'What the user may do.' })
  role!: Role;
  @WordField(USER_STATUSES, { description: 'Whether the user can sign in.' })
  status!: UserStatus;
  @FlagField({ description: 'Whether the user has a second factor.' })
  hasSecondFactor!: boolean;
  @InstantField({ description: 'When it was made.' })
  createdAt!: string;
}

export class UserPage {
  @ListField(() => UserView, { description: 'In a stable order without meaning.', itemsMax: 500 })
  items!: UserView[];
  @nextCursorField()
  nextCursor?: string;
}
