import { setTimeout as delay } from 'node:timers/promises';
import type { AlpacaKeys } from './alpaca-http.js';
import { AlpacaStreamSession } from './alpaca-stream-session.js';
import type { VenueStream, VenueStreamHandlers } from './venue.js';

/** Where the stream is and what opens it. */
export interface StreamAddress {
  url: string;
  keys: AlpacaKeys;
}

const BACK_OFF_MS_MIN = 100;
const BACK_OFF_MS_MAX = 10_000;

/** Keeps one connection to `trade_updates` alive: after each loss another, with a back-off that doubles until one works. */
export class AlpacaStream implements VenueStream {
  private readonly closing = new AbortController();
  private readonly running: Promise<void>;
  private session: AlpacaStreamSession | undefined;

  constructor(address: StreamAddress, handlers: VenueStreamHandlers) {
    this.running = this.run(address, handlers);
  }

  get connected(): boolean {
    return this.session?.isUp ?? false;
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.session?.end();
    await this.running;
  }

  private async run(address: StreamAddress, handlers: VenueStreamHandlers): Promise<void> {
    let backOffMs = BACK_OFF_MS_MIN;
    while (!this.closing.signal.aborted) {
      this.session = new AlpacaStreamSession(address, handlers);
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
