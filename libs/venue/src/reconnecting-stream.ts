import { setTimeout as delay } from 'node:timers/promises';
import type { VenueStream } from './venue.js';

/** How a connection ended: whether it was ever up, and the error that ended it where it did not just break. */
export interface SessionEnd {
  wasUp: boolean;
  cause: Error | undefined;
}

/** One connection, from the first byte until its last handler has returned. */
export interface StreamSession {
  readonly isUp: boolean;
  readonly ended: Promise<SessionEnd>;
  /** Ends the connection; what was already received is still handled. */
  end(): void;
}

const BACK_OFF_MS_MIN = 100;
const BACK_OFF_MS_MAX = 5_000;

/** Keeps one connection alive: after each loss another, with a back-off that doubles until one works. */
export class ReconnectingStream implements VenueStream {
  private readonly closing = new AbortController();
  private readonly running: Promise<void>;
  private session: StreamSession | undefined;

  constructor(connect: () => StreamSession, handlers: { onDisconnected?(cause?: Error): void }) {
    this.running = this.run(connect, handlers);
  }

  get connected(): boolean {
    return this.session?.isUp ?? false;
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.session?.end();
    await this.running;
  }

  private async run(connect: () => StreamSession, handlers: { onDisconnected?(cause?: Error): void }): Promise<void> {
    let backOffMs = BACK_OFF_MS_MIN;
    while (!this.closing.signal.aborted) {
      this.session = connect();
      const { wasUp, cause } = await this.session.ended;
      if (this.closing.signal.aborted) return;
      handlers.onDisconnected?.(cause);
      if (wasUp && !cause) backOffMs = BACK_OFF_MS_MIN;
      await delay(withJitter(backOffMs), undefined, { signal: this.closing.signal }).catch((error: unknown) => {
        if (!this.closing.signal.aborted) throw error;
      });
      backOffMs = Math.min(backOffMs * 2, BACK_OFF_MS_MAX);
    }
  }
}

function withJitter(waitMs: number): number {
  return waitMs / 2 + (Math.random() * waitMs) / 2;
}
