import { setTimeout as delay } from 'node:timers/promises';
import type { SessionEnd, StreamSession } from './reconnecting-stream.js';

/** What is asked for in the place of a stream: once when it begins, and then again and again; what throws ends it. */
export interface Polled {
  begin(): Promise<void>;
  poll(): Promise<void>;
}

/** A session that asks again and again until it is ended or fails. */
export class PollSession implements StreamSession {
  readonly ended: Promise<SessionEnd>;
  private readonly closing = new AbortController();
  private wasUp = false;
  private isOver = false;

  constructor(
    private readonly polled: Polled,
    private readonly pollMs: number,
  ) {
    this.ended = this.live();
  }

  get isUp(): boolean {
    return this.wasUp && !this.isOver;
  }

  end(): void {
    this.closing.abort();
  }

  private async live(): Promise<SessionEnd> {
    const { signal } = this.closing;
    try {
      await this.polled.begin();
      this.wasUp = true;
      while (!signal.aborted) {
        await this.polled.poll();
        await delay(this.pollMs, undefined, { signal });
      }
      return { wasUp: true, cause: undefined };
    } catch (error) {
      if (signal.aborted) return { wasUp: this.wasUp, cause: undefined };
      return { wasUp: this.wasUp, cause: error instanceof Error ? error : new Error(String(error)) };
    } finally {
      this.isOver = true;
    }
  }
}
