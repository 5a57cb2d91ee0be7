import { Clock, TokenVerifier } from '@ballast/service-host';
import type { SessionRefusals } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { SessionStore } from './session.store.js';

/** Milliseconds for which what was read of other replicas' revocations is shown again. */
const FRESH_MS = 2_000;

/** The sessions that ended so lately that their access tokens may still be valid, at most 2 s old. */
@Injectable()
export class RevokedHere implements SessionRefusals {
  private readonly known = new Set<string>();
  private readAtMs = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | undefined;

  constructor(
    private readonly sessions: SessionStore,
    private readonly clock: Clock,
    verifier: TokenVerifier,
  ) {
    verifier.refuse(this);
  }

  /** Whether the session ended. Throws `Failure` while the store is away. */
  async has(sessionId: string): Promise<boolean> {
    return this.known.has(sessionId) || (await this.list()).includes(sessionId);
  }

  /** Adds what ended at this replica, at once. */
  add(sessionIds: readonly string[]): void {
    for (const id of sessionIds) this.known.add(id);
  }

  /** Their ids. Throws `Failure` while the store is away. */
  async list(): Promise<string[]> {
    if (Math.abs(this.clock.now() - this.readAtMs) >= FRESH_MS) {
      this.reading ??= this.read().finally(() => (this.reading = undefined));
      await this.reading;
    }
    return [...this.known];
  }

  private async read(): Promise<void> {
    const startedAtMs = this.clock.now();
    const before = new Set(this.known);
    const found = new Set(await this.sessions.revoked());
    // What was added while it was read stays; what is not stored any more has outlived its tokens.
    for (const id of before) if (!found.has(id)) this.known.delete(id);
    this.add([...found]);
    this.readAtMs = startedAtMs;
  }
}
