import { RequestBudget } from './request-budget.js';

/** A clock that a test moves, and that is moved by whoever sleeps. */
class HandClock {
  now = 1_000_000;
  readonly slept: number[] = [];

  nowMs(): number {
    return this.now;
  }

  async sleep(waitMs: number): Promise<void> {
    this.slept.push(waitMs);
    this.now += waitMs;
  }
}

const MINUTE = { name: 'trading', weightMax: 60, perMs: 60_000 };

function budget(): { clock: HandClock; budget: RequestBudget } {
  const clock = new HandClock();
  return { clock, budget: new RequestBudget(MINUTE, clock) };
}

async function spend(of: RequestBudget, calls: number, isUrgent = false): Promise<void> {
  for (let call = 0; call < calls; call += 1) await of.take(1, { isUrgent });
}

describe('a request budget', () => {
  it('lets a burst through, makes the next call wait for its weight, and turns away what would wait longer', async () => {
    const { clock, budget: of } = budget();
    await spend(of, 54);
    expect(clock.slept).toEqual([]);
    await of.take(1);
    expect(clock.slept).toEqual([1_000]);
    await expect(of.take(2)).rejects.toMatchObject({ name: 'VenueUnavailable', retryAfterMs: 2_000 });
  });

  it('keeps a tenth for urgent calls', async () => {
    const { clock, budget: of } = budget();
    await spend(of, 54);
    await spend(of, 6, true);
    expect(clock.slept).toEqual([]);
    await expect(of.take(1)).rejects.toMatchObject({ retryAfterMs: 7_000 });
  });

  it('regains its weight evenly and never more than its limit', async () => {
    const { clock, budget: of } = budget();
    await spend(of, 54);
    clock.now += 10_000;
    await spend(of, 10);
    expect(clock.slept).toEqual([]);
    clock.now += 3_600_000;
    await spend(of, 54);
    expect(clock.slept).toEqual([]);
    await expect(of.take(5)).rejects.toMatchObject({ retryAfterMs: 5_000 });
  });

  it('is silent for as long as the venue said, urgent or not', async () => {
    const { clock, budget: of } = budget();
    expect(of.refused(120_000)).toBe(120_000);
    clock.now += 119_999;
    await expect(of.take(1, { isUrgent: true })).rejects.toMatchObject({ name: 'VenueUnavailable' });
    clock.now += 1;
    await of.take(1);
  });

  it('doubles the silence that the venue does not name, until it answers', () => {
    const { budget: of } = budget();
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(() => of.refused(undefined))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000,
    ]);
    of.answered();
    expect(of.refused(undefined)).toBe(1_000);
  });
});
