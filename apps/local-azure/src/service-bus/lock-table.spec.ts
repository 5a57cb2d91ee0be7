import { LockTable } from './lock-table.js';
import { newLockToken } from './lock-token.js';
import type { Copy } from './ready-queue.js';

const copy = (sequence: number): Copy => ({
  sequence,
  message: sequence,
  deliveryCount: 0,
  expiresAtMs: null,
  applicationProperties: null,
  isShared: false,
  deferred: false,
  sessionId: null,
});

describe('LockTable', () => {
  const table = (): LockTable => new LockTable(100);

  it('gives a held copy up once', () => {
    const locks = table();
    const { token } = locks.lock(newLockToken(), copy(1), 0);
    expect(locks.release(token, 50)).toEqual(copy(1));
    expect(locks.release(token, 50)).toBeUndefined();
  });

  it('knows no lock whose time has come, even before it was cleared away', () => {
    const locks = table();
    const { token } = locks.lock(newLockToken(), copy(1), 0);
    expect(locks.renew(token, 100)).toBeUndefined();
    expect(locks.release(token, 100)).toBeUndefined();
  });

  it('expires in the order of the last renewal', () => {
    const locks = table();
    const [first, second] = [newLockToken(), newLockToken()];
    locks.lock(first, copy(1), 0);
    locks.lock(second, copy(2), 10);
    expect(locks.renew(first, 50)).toBe(150);
    expect(locks.nextExpiryMs).toBe(110);
    expect(locks.takeExpired(109)).toEqual([]);
    expect(locks.takeExpired(110).map(({ sequence }) => sequence)).toEqual([2]);
    expect(locks.takeExpired(150).map(({ sequence }) => sequence)).toEqual([1]);
    expect(locks.nextExpiryMs).toBeUndefined();
  });
});
