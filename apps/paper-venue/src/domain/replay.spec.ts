import fc from 'fast-check';
import { loadHistory } from '../adapters/history.js';
import { bridgeBars, syntheticAnchors, type Bar } from './bars.js';
import { Replay, TICKS_PER_BAR, ticksOfBar } from './replay.js';

const bar: fc.Arbitrary<Bar> = fc
  .record({
    prices: fc.array(fc.integer({ min: 2, max: 1_000_000 }), { minLength: 4, maxLength: 4 }),
    volume: fc.integer({ min: 0, max: 1_000_000 }),
  })
  .map(({ prices: [open = 2, close = 2, one = 2, other = 2], volume }) => ({
    open,
    close,
    high: Math.max(open, close, one, other),
    low: Math.min(open, close, one, other),
    volume,
  }));

describe('the ticks of a bar', () => {
  it('touch open, high, low and close, stay between low and high, and share out the volume', () => {
    fc.assert(
      fc.property(bar, fc.string(), (given, seed) => {
        const ticks = ticksOfBar(given, seed);
        const cents = ticks.map((tick) => tick.cents);
        expect(cents).toHaveLength(TICKS_PER_BAR);
        expect([cents[0], Math.max(...cents), Math.min(...cents), cents.at(-1)]).toEqual([
          given.open,
          given.high,
          given.low,
          given.close,
        ]);
        expect(ticks.reduce((sum, tick) => sum + tick.units, 0)).toBe(given.volume);
        expect(ticks.every((tick) => tick.units >= 0)).toBe(true);
      }),
    );
  });

  it('are the same for the same seed and others for another', () => {
    const given = { open: 1000, high: 2000, low: 500, close: 1500, volume: 5000 };
    expect(ticksOfBar(given, 'a')).toEqual(ticksOfBar(given, 'a'));
    expect(ticksOfBar(given, 'a')).not.toEqual(ticksOfBar(given, 'b'));
  });
});

describe('bars between known prices', () => {
  it('begin and end at them and hang together', () => {
    const anchors = fc.array(fc.integer({ min: 100, max: 100_000 }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(anchors, fc.string(), (known, seed) => {
        const shape = { seed, barsPerAnchor: 21, stepPerMilleMax: 15, volumeMin: 1, volumeMax: 9 };
        const bars = bridgeBars(known, shape);
        expect(bars).toHaveLength((known.length - 1) * 21);
        expect(bars[0]?.open).toBe(known[0]);
        known.slice(1).forEach((price, index) => expect(bars[index * 21 + 20]?.close).toBe(price));
        bars.slice(1).forEach((next, index) => expect(next.open).toBe(bars[index]?.close));
      }),
    );
  });

  it('loop without a jump where they are made up', () => {
    const anchors = syntheticAnchors('seed', { min: 10, max: 1_000_000, count: 5 });
    expect(anchors.at(-1)).toBe(anchors[0]);
  });
});

describe('the replayed history', () => {
  const history = loadHistory('seed');
  const replay = new Replay(history, 'seed');
  const series = (symbol: string) => {
    const found = history.find((each) => each.symbol === symbol);
    if (!found) throw new Error(symbol);
    return found;
  };

  it('begins with the first day of the S&P 500 and ends with its last, then begins again', () => {
    const index = series('SPX');
    const first = replay.tickAt(index, 0, 1);
    expect([first.bid.toFixed(), first.ask.toFixed()]).toEqual(['1469.24', '1469.26']);
    expect(index.bars[0]).toMatchObject({ high: 147800, low: 143836, close: 145522, volume: 931 });
    const round = index.bars.length * TICKS_PER_BAR;
    expect({ ...replay.tickAt(index, round, 1) }).toEqual(first);
  });

  it('goes through the monthly closes of the shares', () => {
    expect(series('MSFT').bars[20]?.close).toBe(3635);
    expect(series('GOOG').bars).toHaveLength(67 * 21);
  });

  it('trades bitcoin in small parts', () => {
    expect(replay.tickAt(series('BTC/USD'), 7, 1).volume.lt(2)).toBe(true);
  });
});
