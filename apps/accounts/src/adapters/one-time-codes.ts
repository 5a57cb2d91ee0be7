import { createHash, randomBytes } from 'node:crypto';
import { Clock } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { Secret, TOTP } from 'otpauth';
import { decideCode } from '../domain/second-factor.js';
import type { CodeVerdict, SecondFactor } from '../domain/second-factor.js';
import { SealingKey } from './sealing-key.js';

const ISSUER = 'Ballast';
const PERIOD_SECONDS = 30;
const DIGITS = 6;
/** Steps by which an authenticator's clock may differ from ours, each way. */
const STEPS_OFF_MAX = 1;
/** Bytes of a secret, as RFC 4226 §4 recommends. */
const SECRET_BYTES = 20;
const RECOVERY_CODES = 10;
/** Bytes of a recovery code: 80 bits, too many to guess, so a fast hash is enough. */
const RECOVERY_BYTES = 10;

/** One-time codes (RFC 6238) and recovery codes. */
@Injectable()
export class OneTimeCodes {
  constructor(
    private readonly sealingKey: SealingKey,
    private readonly clock: Clock,
  ) {}

  /** A new second factor that counts for nothing yet, and its secret to be shown once. */
  make(userId: string, username: string): { secondFactor: SecondFactor; secret: string; otpauthUri: string } {
    const secret = new Secret({ buffer: new Uint8Array(randomBytes(SECRET_BYTES)).buffer });
    const sealedSecret = this.sealingKey.seal(secret.base32, userId);
    const otpauthUri = totpOf(secret.base32, username).toString();
    return { secondFactor: { sealedSecret, recoveryHashes: [] }, secret: secret.base32, otpauthUri };
  }

  /** Recovery codes to be shown once, and what is stored of them. */
  makeRecoveryCodes(): { codes: string[]; hashes: string[] } {
    const codes = Array.from({ length: RECOVERY_CODES }, () => grouped(randomBytes(RECOVERY_BYTES).toString('hex')));
    return { codes, hashes: codes.map(recoveryHashOf) };
  }

  /** Looks at a code and takes it, once. */
  take(userId: string, secondFactor: SecondFactor, code: string): CodeVerdict {
    const totp = totpOf(this.sealingKey.open(secondFactor.sealedSecret, userId), '');
    const timestamp = this.clock.now();
    const delta = /^\d{6}$/.test(code) ? totp.validate({ token: code, timestamp, window: STEPS_OFF_MAX }) : null;
    const step = delta === null ? undefined : Math.floor(timestamp / (PERIOD_SECONDS * 1_000)) + delta;
    return decideCode(secondFactor, { step, recoveryHash: recoveryHashOf(code) });
  }
}

function totpOf(secret: string, label: string): TOTP {
  return new TOTP({ issuer: ISSUER, label, algorithm: 'SHA1', digits: DIGITS, period: PERIOD_SECONDS, secret });
}

const grouped = (text: string): string => text.match(/.{5}/g)?.join('-') ?? text;

function recoveryHashOf(code: string): string {
  return createHash('sha256').update(code.toLowerCase().replace(/[\s-]/g, '')).digest('hex');
}
