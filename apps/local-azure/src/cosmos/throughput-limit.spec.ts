import { ThroughputLimit } from './throughput-limit.js';

describe('provisioned throughput', () => {
  let now = 0;
  const source = (resource: string) => ({ resource, requestUnitsPerSecond: 100 });
  const throughput = new ThroughputLimit(() => now);
  const admitted = (resource: string): boolean => {
    try {
      throughput.admit(source(resource));
      return true;
    } catch (error) {
      expect(error).toMatchObject({ status: 429, substatus: 3200 });
      return false;
    }
  };

  it('admits while units are left, lets the last request overdraw, and refills with time', () => {
    throughput.charge(source('a'), 60);
    expect(admitted('a')).toBe(true);
    throughput.charge(source('a'), 90);
    expect(() => throughput.admit(source('a'))).toThrow(expect.objectContaining({ retryAfterMs: 510 }));
    now += 500;
    expect(admitted('a')).toBe(false);
    now += 10;
    expect(admitted('a')).toBe(true);
  });

  it('counts each resource by itself, and saves up one second', () => {
    expect(admitted('b')).toBe(true);
    now += 60_000;
    throughput.charge(source('b'), 100);
    expect([admitted('a'), admitted('b')]).toEqual([true, false]);
  });

  it('is not moved by a clock that goes back', () => {
    throughput.charge(source('c'), 100);
    now -= 30_000;
    expect(admitted('c')).toBe(false);
    now += 20;
    expect(admitted('c')).toBe(true);
  });
});
