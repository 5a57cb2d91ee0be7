import { randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** What a guess costs. */
export interface PasswordCost {
  readonly memoryKib: number;
  readonly passes: number;
}

/** The first of the parameter sets that OWASP recommends for Argon2id. */
export const PASSWORD_COST: PasswordCost = { memoryKib: 19_456, passes: 2 };
const ARGON2ID = 2;
const PASSWORD_CHARS = 20;
/** Without letters that look like digits. */
const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz';

/** A random password of about 99 bits. */
export function newPassword(): string {
  return Array.from({ length: PASSWORD_CHARS }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
}

/** Hashes and verifies passwords. */
export class Passwords {
  /** Verified against where there is no user, so that an unknown name takes as long as a wrong password. */
  private readonly decoy: Promise<string>;

  constructor(private readonly cost: PasswordCost = PASSWORD_COST) {
    this.decoy = this.hash(newPassword());
  }

  hash(password: string): Promise<string> {
    const { memoryKib, passes } = this.cost;
    return hash(password, { algorithm: ARGON2ID, memoryCost: memoryKib, timeCost: passes, parallelism: 1 });
  }

  /** Whether the password is the one that was hashed; always false, and as slow, for `undefined`. */
  async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    const isRight = await verify(passwordHash ?? (await this.decoy), password);
    return passwordHash !== undefined && isRight;
  }
}
