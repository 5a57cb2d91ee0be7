import { toldKillPoints } from './campaign.js';

describe('a campaign', () => {
  it('tells how often a process died at each kill point, of the rounds in which it was armed', () => {
    const rounds = [
      { 'orders after-commit': true, 'audit after-handling': false },
      { 'orders after-commit': false, 'audit after-handling': false },
      { 'orders after-commit': true },
    ].map((points) => ({ killPoints: new Map(Object.entries(points)) }));
    expect(toldKillPoints(rounds)).toBe('died at audit after-handling 0 of 2, orders after-commit 2 of 3');
    expect(toldKillPoints([])).toBe('died at no kill point');
  });
});
