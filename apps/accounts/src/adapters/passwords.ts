import { randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { Injectable } from '@nestjs/common';

/** Argon2id with the first of the parameter sets that OWASP recommends; `algorithm` 2 is Argon2id. */
const ARGON2 = { algorithm: 2, memoryCost: 19_456 /* KiB */, timeCost: 2, parallelism: 1 } as const;
const PASSWORD_CHARS = 20;
/** Without letters that look like digits. */
const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz';

/** A random password of about 99 bits. */
export function newPassword(): string {
  return Array.from({ length: PASSWORD_CHARS }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
}

/** Hashes and verifies passwords. */
@Injectable()
export class Passwords {
  /** Verified against where there is no user, so that an unknown name takes as long as a wrong password. */
  private readonly decoy = hash(newPassword(), ARGON2);

  hash(password: string): Promise<string> {
    return hash(password, ARGON2);
  }

  /** Whether the password is the one that was hashed; always false, and as slow, for `undefined`. */
  async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    const isRight = await verify(passwordHash ?? (await this.decoy), password);
    return passwordHash !== undefined && isRight;
  }
}
