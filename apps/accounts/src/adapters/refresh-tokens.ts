import { createHash, timingSafeEqual } from 'node:crypto';
import { SESSION_ID_PATTERN, USER_ID_PATTERN } from '@ballast/contracts';
import { Injectable } from '@nestjs/common';
import type { PresentedToken, Session } from '../domain/session.js';
import { SealingKey } from './sealing-key.js';

const FORM = /^rft_([0-9a-z]{26})_([0-9a-z]{26})_(\d{1,7})_([\w-]{43})$/;

/** A refresh token, taken apart. Nothing in it is believed before `presented`. */
export interface ParsedRefreshToken {
  readonly userId: string;
  readonly sessionId: string;
  readonly generation: number;
  readonly secret: string;
}

/**
 * Refresh tokens: where the session is, the token's number in it, and a secret of 256 bits that only the sealing key
 * gives, so that a token can be given out twice without being stored.
 */
@Injectable()
export class RefreshTokens {
  constructor(private readonly sealingKey: SealingKey) {}

  /** The token with that number. */
  make(userId: string, sessionId: string, generation: number): { token: string; hash: string } {
    const secret = this.secretOf(sessionId, generation);
    return { token: `rft_${userId.slice(4)}_${sessionId.slice(4)}_${generation}_${secret}`, hash: hashOf(secret) };
  }

  /** The parts of a token, or `undefined` for a text that is none. */
  parse(token: string): ParsedRefreshToken | undefined {
    const [, user, session, generation, secret] = FORM.exec(token) ?? [];
    const [userId, sessionId] = [`usr_${user}`, `ses_${session}`];
    if (secret === undefined || !USER_ID_PATTERN.test(userId) || !SESSION_ID_PATTERN.test(sessionId)) return undefined;
    return { userId, sessionId, generation: Number(generation), secret };
  }

  /** Whether we gave out the token: by the stored hash for the newest, by the key for those before it. */
  presented(session: Session, { generation, secret }: ParsedRefreshToken): PresentedToken {
    const expected =
      generation === session.generation ? session.refreshHash : hashOf(this.secretOf(session.id, generation));
    return { generation, isGenuine: timingSafeEqual(Buffer.from(hashOf(secret)), Buffer.from(expected)) };
  }

  private secretOf(sessionId: string, generation: number): string {
    return this.sealingKey.derive('refresh', sessionId, generation);
  }
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');
