import { decimal } from '@ballast/money';
import { PROFILE_ID } from '../domain/given.js';
import { MemoryStore } from '../testing/memory-store.js';
import { SettableClock } from '../testing/settable-clock.js';
import type { WaitingOrder } from './live-order-list.js';
import { TrailNotes } from './trail-notes.js';

const NOW_MS = Date.parse('2026-11-20T12:00:00.000Z');
const PAUSE_MS = 10_000;
const SALE: WaitingOrder = {
  id: 'ord_1',
  profileId: PROFILE_ID,
  symbol: 'AAPL',
  side: 'sell',
  type: 'trailing-stop',
  triggeredAt: undefined,
  conditions: { triggeredHere: true, trailPrice: decimal('2'), stopPrice: decimal('98') },
};

describe('notes on stops that trail', () => {
  const clock = new SettableClock();
  let store: MemoryStore;
  let notes: TrailNotes;
  let writes: jest.SpyInstance;
  const first = decimal('98');
  const noted = async (order = SALE) => (await new TrailNotes(store.asContainer, clock).stopOf(order, first)).toFixed();
  const note = async (stop: string, order = SALE, by = notes) => (await by.note(order, decimal(stop))).toFixed();

  beforeEach(() => {
    clock.set(NOW_MS);
    store = new MemoryStore(() => undefined);
    notes = new TrailNotes(store.asContainer, clock);
    writes = jest.spyOn(store, 'commit');
  });

  it('tell whoever goes on how far a stop had followed', async () => {
    expect(await noted()).toBe('98');
    await note('99');
    expect(await noted()).toBe('99');
    expect(await noted({ ...SALE, side: 'buy' })).toBe('98');
  });

  it('are made once in ten seconds, however fast the market moves', async () => {
    for (const stop of ['99', '100', '101']) await note(stop);
    expect([await noted(), writes.mock.calls.length]).toEqual(['99', 1]);
    clock.set(NOW_MS + PAUSE_MS);
    await note('102');
    expect([await noted(), writes.mock.calls.length]).toEqual(['102', 2]);
  });

  it('are not made where the stop has hardly moved, or does not trail', async () => {
    await note('98.09');
    await note('99', { ...SALE, conditions: { triggeredHere: true, stopPrice: first } });
    expect(writes).not.toHaveBeenCalled();
    await note('98.1');
    expect(writes).toHaveBeenCalledTimes(1);
  });

  it('of another replica that has seen more are taken on, and never made worse', async () => {
    await note('101', SALE, new TrailNotes(store.asContainer, clock));
    expect(await note('100')).toBe('101');
    expect([await noted(), writes.mock.calls.length]).toEqual(['101', 1]);
  });

  it('say nothing of another trail', async () => {
    await note('101');
    const closer = { ...SALE, conditions: { ...SALE.conditions, trailPrice: decimal('1') } };
    expect(await noted(closer)).toBe('98');
    expect(await note('99', closer, new TrailNotes(store.asContainer, clock))).toBe('99');
    expect(await noted(closer)).toBe('99');
  });

  it('lose a race with another replica and are made the next time', async () => {
    const other = new TrailNotes(store.asContainer, clock);
    await Promise.all([note('99'), note('100', SALE, other)]);
    clock.set(NOW_MS + PAUSE_MS);
    await note('103');
    expect(await noted()).toBe('103');
  });
});
