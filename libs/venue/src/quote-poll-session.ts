import { PollSession } from './poll-session.js';
import type { VenueQuote } from './venue-market.js';
import type { VenueQuoteHandlers } from './venue.js';

/** Quotes that are asked for again and again; one that has not changed is not told twice. */
export class QuotePollSession extends PollSession {
  constructor(ask: () => Promise<VenueQuote[]>, handlers: VenueQuoteHandlers, pollMs: number) {
    const told = new Map<string, string>();
    super(
      {
        begin: async () => {
          await ask();
          handlers.onConnected?.();
        },
        poll: async () => {
          for (const quote of await ask()) {
            const text = `${quote.bid.toFixed()} ${quote.ask.toFixed()}`;
            if (told.get(quote.symbol) === text) continue;
            told.set(quote.symbol, text);
            handlers.onQuote(quote);
          }
        },
      },
      pollMs,
    );
  }
}
