import { Failure } from '@ballast/contracts';
import { QUOTE_SYMBOLS_MAX } from '@ballast/contracts/streams';
import type { QuoteMessage } from '@ballast/contracts/stream-protocol';
import { ServiceLog } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { OwnerStreams } from './adapters/owner-streams.js';
import { QuoteFrame } from './domain/frame.js';
import type { StreamClient } from './stream-client.js';
import { StreamHub, quotesRoom } from './stream-hub.js';

/** Milliseconds from one look at the quotes to the next. */
export const QUOTES_EVERY_MS = 500;

/**
 * Asks orders again and again for the quotes of the symbols that somebody here hears, and passes on those that are new.
 * Nobody hears any: nothing is asked. It asks with the token of one who hears them.
 */
@Injectable()
export class QuoteFeed implements OnApplicationBootstrap, OnModuleDestroy {
  /** The newest quote of each symbol that is heard. */
  private readonly latest = new Map<string, QuoteMessage>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;

  constructor(
    private readonly hub: StreamHub,
    private readonly owners: OwnerStreams,
    private readonly log: ServiceLog,
  ) {}

  /**
   * Answers with the newest quote of a symbol, and lets the client hear every newer one; false, and no answer, where the
   * broker does not know the symbol. Throws `Failure` while that cannot be said.
   */
  async begin(client: StreamClient, symbol: string, answer: (newest: QuoteMessage) => void): Promise<boolean> {
    const quote = this.latest.get(symbol) ?? (await this.ask([symbol], client.who.token))?.at(0);
    if (quote === undefined) return false;
    // A look that ended meanwhile has brought a newer one.
    const newest = this.latest.get(symbol) ?? quote;
    this.latest.set(symbol, newest);
    this.hub.join(client, quotesRoom(symbol));
    answer(newest);
    return true;
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.looking ??= this.look().finally(() => (this.looking = undefined));
    }, QUOTES_EVERY_MS);
    this.timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** One look, at all that is heard. Never rejects. */
  async look(): Promise<void> {
    const symbols = this.heard();
    for (let first = 0; first < symbols.length; first += QUOTE_SYMBOLS_MAX) {
      const some = symbols.slice(first, first + QUOTE_SYMBOLS_MAX);
      try {
        for (const quote of (await this.ask(some, this.tokenFor(some))) ?? []) this.take(quote);
      } catch (error) {
        if (!(error instanceof Failure)) this.log.error({ err: error }, 'a look at the quotes met a bug');
      }
    }
  }

  private ask(symbols: readonly string[], token: string): Promise<readonly QuoteMessage[] | undefined> {
    return this.owners.quotes(symbols, token);
  }

  private take(quote: QuoteMessage): void {
    const before = this.latest.get(quote.symbol);
    const isNew = before?.bid !== quote.bid || before.ask !== quote.ask || before.at !== quote.at;
    if (!isNew || this.hub.inRoom(quotesRoom(quote.symbol)).size === 0) return;
    this.latest.set(quote.symbol, quote);
    this.hub.toQuoted(new QuoteFrame(quote));
  }

  /** The symbols that somebody hears; the others are forgotten. */
  private heard(): string[] {
    for (const symbol of this.latest.keys()) {
      if (this.hub.inRoom(quotesRoom(symbol)).size === 0) this.latest.delete(symbol);
    }
    return [...this.latest.keys()];
  }

  /** The token that lasts longest of those of the clients who hear one of the symbols. */
  private tokenFor(symbols: readonly string[]): string {
    const clients = symbols.flatMap((symbol) => [...this.hub.inRoom(quotesRoom(symbol))]);
    const [first, ...others] = clients;
    const lasting = others.reduce((best, one) => {
      return one.caller.expiresAtMs > (best?.caller.expiresAtMs ?? 0) ? one : best;
    }, first);
    return lasting?.who.token ?? '';
  }
}
