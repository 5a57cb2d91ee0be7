import type { Database } from '@azure/cosmos';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topology } from '@ballast/contracts';
import { ContainerStore, StoreUnavailable, connectCosmos } from '@ballast/cosmos';
import { startLocalAzure } from '@ballast/local-azure';
import type { LocalAzure } from '@ballast/local-azure';
import { SettableClock } from '../testing/settable-clock.js';
import { LOCK_MS, LockLost, RuntimeLock } from './runtime-lock.js';

/** For tests of what the time of day decides. */
const STANDS_STILL = (): number => 0;

describe('a lock among replicas', () => {
  let dataDir: string;
  let azure: LocalAzure;
  let database: Database;
  let clock: SettableClock;
  let lockNumber = 0;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'runtime-lock-'));
    azure = await startLocalAzure({ dataDir, topology });
    database = await connectCosmos({ endpoint: azure.cosmosEndpoint, key: azure.cosmosKey, database: azure.database });
  });
  beforeEach(() => {
    lockNumber += 1;
    clock = new SettableClock();
    clock.set(1_000_000);
  });
  afterAll(async () => {
    database.client.dispose();
    await azure.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const store = (): ContainerStore => new ContainerStore(database.container('runtime_locks'));
  const lock = (at: ContainerStore = store()): RuntimeLock =>
    new RuntimeLock(at, `lock-${lockNumber}`, clock, STANDS_STILL);
  /** The store of a replica that has read that the lock is free and then waits for the other one to have read it too. */
  const stores = (): ContainerStore[] => {
    let arrived = 0;
    let open = (): void => undefined;
    const bothAreThere = new Promise<void>((resolve) => (open = resolve));
    return [store(), store()].map((each) => {
      const read = each.read.bind(each);
      jest.spyOn(each, 'read').mockImplementation(async (...key) => {
        const found = await read(...key);
        arrived += 1;
        if (arrived === 4) open();
        if (key[0] === 'position') await bothAreThere;
        return found as never;
      });
      return each;
    });
  };

  it('is taken by one of two that find it free at the same time', async () => {
    const racers = stores().map((each) => lock(each));
    const waits = await Promise.all(racers.map((racer) => racer.take()));
    expect(waits.sort((one, other) => one - other)).toEqual([0, LOCK_MS]);
    expect(racers.filter(({ isSafe }) => isSafe)).toHaveLength(1);
  });

  it('is taken over by one of two when it has expired, under the next token', async () => {
    const first = lock();
    await first.take();
    clock.set(clock.now() + LOCK_MS);
    const racers = stores().map((each) => lock(each));
    const waits = await Promise.all(racers.map((racer) => racer.take()));
    expect(waits.sort((one, other) => one - other)).toEqual([0, LOCK_MS]);
    expect(racers.find(({ isSafe }) => isSafe)?.token).toBe(first.token + 1);
  });

  it('is not given to a second one before it expires, and then it is', async () => {
    const [first, second] = [lock(), lock()];
    expect(await first.take()).toBe(0);
    expect(await second.take()).toBe(LOCK_MS);
    clock.set(clock.now() + LOCK_MS - 1);
    expect(await second.take()).toBe(1);
    await first.renew(undefined);
    expect(await second.take()).toBe(LOCK_MS);
    clock.set(clock.now() + LOCK_MS);
    expect(await second.take()).toBe(0);
  });

  it('is given to a second one to whom it stood unchanged for as long as it holds, though the clock of its owner was ahead', async () => {
    const elapsed = { ms: 0 };
    const first = lock();
    const second = new RuntimeLock(store(), `lock-${lockNumber}`, clock, () => elapsed.ms);
    clock.set(clock.now() + 3 * LOCK_MS);
    await first.take();
    clock.set(clock.now() - 3 * LOCK_MS);
    expect(await second.take()).toBe(LOCK_MS);
    elapsed.ms = LOCK_MS - 1;
    expect(await second.take()).toBe(1);
    await first.renew(undefined);
    expect(await second.take()).toBe(LOCK_MS);
    elapsed.ms += LOCK_MS;
    expect(await second.take()).toBe(0);
  });

  it('refuses every write of an owner that was overtaken, so that the position goes on from the new one’s', async () => {
    const [first, second] = [lock(), lock()];
    await first.take();
    await first.renew('one');
    clock.set(clock.now() + LOCK_MS);
    await second.take();
    expect(second.position).toBe('one');
    await second.renew('two');
    await expect(first.renew('late')).rejects.toBeInstanceOf(LockLost);
    await expect(first.giveBack('later')).rejects.toBeInstanceOf(LockLost);
    expect(first.isSafe).toBe(false);
    await second.giveBack('three');
    const third = lock();
    expect([await third.take(), third.position, third.token]).toEqual([0, 'three', 3]);
  });

  it('keeps its position and never a token twice when the lock itself is forgotten', async () => {
    const first = lock();
    await first.take();
    await first.renew('one');
    await store().commit([`lock-${lockNumber}`], [{ delete: { id: 'lock' } }]);
    const second = lock();
    expect([await second.take(), second.position, second.token]).toEqual([0, 'one', 2]);
    await expect(first.renew('late')).rejects.toBeInstanceOf(LockLost);
  });

  it('is still ours when the answer to a renewal was lost', async () => {
    const at = store();
    const first = lock(at);
    await first.take();
    const commit = at.commit.bind(at);
    jest.spyOn(at, 'commit').mockImplementationOnce(async (...write) => {
      await commit(...write);
      throw new StoreUnavailable('the answer was lost');
    });
    await expect(first.renew('one')).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(first.renew('one')).rejects.toBeInstanceOf(LockLost);
    expect([await first.take(), first.position, first.token]).toEqual([0, 'one', 2]);
  });
});
