import { ACCESS_TOKEN_TTL_SECONDS } from '@ballast/contracts/accounts';
import type { Clock } from './clock.js';
import { getJson } from './get-json.js';

/** Milliseconds after which accounts is asked again, when a token is to be verified. */
export const REVOCATIONS_FRESH_MS = 5_000;
const LOOKUP_TIMEOUT_MS = 1_000;
/** Milliseconds for which a session is remembered: longer than any of its tokens is valid. */
const REMEMBERED_MS = (ACCESS_TOKEN_TTL_SECONDS + 300) * 1_000;
/** Sessions remembered, at most; the one revoked longest ago goes first. */
const REMEMBERED_MAX = 100_000;

/** Tells sessions that ended from those that go on. */
export interface SessionRefusals {
  has(sessionId: string): Promise<boolean>;
  /** Whether the session ended, where that is known without asking anybody; `undefined` where `has` must be asked. */
  hasNow?(sessionId: string): boolean | undefined;
}

/**
 * The sessions that ended so lately that their tokens have not expired: heard of at once where `add` is called, and from
 * accounts after at most `REVOCATIONS_FRESH_MS`. While accounts is away what is known stays, and a token of a session
 * that ended meanwhile is taken until it expires.
 */
export class RevokedSessions implements SessionRefusals {
  /** By id, when it is forgotten; in the order in which they were learned. */
  private readonly forgetAtMs = new Map<string, number>();
  private askedAtMs = Number.NEGATIVE_INFINITY;
  private hasAnswered = true;
  private lookup: Promise<void> | undefined;

  constructor(
    private readonly fetchIds: () => Promise<readonly string[]>,
    private readonly clock: Clock,
  ) {}

  /** Remembers that a session ended. */
  add(sessionId: string): void {
    this.forgetAtMs.delete(sessionId);
    this.forgetAtMs.set(sessionId, this.clock.now() + REMEMBERED_MS);
    for (const [oldest, atMs] of this.forgetAtMs) {
      if (this.forgetAtMs.size <= REMEMBERED_MAX && atMs > this.clock.now()) return;
      this.forgetAtMs.delete(oldest);
    }
  }

  hasNow(sessionId: string): boolean | undefined {
    if (this.forgetAtMs.has(sessionId)) return true;
    return Math.abs(this.clock.now() - this.askedAtMs) < REVOCATIONS_FRESH_MS ? false : undefined;
  }

  /** Whether the session ended. Never rejects. */
  async has(sessionId: string): Promise<boolean> {
    if (this.hasNow(sessionId) === undefined) {
      const lookup = this.lookUp();
      // Nobody waits again and again for an accounts that did not answer.
      if (this.hasAnswered) await lookup;
    }
    return this.forgetAtMs.has(sessionId);
  }

  private lookUp(): Promise<void> {
    this.lookup ??= this.load().finally(() => {
      this.lookup = undefined;
      this.askedAtMs = this.clock.now();
    });
    return this.lookup;
  }

  private async load(): Promise<void> {
    try {
      for (const sessionId of await this.fetchIds()) this.add(sessionId);
      this.hasAnswered = true;
    } catch {
      this.hasAnswered = false;
    }
  }
}

/** Reads the sessions that accounts says have ended. */
export function revokedSessionsAt(accountsUrl: string): () => Promise<readonly string[]> {
  return async () => {
    const signal = AbortSignal.timeout(LOOKUP_TIMEOUT_MS);
    const { status, json } = await getJson(`${accountsUrl}/.well-known/revoked-sessions.json`, { signal });
    if (status !== 200) throw new Error(`accounts answered ${status}`);
    return (json() as { sessionIds: string[] }).sessionIds;
  };
}
