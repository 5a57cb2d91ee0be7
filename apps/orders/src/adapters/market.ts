import { Inject, Injectable } from '@nestjs/common';
import { Failure } from '@ballast/contracts';
import { Clock } from '@ballast/service-host';
import type { Venue, VenueAsset, VenueQuote } from '@ballast/venue';
import type { SymbolFacts, VenueFacts } from '../domain/placement.js';
import { VENUE, orFailure } from './venue-calls.js';

/** Milliseconds for which a quote that was fetched is used again. */
const QUOTE_REUSE_MS = 250;
/** Milliseconds for which it is shown again to those who only watch: however many they are, the broker is asked no more often. */
export const QUOTE_SHOWN_MS = 500;
/** Milliseconds after which the list of assets is fetched again. */
const ASSETS_REUSE_MS = 60_000;
/** Symbols whose last quote is kept. */
const QUOTES_CACHED_MAX = 5_000;

interface Fetched<T> {
  readonly atMs: number;
  readonly value: Promise<T>;
}

/** Whether it was fetched that recently; never for what a clock that was set back seems to have fetched later than now. */
function isWithin(reuseMs: number, { atMs }: Fetched<unknown>, nowMs: number): boolean {
  return nowMs >= atMs && nowMs - atMs < reuseMs;
}

/** What the broker says about symbols, fetched when asked for and shared by everybody who asks at the same time. */
@Injectable()
export class Market {
  private assets: Fetched<ReadonlyMap<string, VenueAsset>> | undefined;
  private readonly quotes = new Map<string, Fetched<VenueQuote | undefined>>();

  constructor(
    @Inject(VENUE) private readonly venue: Venue,
    private readonly clock: Clock,
  ) {}

  /** What the broker offers for every symbol. */
  get venueFacts(): VenueFacts {
    return this.venue.capabilities;
  }

  /** Whether the broker puts another order in the place of one that is open. */
  get canReplace(): boolean {
    return this.venue.capabilities.replace;
  }

  /** The symbol's rules and latest quote; `undefined` when the broker does not offer it. Throws `Failure` when it is away. */
  async symbolFacts(symbol: string): Promise<SymbolFacts | undefined> {
    const asset = (await this.allAssets()).get(symbol);
    if (asset === undefined) return undefined;
    const quote = await this.quote(symbol);
    if (quote === undefined) throw new Failure('quote-missing', `the broker has no quote of ${symbol} now`);
    const { tradable, quantityScale, quantityMin, priceIncrement, shortable } = asset;
    return {
      tradable,
      quantityScale,
      quantityMin,
      priceIncrement,
      bid: quote.bid,
      ask: quote.ask,
      isShortable: shortable === true,
      quotedAtMs: quote.at.getTime(),
    };
  }

  /** The latest quotes of those symbols that the broker knows, at most `QUOTE_SHOWN_MS` old. Throws `Failure` when it is away. */
  async shownQuotes(symbols: readonly string[]): Promise<VenueQuote[]> {
    const nowMs = this.clock.now();
    const isStale = (symbol: string): boolean => {
      const known = this.quotes.get(symbol);
      return known === undefined || !isWithin(QUOTE_SHOWN_MS, known, nowMs);
    };
    const stale = [...new Set(symbols)].filter(isStale);
    if (stale.length > 0) this.fetchQuotes(stale, nowMs);
    const quotes = await Promise.all(symbols.flatMap((symbol) => this.quotes.get(symbol)?.value ?? []));
    return quotes.filter((quote) => quote !== undefined);
  }

  private allAssets(): Promise<ReadonlyMap<string, VenueAsset>> {
    const nowMs = this.clock.now();
    if (this.assets !== undefined && isWithin(ASSETS_REUSE_MS, this.assets, nowMs)) return this.assets.value;
    const value = orFailure(this.venue.assets()).then(
      (assets) => new Map(assets.map((asset) => [asset.symbol, asset])),
    );
    const fetched = { atMs: nowMs, value };
    this.assets = fetched;
    value.catch(() => {
      if (this.assets === fetched) this.assets = undefined;
    });
    return value;
  }

  private quote(symbol: string): Promise<VenueQuote | undefined> {
    const nowMs = this.clock.now();
    const known = this.quotes.get(symbol);
    if (known !== undefined && isWithin(QUOTE_REUSE_MS, known, nowMs)) return known.value;
    this.fetchQuotes([symbol], nowMs);
    return this.quotes.get(symbol)?.value ?? Promise.resolve(undefined);
  }

  /** Asks the broker once for all of them. */
  private fetchQuotes(symbols: string[], nowMs: number): void {
    const answer = orFailure(this.venue.quotes(symbols));
    for (const symbol of symbols) {
      const value = answer.then((quotes) => quotes.find((quote) => quote.symbol === symbol));
      const fetched = { atMs: nowMs, value };
      this.quotes.delete(symbol);
      this.quotes.set(symbol, fetched);
      if (this.quotes.size > QUOTES_CACHED_MAX) this.quotes.delete(this.quotes.keys().next().value ?? symbol);
      value.catch(() => {
        if (this.quotes.get(symbol) === fetched) this.quotes.delete(symbol);
      });
    }
  }
}
