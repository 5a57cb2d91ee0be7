import type { RunningService } from '@ballast/service-host';
import { CancelAtVenue } from './cancel-at-venue.js';
import { Bench, until } from './testing/bench.js';
import type { TestProfile } from './testing/bench.js';

describe('the stream of the broker', () => {
  let bench: Bench;
  let other: RunningService;
  let profile: TestProfile;
  beforeAll(async () => {
    bench = await Bench.start();
    other = await bench.startReplica();
  });
  beforeEach(async () => {
    profile = await bench.openProfile();
  });
  afterAll(() => bench.close());

  const filled = async (orderId: string): Promise<string> => (await bench.order(profile, orderId)).filledQuantity;

  it('is heard by one of two replicas, which were there at the same time', async () => {
    expect(bench.venue.streams).toHaveLength(1);
    const { orderId, brokerKey } = await bench.resting(profile);
    await bench.venue.execute(brokerKey, '4', '99');
    expect(await bench.order(profile, orderId)).toMatchObject({ filledQuantity: '4', executions: 1 });
  });

  it('brings what it missed of orders that have ended, from the list of executions', async () => {
    const { orderId, brokerKey } = await bench.resting(profile);
    await bench.ask(profile, 'DELETE', `/v1/orders/${orderId}`);
    await bench.venue.end(brokerKey, 'cancelled');
    await until('it is cancelled', async () => (await bench.order(profile, orderId)).state === 'cancelled');
    await bench.venue.execute(brokerKey, '4', '99', { misses: true });
    expect(await filled(orderId)).toBe('0');
    await bench.venue.reconnect();
    expect(await bench.order(profile, orderId)).toMatchObject({
      filledQuantity: '4',
      executions: 1,
      state: 'cancelled',
    });
    await bench.venue.reconnect();
    expect(await bench.order(profile, orderId)).toMatchObject({ filledQuantity: '4', executions: 1 });
  });

  it('is taken over by the other replica, which finds what was executed while nobody heard', async () => {
    const { orderId, brokerKey, profileId } = await bench.resting(profile);
    const [owner] = bench.venue.streams;
    await bench.venue.execute(brokerKey, '3', '99');
    await bench.venue.execute(brokerKey, '4', '99', { misses: true });
    await bench.stopHearing();
    await until('the other one hears', () => bench.venue.streams.some((stream) => stream !== owner));
    expect(bench.venue.streams).toHaveLength(1);
    await until('it has found what was missed', async () => (await filled(orderId)) === '7');
    await bench.venue.execute(brokerKey, '3', '99');
    expect(await bench.order(profile, orderId)).toMatchObject({ state: 'filled', executions: 3 });
    await expect(
      other.app.get(CancelAtVenue, { strict: false }).execute({ orderId, profileId }),
    ).resolves.toBeUndefined();
  });
});
