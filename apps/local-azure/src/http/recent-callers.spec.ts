import { RECENT_MS, RecentCallers } from './recent-callers.js';

describe('RecentCallers', () => {
  let nowMs: number;
  let callers: RecentCallers;
  const [ann, ben] = [{}, {}];

  beforeEach(() => {
    nowMs = 5_000;
    callers = new RecentCallers(() => nowMs);
  });

  it('counts each once, however often it calls', () => {
    expect(callers.count).toBe(0);
    for (const caller of [ann, ben, ann]) callers.note(caller);
    expect(callers.count).toBe(2);
  });

  it('counts who called in the time before as well, and nobody after that', () => {
    callers.note(ann);
    callers.note(ben);
    nowMs += RECENT_MS;
    callers.note(ann);
    expect(callers.count).toBe(2);
    nowMs += RECENT_MS;
    expect(callers.count).toBe(1);
    nowMs += RECENT_MS;
    expect(callers.count).toBe(0);
  });

  it('counts nobody after a long silence', () => {
    callers.note(ann);
    nowMs += 2 * RECENT_MS;
    expect(callers.count).toBe(0);
  });
});
