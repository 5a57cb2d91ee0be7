/** @jest-environment ./apps/launcher/jest-own-context.mjs */
import type { ServiceLog } from '@ballast/service-host';
import { LockKeeper } from './lock-keeper.js';
import type { OwnedWork } from './lock-keeper.js';
import { LOCK_MARGIN_MS, LOCK_MS, LockLost } from './runtime-lock.js';

const LOG = { info: () => undefined, warn: () => undefined } as unknown as ServiceLog;

/** A lock whose store can be away and which another can take. */
class FakeLock {
  readonly said: string[] = [];
  waitMs = 0;
  failure: Error | undefined;
  position: string | undefined;
  token = 1;
  private safeUntilMs = 0;

  get isSafe(): boolean {
    return Date.now() < this.safeUntilMs;
  }

  async take(): Promise<number> {
    this.said.push('take');
    if (this.failure) throw this.failure;
    if (this.waitMs === 0) this.hold();
    return this.waitMs;
  }

  async renew(position: string | undefined): Promise<void> {
    this.said.push('renew');
    if (this.failure instanceof LockLost) this.safeUntilMs = 0;
    if (this.failure) throw this.failure;
    this.position = position;
    this.hold();
  }

  async giveBack(position: string | undefined): Promise<void> {
    this.said.push(`give back at ${position}`);
  }

  private hold(): void {
    this.safeUntilMs = Date.now() + LOCK_MS - LOCK_MARGIN_MS;
  }
}

describe('the owner of a lock', () => {
  let lock: FakeLock;
  let work: OwnedWork & { said: string[] };
  let keeper: LockKeeper;

  beforeEach(() => {
    jest.useFakeTimers();
    lock = new FakeLock();
    const said: string[] = [];
    work = {
      said,
      position: 'here',
      begin: (position) => void said.push(`begin at ${position}`),
      end: async () => void said.push('end'),
    };
    keeper = new LockKeeper(lock, work, LOG);
  });
  afterEach(async () => {
    await keeper.close();
    jest.useRealTimers();
  });

  it('works from the start, where the owner before stopped, and saves how far it has come', async () => {
    lock.position = 'there';
    await keeper.start();
    expect([work.said, keeper.owns]).toEqual([['begin at there'], true]);
    await jest.advanceTimersByTimeAsync(LOCK_MS * 3);
    expect([work.said, lock.position]).toEqual([['begin at there'], 'here']);
    await keeper.close();
    expect([work.said.at(-1), lock.said.at(-1)]).toEqual(['end', 'give back at here']);
  });

  it('renews a few times in the life of the lock, no more', async () => {
    await keeper.start();
    await jest.advanceTimersByTimeAsync(60_000);
    const renewals = lock.said.filter((each) => each === 'renew').length;
    expect(renewals).toBeGreaterThanOrEqual(60_000 / LOCK_MS);
    expect(renewals).toBeLessThanOrEqual(15);
  });

  it('waits while another has the lock, and begins when it is free', async () => {
    lock.waitMs = LOCK_MS;
    await keeper.start();
    await jest.advanceTimersByTimeAsync(30_000);
    expect([work.said, keeper.owns]).toEqual([[], false]);
    expect(lock.said.length).toBeLessThanOrEqual(12);
    lock.waitMs = 0;
    await jest.advanceTimersByTimeAsync(LOCK_MS);
    expect(work.said).toEqual(['begin at undefined']);
  });

  it('that cannot renew the lock stops before it ends, and begins again', async () => {
    await keeper.start();
    await jest.advanceTimersByTimeAsync(LOCK_MS / 2);
    lock.failure = new Error('the store is away');
    const renewedAtMs = Date.now();
    await jest.advanceTimersByTimeAsync(2_000);
    expect(work.said).toEqual(['begin at undefined']);
    for (let step = 0; step < 100 && !work.said.includes('end'); step += 1) await jest.advanceTimersByTimeAsync(100);
    expect(Date.now() - renewedAtMs).toBeLessThan(LOCK_MS);
    expect(keeper.owns).toBe(false);
    lock.failure = undefined;
    await jest.advanceTimersByTimeAsync(LOCK_MS);
    expect(work.said).toEqual(['begin at undefined', 'end', 'begin at here']);
  });

  it('that finds the lock with another stops at once and gives nothing back', async () => {
    await keeper.start();
    lock.failure = new LockLost('the lock');
    await jest.advanceTimersByTimeAsync(LOCK_MS - LOCK_MARGIN_MS);
    expect(work.said).toEqual(['begin at undefined', 'end']);
    await keeper.close();
    expect(lock.said.filter((each) => each.startsWith('give back'))).toEqual([]);
  });
});
