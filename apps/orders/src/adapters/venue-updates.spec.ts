import type { ServiceLog } from '@ballast/service-host';
import type { Venue } from '@ballast/venue';
import type { HealFromVenue } from '../heal-from-venue.js';
import type { RecordExecution } from '../record-execution.js';
import type { SettleFromVenue } from '../settle-from-venue.js';
import { VenueUpdates } from './venue-updates.js';

describe('the broker’s updates', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('that never come are made good every five minutes, one comparison at a time, until the end', async () => {
    const ends: (() => void)[] = [];
    const execute = jest.fn((_unchangedMs: number) => new Promise<void>((resolve) => ends.push(resolve)));
    const log = { warn: jest.fn() } as unknown as ServiceLog;
    const venue = { stream: () => ({ connected: true, close: async () => undefined }) } as unknown as Venue;
    const unused = {} as RecordExecution & SettleFromVenue;
    const updates = new VenueUpdates(unused, unused, { execute } as unknown as HealFromVenue, log, venue);
    updates.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(600_000);
    expect(execute.mock.calls).toEqual([[60_000]]);
    ends[0]?.();
    await jest.advanceTimersByTimeAsync(300_000);
    expect(execute).toHaveBeenCalledTimes(2);
    ends[1]?.();
    await updates.onApplicationShutdown();
    await jest.advanceTimersByTimeAsync(600_000);
    expect(execute).toHaveBeenCalledTimes(2);
  });
});
