import { FaultOrderError, Faults } from './faults.js';

describe('faults', () => {
  let faults: Faults;
  const changes: string[] = [];

  beforeEach(() => {
    changes.length = 0;
    faults = new Faults();
    faults.declare({
      kind: 'busy',
      half: 'service-bus',
      effect: 'Refused.',
      changed: () => changes.push('busy'),
    });
    faults.declare({ kind: 'slow', half: 'cosmos', effect: 'Late.', delays: true });
    faults.declare({
      kind: 'cut',
      half: 'cosmos',
      effect: 'Cut.',
      perform: (target) => (target === undefined ? 3 : 1),
    });
  });

  it('befall nothing that was not ordered', () => {
    expect(faults.take('busy', 'orders')).toBeUndefined();
    expect(faults.stands('busy', 'orders')).toBe(false);
  });

  it('befall their target whatever its case, or everything', async () => {
    await faults.order({ kind: 'busy', target: 'Orders' });
    expect(faults.take('busy', 'oRDERS')).toEqual({ delayMs: 0 });
    expect(faults.take('busy', 'ledger')).toBeUndefined();
    await faults.order({ kind: 'busy' });
    expect(faults.take('busy', 'ledger')).toEqual({ delayMs: 0 });
  });

  it('are used up by their count', async () => {
    await faults.order({ kind: 'slow', count: 2, delayMs: 7 });
    expect(faults.take('slow', 'a')).toEqual({ delayMs: 7 });
    expect(faults.standing()).toMatchObject([{ kind: 'slow', target: null, remaining: 1, hits: 1, percent: 100 }]);
    faults.take('slow', 'b');
    expect(faults.take('slow', 'c')).toBeUndefined();
    expect(faults.standing()).toEqual([]);
  });

  it('befall a share that the seed decides', async () => {
    const drawn = async (seed: number): Promise<boolean[]> => {
      faults.clear();
      await faults.order({ kind: 'busy', percent: 30, seed });
      return Array.from({ length: 1_000 }, () => faults.take('busy', 'a') !== undefined);
    };
    const first = await drawn(5);
    expect(await drawn(5)).toEqual(first);
    expect(await drawn(6)).not.toEqual(first);
    expect(Math.abs(first.filter(Boolean).length - 300)).toBeLessThan(50);
  });

  it('end one by one or together, and their half is told', async () => {
    const one = (await faults.order({ kind: 'busy', target: 'a' })) as { id: string };
    await faults.order({ kind: 'busy', target: 'b' });
    expect(faults.clear(one.id)).toBe(1);
    expect([faults.stands('busy', 'a'), faults.stands('busy', 'b')]).toEqual([false, true]);
    expect(faults.clear('nothing')).toBe(0);
    expect(faults.clear()).toBe(1);
    expect(changes).toHaveLength(4);
  });

  it('happen at once where they do not last', async () => {
    expect(await faults.order({ kind: 'cut' })).toEqual({ hits: 3 });
    expect(await faults.order({ kind: 'cut', target: 'a' })).toEqual({ hits: 1 });
    expect(faults.standing()).toEqual([]);
  });

  it('are refused when unknown, without the delay they need, or declared twice', async () => {
    await expect(faults.order({ kind: 'none' })).rejects.toThrow(FaultOrderError);
    await expect(faults.order({ kind: 'slow' })).rejects.toThrow(/needs delayMs/);
    expect(() => faults.declare({ kind: 'cut', half: 'cosmos', effect: '' })).toThrow(/declared twice/);
  });
});
