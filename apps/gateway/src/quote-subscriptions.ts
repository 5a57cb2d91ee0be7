import { Failure } from '@ballast/contracts';
import type { QuoteMessage, Refused, StreamRoom, Subscribed } from '@ballast/contracts/stream-protocol';

export type QuotesRoom = Extract<StreamRoom, { room: 'quotes' }>;

/** What the quotes of one client need. */
export interface QuoteListener {
  /** Lets the client hear them after the newest is answered; false for a symbol that there is not. Throws `Failure`. */
  begin(symbol: string, answer: (newest: QuoteMessage) => void): Promise<boolean>;
  end(symbol: string): void;
  /** Hears of what no client can be told: a bug. */
  onBug(error: unknown): void;
}

/** The symbols whose quotes one client hears. */
export class QuoteSubscriptions {
  private readonly symbols = new Set<string>();
  private isOver = false;

  constructor(private readonly listener: QuoteListener) {}

  get size(): number {
    return this.symbols.size;
  }

  /** Begins one, or answers again with the newest quote of it. */
  async begin({ symbol }: QuotesRoom, answer: (answer: Subscribed | Refused) => void): Promise<void> {
    this.symbols.add(symbol);
    try {
      const isThere = await this.listener.begin(symbol, (quote) => answer({ ok: true, snapshot: { quote } }));
      if (this.isOver || !this.symbols.has(symbol)) this.listener.end(symbol);
      if (isThere) return;
      this.symbols.delete(symbol);
      answer({ ok: false, code: 'not-found' });
    } catch (error) {
      if (!(error instanceof Failure)) this.listener.onBug(error);
      this.symbols.delete(symbol);
      answer({ ok: false, code: 'service-unavailable' });
    }
  }

  /** Ends one; ending what never was is no error. */
  end({ symbol }: QuotesRoom): void {
    if (this.symbols.delete(symbol)) this.listener.end(symbol);
  }

  /** The client is gone. */
  close(): void {
    this.isOver = true;
    for (const symbol of this.symbols) this.listener.end(symbol);
  }
}
