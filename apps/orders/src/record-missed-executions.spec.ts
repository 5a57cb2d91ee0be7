import { Failure, brokerKeyOf, newOrderId, newProfileId } from '@ballast/contracts';
import { decimal } from '@ballast/money';
import type { ServiceLog } from '@ballast/service-host';
import { VenueUnavailable } from '@ballast/venue';
import type { Venue, VenueExecution } from '@ballast/venue';
import type { HearExecution } from './hear-execution.js';
import { RecordMissedExecutions } from './record-missed-executions.js';
import { SettableClock } from './testing/settable-clock.js';

const NOW_MS = Date.parse('2026-01-02T12:00:00.000Z');
const orderId = newOrderId(newProfileId(NOW_MS), NOW_MS);

const listed = (executionId: string, ageMs: number, venueOrderId = 'ours'): VenueExecution => ({
  executionId,
  venueOrderId,
  symbol: 'AAPL',
  side: 'buy',
  quantity: decimal('1'),
  price: decimal('100'),
  cumulativeQuantity: decimal('1'),
  fee: undefined,
  at: new Date(NOW_MS - ageMs),
});

describe('executions that no update has brought', () => {
  const given = (...executions: VenueExecution[]) => {
    const asked: string[] = [];
    const record = jest.fn((_key: object, _execution: VenueExecution) => Promise.resolve());
    const keys: Readonly<Record<string, string>> = { ours: brokerKeyOf(orderId, 0), theirs: 'by-hand' };
    const venue = {
      executionsSince: jest.fn(async (at: Date) => (asked.push(at.toISOString()), executions)),
      find: jest.fn(async (id: string) => (keys[id] === undefined ? undefined : { brokerKey: keys[id] })),
    };
    const clock = new SettableClock();
    clock.set(NOW_MS);
    const missed = new RecordMissedExecutions(
      { execute: record } as unknown as HearExecution,
      clock,
      { error: jest.fn() } as unknown as ServiceLog,
      venue as unknown as Venue,
    );
    const recorded = (): string[] => record.mock.calls.map(([, { executionId }]) => executionId);
    return { missed, record, recorded, venue, asked };
  };

  it('are read on from the position, a day where there is none, and recorded once', async () => {
    const { missed, recorded, asked, venue } = given(listed('one', 1_000), listed('two', 500));
    await missed.execute();
    await missed.execute();
    expect(asked).toEqual(['2026-01-01T12:00:00.000Z', '2026-01-02T11:59:00.000Z']);
    expect(recorded()).toEqual(['one', 'two']);
    expect(venue.find).toHaveBeenCalledTimes(1);
    expect(missed.position).toBe('2026-01-02T11:59:00.000Z');
  });

  it('leave out what an update has brought, what is too new, and what belongs to nobody here', async () => {
    const { missed, recorded } = given(
      listed('told', 50_000),
      listed('new', 10_000),
      listed('by hand', 50_000, 'theirs'),
      listed('lost', 50_000, 'nowhere'),
      listed('missed', 50_000),
    );
    missed.note('told');
    await missed.executeAgain(30_000);
    expect(recorded()).toEqual(['missed']);
    await missed.execute();
    expect(recorded()).toEqual(['missed', 'new']);
  });

  it('are looked for again among the latest, and once in a minute in all since the position', async () => {
    const elapsed = jest.spyOn(performance, 'now').mockReturnValue(0);
    const { missed, asked } = given();
    await missed.execute();
    await missed.executeAgain(10_000);
    elapsed.mockReturnValue(60_000);
    await missed.executeAgain(10_000);
    elapsed.mockRestore();
    expect(asked.slice(1)).toEqual(['2026-01-02T11:59:20.000Z', '2026-01-02T11:59:00.000Z']);
  });

  it('are read however new where nothing was heard before, by a broker whose clock is ahead of ours', async () => {
    const { missed, recorded } = given(listed('to come', -20_000));
    await missed.executeAgain(10_000);
    expect(recorded()).toEqual([]);
    await missed.execute();
    expect(recorded()).toEqual(['to come']);
  });

  it('stay to be read while the store or the broker is away', async () => {
    const { missed, record, recorded, venue } = given(listed('one', 1_000));
    missed.resume('2026-01-02T10:00:00.000Z');
    record.mockRejectedValueOnce(new Failure('store-unavailable', 'away'));
    await expect(missed.execute()).rejects.toMatchObject({ code: 'store-unavailable' });
    venue.executionsSince.mockRejectedValueOnce(new VenueUnavailable('away'));
    await expect(missed.execute()).rejects.toMatchObject({ code: 'venue-unavailable' });
    expect(missed.position).toBe('2026-01-02T10:00:00.000Z');
    await missed.execute();
    expect(recorded()).toEqual(['one', 'one']);
    expect(missed.position).not.toBe('2026-01-02T10:00:00.000Z');
  });

  it('that cannot be recorded stop no other', async () => {
    const { missed, record, recorded } = given(listed('bad', 2_000), listed('good', 1_000));
    record.mockRejectedValueOnce(new Error('executed more than was ordered'));
    await missed.execute();
    expect(recorded()).toEqual(['bad', 'good']);
    expect(missed.position).toBeDefined();
  });
});
