import { Throughput } from './throughput.js';

describe('provisioned throughput', () => {
  let now = 0;
  const throughput = new Throughput(100, () => now);
  const admitted = (container: string): boolean => {
    try {
      throughput.admit(container);
      return true;
    } catch (error) {
      expect(error).toMatchObject({ status: 429, substatus: 3200 });
      return false;
    }
  };

  it('admits while units are left, lets the last request overdraw, and refills with time', () => {
    throughput.charge('a', 60);
    expect(admitted('a')).toBe(true);
    throughput.charge('a', 90);
    expect(() => throughput.admit('a')).toThrow(expect.objectContaining({ retryAfterMs: 510 }));
    now += 500;
    expect(admitted('a')).toBe(false);
    now += 10;
    expect(admitted('a')).toBe(true);
  });

  it('counts each container by itself, and saves up one second', () => {
    expect(admitted('b')).toBe(true);
    now += 60_000;
    throughput.charge('b', 100);
    expect([admitted('a'), admitted('b')]).toEqual([true, false]);
  });

  it('is not moved by a clock that goes back', () => {
    throughput.charge('c', 100);
    now -= 30_000;
    expect(admitted('c')).toBe(false);
    now += 20;
    expect(admitted('c')).toBe(true);
  });
});
