import { MessageCache } from './message-cache.js';

const message = (bytes: number) => ({
  enqueuedAtMs: 0,
  durable: null,
  priority: null,
  ttlMs: null,
  annotations: null,
  annotationsCount: 0,
  bare: Buffer.alloc(bytes),
});

describe('MessageCache', () => {
  it('lets the oldest go when there are too many bytes', () => {
    const cache = new MessageCache(10_000);
    for (const id of [1, 2, 3]) cache.put(id, message(4_000));
    expect([1, 2, 3].map((id) => cache.get(id) !== undefined)).toEqual([false, true, true]);
  });

  it('has room again after one is deleted', () => {
    const cache = new MessageCache(10_000);
    cache.put(1, message(5_000));
    cache.put(1, message(5_000));
    cache.delete(1);
    cache.put(2, message(5_000));
    cache.put(3, message(3_000));
    expect([2, 3].map((id) => cache.get(id) !== undefined)).toEqual([true, true]);
  });
});
