import { PASSWORD_CHARS_MAX } from './auth-api.js';
import { IdField, InstantField, TextField } from './fields.js';
import { USER_ID_PATTERN } from './ids.js';

/** Seconds for which a reset of a password is good: an hour, in which it has to reach the user. */
export const PASSWORD_RESET_TTL_SECONDS = 3_600;
/** What the secret of a reset looks like: the 26 characters of the user's id and 256 random bits in base64url. */
export const PASSWORD_RESET_SECRET_PATTERN = /^rst_[0-9a-hjkmnp-tv-z]{26}_[A-Za-z0-9_-]{43}$/;

export class PasswordResetView {
  @IdField(USER_ID_PATTERN, { description: 'Whose password it is.' })
  userId!: string;
  @InstantField({ description: 'When it is worth nothing any more.' })
  expiresAt!: string;
  @TextField({
    description: 'For `POST /v1/auth/password-reset`, once; absent when the same request is repeated.',
    lengthMax: 128,
    pattern: PASSWORD_RESET_SECRET_PATTERN,
    optional: true,
  })
  secret?: string;
}

export class ResetPasswordRequest {
  @TextField({
    description: 'The secret that an admin has given you.',
    lengthMax: 128,
    pattern: PASSWORD_RESET_SECRET_PATTERN,
    example: `rst_01k9z3v5t8m2c4d6e8f0g2h4j6_${'x'.repeat(43)}`,
  })
  secret!: string;
  @TextField({
    description: 'At least 12 characters, not a common one and without your name.',
    lengthMax: PASSWORD_CHARS_MAX,
    example: 'four words nobody says',
  })
  newPassword!: string;
}
