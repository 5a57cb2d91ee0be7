import { decimal } from '@ballast/money';
import { VenueUnavailable, type VenueQuote } from '../index.js';
import { eventually } from './paper-bench.js';
import { SYMBOL, type Stage } from './venue-conformance.js';

const HOUR_MS = 3_600_000;
const AGE_MS = 600_000;

/** What the venue tells of its market and of the account. */
export function market(stage: Stage): void {
  describe('the market', () => {
    it('is listed with its steps', async () => {
      const asset = (await stage.venue.assets()).find(({ symbol }) => symbol === SYMBOL);
      expect(asset).toMatchObject({ assetClass: 'crypto', tradable: true, quantityScale: 9 });
      expect(asset).toMatchObject({ priceIncrement: decimal('0.01'), quantityMin: decimal('0.0001') });
    });

    it('has quotes to the last digit, and none of what it has not', async () => {
      await stage.price('123456789012345678.01', '123456789012345678.03');
      const quotes = await stage.venue.quotes([SYMBOL, 'NOPE/USD']);
      expect(quotes.map(({ symbol }) => symbol)).toEqual([SYMBOL]);
      expect(quotes[0]).toMatchObject({ bid: decimal('123456789012345678.01'), ask: decimal('123456789012345678.03') });
      await expect(stage.venue.quotes([])).resolves.toEqual([]);
    });

    it('tells how old a quote is', async () => {
      const beforeMs = Date.now();
      const [fresh] = await stage.venue.quotes([SYMBOL]);
      expect(fresh?.at.getTime()).toBeGreaterThanOrEqual(beforeMs);
      await stage.bench.faults({ kind: 'stale-quotes', symbol: SYMBOL, ageMs: AGE_MS });
      const [stale] = await stage.venue.quotes([SYMBOL]);
      expect(stale?.at.getTime()).toBeLessThanOrEqual(Date.now() - AGE_MS);
    });

    it('sends quotes as they change', async () => {
      const quotes: VenueQuote[] = [];
      const stream = stage.venue.quoteStream([SYMBOL], { onQuote: (quote) => void quotes.push(quote) });
      try {
        await eventually(() => stream.connected, 'quotes flow');
        await stage.price('101', '102');
        await eventually(() => quotes.some(({ ask }) => ask.eq('102')), 'the new quote');
      } finally {
        await stream.close();
      }
    });

    stage.itHas('bars', 'has bars of a time that is asked for, oldest first', async () => {
      const to = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS);
      const from = new Date(to.getTime() - 5 * HOUR_MS);
      const bars = await stage.venue.bars({ symbol: SYMBOL, timeframe: '1h', from, to });
      expect(bars.map(({ at }) => at.getTime())).toEqual(
        [0, 1, 2, 3, 4].map((hour) => from.getTime() + hour * HOUR_MS),
      );
      for (const { low, open, high } of bars) expect([low.lte(open), high.gte(open)]).toEqual([true, true]);
    });

    it('has a clock', async () => {
      const { at, isOpen } = await stage.venue.clock();
      expect(isOpen).toBe(true);
      expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(HOUR_MS);
    });

    it('leaves what was bought in the account and takes what it cost', async () => {
      const before = await stage.venue.account();
      const held = async (): Promise<string> => {
        const position = (await stage.venue.positions()).find(({ symbol }) => symbol.replace('/', '') === 'BTCUSD');
        return position?.quantity.toFixed() ?? '0';
      };
      const heldBefore = await held();
      await stage.price('99', '100', '10');
      await stage.venue.submit(stage.order());
      const after = await stage.venue.account();
      expect(before.currency).toBe('USD');
      expect(before.cash.minus(after.cash).toFixed()).toBe('1001');
      expect(
        decimal(await held())
          .minus(heldBefore)
          .toFixed(),
      ).toBe('10');
    });

    it('that cannot be reached is unavailable', async () => {
      await stage.bench.faults({ kind: 'server-error', status: 500, operation: 'quotes' });
      await expect(stage.venue.quotes([SYMBOL])).rejects.toBeInstanceOf(VenueUnavailable);
    });
  });
}
