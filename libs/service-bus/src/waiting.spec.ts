/** @jest-environment ./apps/launcher/jest-own-context.mjs */
import { wait, within } from './waiting.js';

describe('waiting', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('ends with true after its time', async () => {
    const waited = wait(100, new AbortController().signal);
    await jest.advanceTimersByTimeAsync(100);
    await expect(waited).resolves.toBe(true);
  });

  it('ends with false and leaves no timer when it is interrupted, before or while it waits', async () => {
    const interruption = new AbortController();
    const waited = wait(100, interruption.signal);
    interruption.abort();
    await expect(waited).resolves.toBe(false);
    await expect(wait(100, interruption.signal)).resolves.toBe(false);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('says whether work ended in time, however it ended', async () => {
    await expect(within(100, Promise.resolve())).resolves.toBe(true);
    await expect(within(100, Promise.reject(new Error('no')))).resolves.toBe(true);
    expect(jest.getTimerCount()).toBe(0);
    const late = within(100, new Promise(() => undefined));
    await jest.advanceTimersByTimeAsync(100);
    await expect(late).resolves.toBe(false);
  });
});
