import { eventually } from '../test/eventually.js';
import { startLocalStore } from '../test/local-store.js';
import type { LocalStore } from '../test/local-store.js';
import { commitEvents, event, replicaOf } from '../test/relay-harness.js';
import type { Replica, ReplicaOptions } from '../test/relay-harness.js';
import { ContainerStore } from './container-store.js';
import { LEASE_MS } from './range-lease.js';
import { relayRanges } from './relay-ranges.js';

describe('the relay', () => {
  let local: LocalStore;
  let books: ContainerStore;
  let replicas: Replica[];

  const start = async (options: Partial<ReplicaOptions> = {}): Promise<Replica> => {
    const replica = await replicaOf(local, { name: 'books', owner: `replica-${replicas.length}`, ...options });
    replicas.push(replica);
    await replica.relay.start();
    return replica;
  };
  const owning = async (options: Partial<ReplicaOptions> = {}): Promise<Replica> => {
    const replica = await start(options);
    await eventually('the relay owns its range', () => replica.relay.health().owned === 1);
    return replica;
  };
  const commit = (...ids: string[]) => commitEvents(books, 'profile-1', ids);
  const sentBy = (replica: Replica, count: number) =>
    eventually(`${count} events are sent`, () => replica.sent.length >= count && replica.sent);
  const leaseOf = async () => {
    const leases = new ContainerStore(await local.open('leases'));
    const [range] = await relayRanges(await local.open('books'), leases, 'books');
    const stored = await leases.read<Lease>(range!.id, [range!.id]);
    return stored!.document;
  };

  beforeEach(async () => {
    local = await startLocalStore();
    books = new ContainerStore(await local.open('books'));
    replicas = [];
  });
  afterEach(async () => {
    await Promise.all(replicas.map(({ relay }) => relay.stop()));
    await local.close();
  });

  it('sends what was committed before it first started, in order, and never state', async () => {
    await commit('a', 'b', 'c');
    const replica = await start();
    expect(await sentBy(replica, 3)).toEqual(['a', 'b', 'c']);
  });

  it('sends an event as it was committed', async () => {
    const replica = await owning();
    const received: unknown[] = [];
    replica.broker = async (events) => void received.push(...events);
    await commit('a');
    await sentBy(replica, 1);
    expect(received).toEqual([event('a', 'profile-1')]);
  });

  it('sends at once when woken, although it had become idle', async () => {
    const replica = await owning();
    books.onCommit(() => replica.relay.wake());
    await eventually('the relay is idle', () => (local.requests('books')['change-feed-idle'] ?? 0) >= 6);
    const startedAt = performance.now();
    await commit('a');
    await sentBy(replica, 1);
    expect(performance.now() - startedAt).toBeLessThan(400);
  });

  it('serves many commits with one read', async () => {
    const replica = await owning();
    books.onCommit(() => replica.relay.wake());
    const profiles = Array.from({ length: 100 }, (_, index) => `profile-${index}`);
    await Promise.all(profiles.map((profile) => commitEvents(books, profile, [`of-${profile}`])));
    expect([...(await sentBy(replica, 100))].sort()).toEqual(profiles.map((profile) => `of-${profile}`).sort());
    expect(local.requests('books')['change-feed']).toBeLessThan(50);
  });

  it('asks one request per read once the feed is open', async () => {
    await owning();
    await eventually('a first read', () => local.requests('books')['change-feed-idle'] !== undefined);
    const before = local.requests('books')['metadata'];
    const reads = local.requests('books')['change-feed-idle'] ?? 0;
    await eventually('more reads', () => (local.requests('books')['change-feed-idle'] ?? 0) >= reads + 4);
    expect(local.requests('books')['metadata']).toBe(before);
  });

  it('goes on where it stopped', async () => {
    const first = await owning();
    await commit('a', 'b');
    await sentBy(first, 2);
    await first.relay.stop();
    await commit('c');
    const second = await start();
    expect(await sentBy(second, 1)).toEqual(['c']);
  });

  it('finishes the send in hand when it is stopped', async () => {
    const replica = await owning();
    let finish!: () => void;
    const inHand = new Promise<void>((arrived) => {
      replica.broker = () => {
        arrived();
        return new Promise((resolve) => (finish = resolve));
      };
    });
    await commit('a');
    await inHand;
    const stopped = replica.relay.stop();
    finish();
    await stopped;
    expect(replica.sent).toEqual(['a']);
    const next = await owning();
    await commit('b');
    expect(await sentBy(next, 1)).toEqual(['b']);
  });

  it('saves its position without being stopped, and only when it moved', async () => {
    const replica = await owning();
    await commit('a');
    await sentBy(replica, 1);
    const moved = await poll(leaseOf, (lease) => lease.continuation !== null);
    const next = await start({ now: () => Date.now() + LEASE_MS + 1 });
    replica.leases.cutOff = true;
    await eventually('the position is taken over', () => next.relay.health().owned === 1);
    await commit('b');
    expect(await sentBy(next, 1)).toEqual(['b']);
    expect(moved.token).toBe(1);
  });

  it('sends again what was sent after the last save, when it crashed in between', async () => {
    const crashed = await owning();
    crashed.leases.cutOff = true;
    await commit('a', 'b');
    expect(await sentBy(crashed, 2)).toEqual(['a', 'b']);
    const next = await start({ now: () => Date.now() + LEASE_MS + 1 });
    expect(await sentBy(next, 2)).toEqual(['a', 'b']);
  });

  it('skips nothing and reorders nothing while sends fail', async () => {
    const replica = await owning();
    let failures = 0;
    replica.broker = async () => {
      failures += 1;
      if (failures <= 3) throw new Error('the broker is away');
    };
    await commit('a', 'b', 'c');
    await eventually('lag shows', () => failures > 3 || replica.relay.health().lagMs > 0);
    expect(await sentBy(replica, 3)).toEqual(['a', 'b', 'c']);
    expect(failures).toBeGreaterThan(3);
    await eventually('no lag is left', () => replica.relay.health().lagMs === 0);
  });

  it('is stopped while sends fail, and the next owner sends what was left', async () => {
    const replica = await owning();
    let failures = 0;
    replica.broker = async () => {
      failures += 1;
      throw new Error('the broker is away');
    };
    await commit('a');
    await eventually('a send failed', () => failures > 0);
    await replica.relay.stop();
    const next = await start();
    expect(await sentBy(next, 1)).toEqual(['a']);
  });

  it('shows the age of the oldest event that waits', async () => {
    const replica = await owning({ now: () => Date.now() + 60_000 });
    replica.broker = async () => {
      throw new Error('the broker is away');
    };
    await commit('a');
    await eventually('the lag shows', () => replica.relay.health().lagMs >= 59_000);
  });

  describe('of two replicas', () => {
    it('serves a range on one of them, and every event is sent', async () => {
      const [first, second] = await Promise.all([start(), start()]);
      const ids = Array.from({ length: 40 }, (_, index) => `event-${index}`);
      await eventually('one owns the range', () => first.relay.health().owned + second.relay.health().owned === 1);
      await commit(...ids);
      await eventually('all is sent', () => first.sent.length + second.sent.length >= ids.length);
      expect([...first.sent, ...second.sent]).toEqual(ids);
      expect(first.relay.health().owned + second.relay.health().owned).toBe(1);
    });

    it('hands over at once when the owner is stopped', async () => {
      const first = await owning();
      const second = await start();
      await first.relay.stop();
      await eventually('the other owns the range', () => second.relay.health().owned === 1);
      const lease = await leaseOf();
      expect(lease).toMatchObject({ owner: 'replica-1', token: 2, ttl: -1 });
      expect(lease.id).toMatch(/^books:[0-9a-f]{12}$/);
    });

    it('does not hand over while the owner renews, although nothing happens', async () => {
      await owning();
      const second = await start();
      const first = await leaseOf();
      const renewed = await poll(leaseOf, ({ expiresAt }) => expiresAt > first.expiresAt);
      expect(renewed).toMatchObject({ owner: 'replica-0', token: 1 });
      expect(second.relay.health().owned).toBe(0);
    });

    it('takes a lease over when it has expired, and the old owner stops when it notices', async () => {
      let aheadMs = 0;
      const old = await owning();
      const next = await start({ now: () => Date.now() + aheadMs });
      old.leases.cutOff = true;
      aheadMs = LEASE_MS + 1;
      await eventually('the other owns the range', () => next.relay.health().owned === 1);
      aheadMs = 0;
      old.leases.cutOff = false;
      await eventually('the old owner has noticed', () => old.relay.health().owned === 0);
      expect(await leaseOf()).toMatchObject({ owner: 'replica-1', token: 2 });
      await commit('a');
      expect(await sentBy(next, 1)).toEqual(['a']);
      expect(old.sent).toEqual([]);
    });

    it('sends nothing once its lease has expired by its own clock', async () => {
      let aheadMs = 0;
      const replica = await owning({ now: () => Date.now() + aheadMs });
      replica.leases.cutOff = true;
      aheadMs = LEASE_MS + 1;
      await commit('a');
      await eventually('the event waits', () => replica.relay.health().lagMs > 0);
      expect(replica.sent).toEqual([]);
      replica.leases.cutOff = false;
      expect(await sentBy(replica, 1)).toEqual(['a']);
    });
  });

  it('keeps the ranges of its first start, whatever becomes of the partitions', async () => {
    const leases = new ContainerStore(await local.open('leases'));
    const half = '1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF';
    const ranges = [
      { min: '', max: half },
      { min: half, max: 'FF' },
    ];
    await leases.commit(['books:ranges'], [{ create: { id: 'books:ranges', ranges, ttl: -1 } }]);
    const replica = await start();
    const ids = Array.from({ length: 20 }, (_, index) => `event-${index}`);
    for (const id of ids) await commitEvents(books, `profile-of-${id}`, [id]);
    expect([...(await sentBy(replica, 20))].sort()).toEqual(ids.sort());
    expect(replica.relay.health()).toMatchObject({ ranges: 2, owned: 2 });
  });

  it('goes on where it was when the store comes back', async () => {
    const replica = await owning();
    await commit('a');
    await sentBy(replica, 1);
    await local.wire.cut();
    await eventually('reads fail', () => replica.relay.health().lagMs > 0);
    await local.wire.mend();
    await commit('b');
    await eventually('it goes on', () => replica.sent.includes('b'));
    expect(replica.sent).toEqual(['a', 'b']);
    expect(replica.relay.health()).toMatchObject({ owned: 1, lagMs: 0 });
  });

  it('goes on with its lease after the answer to a save was lost', async () => {
    const replica = await owning();
    replica.leases.losesNextAnswer = true;
    await commit('a');
    await eventually('an answer was lost', () => !replica.leases.losesNextAnswer);
    const taken = await poll(leaseOf, ({ token }) => token === 2);
    expect(taken.owner).toBe('replica-0');
    await commit('b');
    await eventually('it goes on', () => replica.sent.includes('b'));
  });
});

interface Lease {
  readonly id: string;
  readonly owner: string;
  readonly token: number;
  readonly expiresAt: number;
  readonly continuation: string | null;
}

/** Asks until the answer is right. */
async function poll<T>(ask: () => Promise<T>, right: (answer: T) => boolean): Promise<T> {
  for (let answer = await ask(); ; answer = await ask()) if (right(answer)) return answer;
}
