import { eventually } from '../test/eventually.js';
import { CLOCK_SLOWNESS, RelayBench, sentBy } from '../test/relay-harness.js';
import { LEASE_MS } from './range-lease.js';

/** Well above the second between two looks at a lease, and well below the time in which it expires here. */
const AT_ONCE_MS = (CLOCK_SLOWNESS * LEASE_MS) / 2;

describe('a range of the feed', () => {
  let bench: RelayBench;

  beforeEach(async () => {
    bench = await RelayBench.open();
  });
  afterEach(() => bench.close());

  it('goes on where it stopped', async () => {
    const first = await bench.owning();
    await bench.commit('a', 'b');
    await sentBy(first, 2);
    await first.relay.stop();
    await bench.commit('c');
    const startedAt = performance.now();
    const second = await bench.start();
    expect(await sentBy(second, 1)).toEqual(['c']);
    expect(performance.now() - startedAt).toBeLessThan(AT_ONCE_MS);
  });

  it('finishes the send in hand when it is stopped', async () => {
    const replica = await bench.owning();
    let finish!: () => void;
    const inHand = new Promise<void>((arrived) => {
      replica.broker = () => {
        arrived();
        return new Promise((resolve) => (finish = resolve));
      };
    });
    await bench.commit('a');
    await inHand;
    const stopped = replica.relay.stop();
    finish();
    await stopped;
    expect(replica.sent).toEqual(['a']);
    const next = await bench.owning();
    await bench.commit('b');
    expect(await sentBy(next, 1)).toEqual(['b']);
  });

  it('saves its position without being stopped', async () => {
    const replica = await bench.owning();
    await bench.commit('a');
    await sentBy(replica, 1);
    const moved = await bench.leaseWhen((lease) => lease.continuation !== null);
    const next = await bench.start({ now: () => bench.now() + LEASE_MS + 1 });
    replica.leases.cutOff = true;
    await eventually('the position is taken over', () => next.relay.health().owned === 1);
    await bench.commit('b');
    expect(await sentBy(next, 1)).toEqual(['b']);
    expect(moved.token).toBe(1);
  });

  it('sends again what was sent after the last save, when it crashed in between', async () => {
    const crashed = await bench.owning();
    crashed.leases.cutOff = true;
    await bench.commit('a', 'b');
    expect(await sentBy(crashed, 2)).toEqual(['a', 'b']);
    const next = await bench.start({ now: () => bench.now() + LEASE_MS + 1 });
    expect(await sentBy(next, 2)).toEqual(['a', 'b']);
  });

  it('is stopped while sends fail, and the next owner sends what was left', async () => {
    const replica = await bench.owning();
    let failures = 0;
    replica.broker = async () => {
      failures += 1;
      throw new Error('the broker is away');
    };
    await bench.commit('a');
    await eventually('a send failed', () => failures > 0);
    await replica.relay.stop();
    const next = await bench.start();
    expect(await sentBy(next, 1)).toEqual(['a']);
  });

  it('goes on with its lease after the answer to a save was lost', async () => {
    const replica = await bench.owning();
    replica.leases.losesNextAnswer = true;
    await bench.commit('a');
    await eventually('an answer was lost', () => !replica.leases.losesNextAnswer);
    const lostAt = performance.now();
    const taken = await bench.leaseWhen(({ token }) => token === 2);
    expect(performance.now() - lostAt).toBeLessThan(AT_ONCE_MS);
    expect(taken.owner).toBe('replica-0');
    await bench.commit('b');
    await eventually('it goes on', () => replica.sent.includes('b'));
  });

  it('serves a range on one of them, and every event is sent', async () => {
    const [first, second] = await Promise.all([bench.start(), bench.start()]);
    const ids = Array.from({ length: 40 }, (_, index) => `event-${index}`);
    await eventually('one owns the range', () => first.relay.health().owned + second.relay.health().owned === 1);
    await bench.commit(...ids);
    await eventually('all is sent', () => first.sent.length + second.sent.length >= ids.length);
    expect([...first.sent, ...second.sent]).toEqual(ids);
    expect(first.relay.health().owned + second.relay.health().owned).toBe(1);
  });

  it('hands over at once when the owner is stopped', async () => {
    const first = await bench.owning();
    const second = await bench.start();
    const stoppedAt = performance.now();
    await first.relay.stop();
    await eventually('the other owns the range', () => second.relay.health().owned === 1);
    expect(performance.now() - stoppedAt).toBeLessThan(AT_ONCE_MS);
    const lease = await bench.lease();
    expect(lease).toMatchObject({ owner: 'replica-1', token: 2, ttl: -1 });
    expect(lease.id).toMatch(/^books:[0-9a-f]{12}$/);
  });

  it('does not hand over while the owner renews, which it does less often than it saves', async () => {
    await bench.owning({ now: Date.now });
    const second = await bench.start({ now: () => Date.now() - LEASE_MS });
    const saved = await bench.leaseWhen(({ continuation }) => continuation !== null);
    const renewed = await bench.leaseWhen(({ expiresAt }) => expiresAt > saved.expiresAt);
    expect(renewed).toEqual({ ...saved, expiresAt: expect.any(Number) });
    expect(renewed.expiresAt - saved.expiresAt).toBeGreaterThanOrEqual(1_900);
    expect(second.relay.health().owned).toBe(0);
  });

  it('takes a lease over when it has expired, and the old owner stops when it notices', async () => {
    let aheadMs = 0;
    const old = await bench.owning();
    const next = await bench.start({ now: () => bench.now() + aheadMs });
    old.leases.cutOff = true;
    aheadMs = LEASE_MS + 1;
    await eventually('the other owns the range', () => next.relay.health().owned === 1);
    aheadMs = 0;
    old.leases.cutOff = false;
    await eventually('the old owner has noticed', () => old.relay.health().owned === 0);
    expect(await bench.lease()).toMatchObject({ owner: 'replica-1', token: 2 });
    await bench.commit('a');
    expect(await sentBy(next, 1)).toEqual(['a']);
    expect(old.sent).toEqual([]);
  });

  it('sends nothing once its lease has expired by its own clock', async () => {
    let aheadMs = 0;
    const replica = await bench.owning({ now: () => bench.now() + aheadMs });
    replica.leases.cutOff = true;
    aheadMs = LEASE_MS + 1;
    await bench.commit('a');
    await eventually('the event waits', () => replica.relay.health().lagMs > 0);
    expect(replica.sent).toEqual([]);
    replica.leases.cutOff = false;
    expect(await sentBy(replica, 1)).toEqual(['a']);
  });
});
