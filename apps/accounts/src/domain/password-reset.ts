import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { PRODUCT_ID } from '@ballast/contracts';
import { PASSWORD_RESET_TTL_SECONDS } from '@ballast/contracts/accounts';
import type { User } from './user.js';

const SECRET_BYTES = 32;
const ID_CHARS = 26;

/** A reset of a user's password as stored, in the user's partition: the newest one takes the place of those before. */
export interface PasswordReset {
  readonly id: string;
  readonly productId: string;
  readonly userId: string;
  readonly kind: 'password-reset';
  /** Seconds after which it vanishes by itself. */
  readonly ttl: number;
  /** SHA-256 in hexadecimal of the secret, which is 256 random bits and so needs no slow hash. */
  readonly secretHash: string;
  /** The same of the password's hash as it was: another password since ends the reset. */
  readonly passwordPrint: string;
  readonly expiresAt: string;
}

/** The id of a user's reset. */
export const passwordResetIdOf = (userId: string): string => `rst_${userId.slice(4)}`;

/** Whose reset a secret says it is; it names a user who need not be there. */
export const userIdIn = (secret: string): string => `usr_${secret.slice(4, 4 + ID_CHARS)}`;

/** A reset that begins now, and its secret, which is stored nowhere. */
export function newPasswordReset(
  { userId, passwordHash = '' }: User,
  nowMs: number,
): { reset: PasswordReset; secret: string } {
  const secret = `${passwordResetIdOf(userId)}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  const reset: PasswordReset = {
    id: passwordResetIdOf(userId),
    productId: PRODUCT_ID,
    userId,
    kind: 'password-reset',
    ttl: PASSWORD_RESET_TTL_SECONDS,
    secretHash: hashOf(secret).toString('hex'),
    passwordPrint: hashOf(passwordHash).toString('hex'),
    expiresAt: new Date(nowMs + PASSWORD_RESET_TTL_SECONDS * 1_000).toISOString(),
  };
  return { reset, secret };
}

/** Whether the secret is that of the reset, which is good for an hour, until it is used, the password changes or the user is disabled. */
export function opensWith(reset: PasswordReset, secret: string, user: User, nowMs: number): boolean {
  if (user.disabledAt !== undefined || Date.parse(reset.expiresAt) <= nowMs) return false;
  if (reset.passwordPrint !== hashOf(user.passwordHash ?? '').toString('hex')) return false;
  return timingSafeEqual(Buffer.from(reset.secretHash, 'hex'), hashOf(secret));
}

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();
