import { decimal } from '@ballast/money';
import { Clock } from '@ballast/service-host';
import type { Venue, VenueQuote } from '@ballast/venue';
import { VenueUnavailable } from '@ballast/venue';
import { Market, QUOTE_SHOWN_MS } from './market.js';

class HandClock extends Clock {
  nowMs = 1_000_000;
  override now(): number {
    return this.nowMs;
  }
}

function setUp(): { clock: HandClock; broker: { asked: string[][]; isAway: boolean }; market: Market } {
  const clock = new HandClock();
  const broker = { asked: [] as string[][], isAway: false };
  const quotes = async (symbols: string[]): Promise<VenueQuote[]> => {
    broker.asked.push(symbols);
    if (broker.isAway) throw new VenueUnavailable('away');
    const known = symbols.filter((symbol) => symbol !== 'NOSUCH');
    return known.map((symbol) => ({ symbol, bid: decimal('1'), ask: decimal('2'), at: new Date(clock.nowMs) }));
  };
  return { clock, broker, market: new Market({ quotes } as unknown as Venue, clock) };
}

const shown = async (market: Market, ...symbols: string[]): Promise<string[]> =>
  (await market.shownQuotes(symbols)).map(({ symbol }) => symbol);

it('shows many quotes for one question to the broker, and asks no more often however many watch', async () => {
  const { clock, broker, market } = setUp();
  expect(await shown(market, 'AAPL', 'NOSUCH', 'MSFT')).toEqual(['AAPL', 'MSFT']);
  clock.nowMs += QUOTE_SHOWN_MS - 1;
  await Promise.all([shown(market, 'AAPL', 'MSFT'), shown(market, 'MSFT', 'NOSUCH')]);
  expect(broker.asked).toEqual([['AAPL', 'NOSUCH', 'MSFT']]);
  expect(await shown(market, 'TSLA', 'AAPL', 'AAPL')).toEqual(['TSLA', 'AAPL', 'AAPL']);
  clock.nowMs += 1;
  await shown(market, 'AAPL', 'TSLA');
  expect(broker.asked.slice(1)).toEqual([['TSLA'], ['AAPL']]);
});

it('forgets what it could not get', async () => {
  const { broker, market } = setUp();
  broker.isAway = true;
  await expect(market.shownQuotes(['AAPL'])).rejects.toThrow();
  broker.isAway = false;
  expect(await shown(market, 'AAPL')).toEqual(['AAPL']);
});
