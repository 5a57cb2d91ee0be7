/** @jest-environment ./apps/launcher/jest-own-context.mjs */
import type { ServiceLog } from '@ballast/service-host';
import type { Venue, VenueStreamHandlers, VenueUpdate } from '@ballast/venue';
import { newOrderId, newProfileId } from '@ballast/contracts';
import { brokerKeyOf } from '@ballast/contracts';
import type { HealFromVenue } from '../heal-from-venue.js';
import type { HearExecution } from '../hear-execution.js';
import type { RecordMissedExecutions } from '../record-missed-executions.js';
import type { SettleFromVenue } from '../settle-from-venue.js';
import { VenueUpdates } from './venue-updates.js';

const MINUTE_MS = 60_000;

describe('the broker’s updates', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const given = () => {
    let handlers: VenueStreamHandlers | undefined;
    const close = jest.fn(async () => undefined);
    const venue = { stream: (heard: VenueStreamHandlers) => ((handlers = heard), { connected: true, close }) };
    const heal = jest.fn((_unchangedMs?: number) => Promise.resolve());
    const missed = {
      execute: jest.fn(() => Promise.resolve()),
      executeAgain: jest.fn((_ageMsMin: number) => Promise.resolve()),
      resume: jest.fn(),
      note: jest.fn(),
      position: 'then',
    };
    const settle = jest.fn(() => Promise.resolve());
    const updates = new VenueUpdates(
      {} as HearExecution,
      { execute: settle } as unknown as SettleFromVenue,
      { execute: heal } as unknown as HealFromVenue,
      missed as unknown as RecordMissedExecutions,
      { warn: jest.fn() } as unknown as ServiceLog,
      venue as unknown as Venue,
    );
    return { updates, heal, missed, settle, close, heard: () => handlers as VenueStreamHandlers };
  };

  it('that never come are made good four times a minute, one comparison at a time, until the end', async () => {
    const { updates, heal } = given();
    const ends: (() => void)[] = [];
    heal.mockImplementation(() => new Promise<void>((resolve) => ends.push(resolve)));
    updates.begin(undefined);
    await jest.advanceTimersByTimeAsync(10 * MINUTE_MS);
    expect(heal.mock.calls).toEqual([[MINUTE_MS / 4]]);
    ends[0]?.();
    await jest.advanceTimersByTimeAsync(MINUTE_MS / 4);
    expect(heal).toHaveBeenCalledTimes(2);
    ends[1]?.();
    await updates.end();
    await jest.advanceTimersByTimeAsync(10 * MINUTE_MS);
    expect(heal).toHaveBeenCalledTimes(2);
  });

  it('are healed from where the owner before stopped, on each connection and four times a minute', async () => {
    const { updates, heal, missed, heard } = given();
    updates.begin('2026-01-01T00:00:00.000Z');
    expect(missed.resume).toHaveBeenCalledWith('2026-01-01T00:00:00.000Z');
    await heard().onConnected();
    expect([missed.execute.mock.calls.length, heal.mock.calls]).toEqual([1, [[]]]);
    await jest.advanceTimersByTimeAsync((3 * MINUTE_MS) / 4);
    expect(missed.executeAgain.mock.calls).toEqual([[10_000], [10_000], [10_000]]);
    expect(heal.mock.calls.slice(1)).toEqual([[15_000], [15_000], [15_000]]);
    missed.executeAgain.mockRejectedValue(new Error('the broker is away'));
    missed.execute.mockRejectedValue(new Error('the broker is away'));
    await jest.advanceTimersByTimeAsync(MINUTE_MS / 4);
    expect(missed.executeAgain).toHaveBeenCalledTimes(4);
    await expect(heard().onConnected()).rejects.toThrow('the broker is away');
    expect(updates.position).toBe('then');
    await updates.end();
  });

  it('are applied only while this replica is the one that hears them', async () => {
    const { updates, settle, close, heard } = given();
    let isOurs = true;
    updates.onlyWhile(() => isOurs);
    updates.begin(undefined);
    const orderId = newOrderId(newProfileId(Date.now()), Date.now());
    const update = { kind: 'cancelled', order: { brokerKey: brokerKeyOf(orderId, 0) } } as VenueUpdate;
    await heard().onUpdate(update);
    isOurs = false;
    await expect(heard().onUpdate(update)).rejects.toMatchObject({ code: 'stream-not-ours' });
    expect(settle).toHaveBeenCalledTimes(1);
    await updates.end();
    expect(close).toHaveBeenCalledTimes(1);
  });
});
