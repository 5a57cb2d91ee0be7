import { IDLE_DELAY_MS, IDLE_DELAY_MS_MAX, PAGE_ITEMS_MAX, READ_SPACING_MS, RelayPace } from './relay-pace.js';

describe('the pace of a relay', () => {
  let pace: RelayPace;
  const read = (itemCount: number, atMs: number) => {
    pace.reading();
    pace.read(itemCount, atMs);
  };
  beforeEach(() => {
    pace = new RelayPace();
  });

  it('reads at once at the beginning', () => {
    expect(pace.delayMs(0)).toBe(0);
  });

  it('goes on at once after a full page and after the spacing after any other', () => {
    read(PAGE_ITEMS_MAX, 100);
    expect(pace.delayMs(100)).toBe(0);
    read(1, 200);
    expect(pace.delayMs(200)).toBe(READ_SPACING_MS);
    expect(pace.delayMs(215)).toBe(READ_SPACING_MS - 15);
  });

  it('polls ever more slowly while idle, up to a bound', () => {
    const delays = [0, 1, 2, 3, 4, 5, 6].map(() => {
      read(0, 0);
      return pace.delayMs(0);
    });
    expect(delays).toEqual([IDLE_DELAY_MS, 100, 200, 400, 800, IDLE_DELAY_MS_MAX, IDLE_DELAY_MS_MAX]);
  });

  it('polls fast again after something came', () => {
    for (let count = 0; count < 8; count += 1) read(0, 0);
    read(1, 0);
    read(0, 0);
    expect(pace.delayMs(0)).toBe(IDLE_DELAY_MS);
  });

  it('reads at once when woken after the spacing, else when it has passed', () => {
    read(0, 100);
    pace.wake();
    expect(pace.delayMs(105)).toBe(READ_SPACING_MS - 5);
    expect(pace.delayMs(100 + READ_SPACING_MS)).toBe(0);
  });

  it('serves many wake-ups with one read', () => {
    read(1, 100);
    for (let count = 0; count < 50; count += 1) pace.wake();
    expect(pace.delayMs(100)).toBe(READ_SPACING_MS);
    read(50, 120);
    read(0, 140);
    expect(pace.delayMs(140)).toBe(IDLE_DELAY_MS);
  });

  it('reads again for a commit that a read in flight may have missed', () => {
    pace.reading();
    pace.wake();
    pace.read(0, 100);
    expect(pace.delayMs(100)).toBe(READ_SPACING_MS);
  });
});
