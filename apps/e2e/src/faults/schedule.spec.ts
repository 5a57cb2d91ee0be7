import { readFaults } from '../../../paper-venue/src/adapters/fault-requests.js';
import { parseLossless } from '../../../paper-venue/src/adapters/lossless-json.js';
import { describeDisturbance, planOf } from './schedule.js';

const TARGETS = {
  victims: ['local-azure', 'paper-venue', 'orders', 'orders 2'],
  links: ['orders 2 to the bus'],
  roundMs: 60_000,
};

describe('the plan of a round', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(planOf('1-1', TARGETS)).toEqual(planOf('1-1', TARGETS));
    expect(planOf('1-1', TARGETS)).not.toEqual(planOf('1-2', TARGETS));
  });

  it('has every kill point once, in time, however short the round', () => {
    for (const roundMs of [5_000, 60_000]) {
      const plan = planOf('1-1', { ...TARGETS, roundMs });
      const points = plan.flatMap((each) => (each.kind === 'kill-point' ? [`${each.service} ${each.point}`] : []));
      expect(points.sort()).toEqual([
        'audit after-handling',
        'ledger after-commit',
        'ledger after-handling',
        'orders after-commit',
        'orders after-handling',
        'orders after-venue-call',
      ]);
      expect(plan.every(({ atMs }) => atMs >= 0 && atMs < roundMs)).toBe(true);
    }
  });

  it('has in every round, however short, what is said twice and what is never said', () => {
    for (const round of ['1-1', '1-2', '1-3']) {
      const said = planOf(round, { ...TARGETS, roundMs: 4_000 })
        .map(describeDisturbance)
        .join('\n');
      expect(said).toContain('duplicate-updates');
      expect(said).toContain('azure kind=duplicate-delivery target=orders/ledger');
      expect(said).toContain('lost-answer outcome=open answer=drop count=3 kind=lose-updates count=9');
    }
  });

  it('comes to every kind of disturbance within a few rounds', () => {
    const plans = Array.from({ length: 10 }, (_, round) => planOf(`5-${round}`, TARGETS)).flat();
    expect([...new Set(plans.map(({ kind }) => kind))].sort()).toEqual([
      ...['azure', 'clock', 'kill', 'kill-point', 'link', 'stall', 'venue'],
    ]);
    const killed = new Set(plans.flatMap((each) => (each.kind === 'kill' ? [each.victim] : [])));
    expect([...killed].sort()).toEqual(TARGETS.victims.toSorted());
  });

  it('orders of the broker only what it knows', () => {
    const plans = Array.from({ length: 20 }, (_, round) => planOf(`6-${round}`, TARGETS)).flat();
    const faults = plans.flatMap((each) => (each.kind === 'venue' ? [each.fault, each.with ?? []].flat() : []));
    expect(faults).toContainEqual({ kind: 'lost-answer', operation: 'cancel', answer: 'drop' });
    for (const fault of faults) {
      const asked = parseLossless(JSON.stringify({ faults: [fault] }));
      expect(() => readFaults(asked)).not.toThrow();
    }
  });

  it('is told in lines that a person can read', () => {
    expect(describeDisturbance({ kind: 'kill', victim: 'orders', awayMs: 7 })).toBe('kill victim=orders awayMs=7');
    expect(describeDisturbance({ kind: 'azure', fault: { kind: 'server-busy', percent: 5, seed: 1 } })).toBe(
      'azure kind=server-busy percent=5',
    );
  });
});
