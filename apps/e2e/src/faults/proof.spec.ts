import { proofOf, proofTable } from './proof.js';

const rounds = 1;

describe('the proof that a campaign notices a missing guard', () => {
  it('is the violation that its absence leads to, whatever else went wrong before', () => {
    const violations = ['1 orders: order ord_1 hangs: open', '2 fills: fill x of ord_1 is recorded twice'];
    const proof = proofOf('handled-rows', { rounds, violations }, 30);
    expect(proof).toMatchObject({ isProven: true, said: violations[1], rounds: 1 });
  });

  it('is not that something else went wrong, nor that nothing did', () => {
    const violations = ['7 effects: orders/ledger: 1 messages wait, 0 are dead letters'];
    expect(proofOf('hold-check', { rounds, violations }, 1)).toMatchObject({ isProven: false, said: violations[0] });
    expect(proofOf('hold-check', { rounds, violations: [] }, 1)).toMatchObject({ isProven: false, said: '' });
  });

  it('is worth something only where nothing is violated with every guard', () => {
    expect(proofOf(undefined, { rounds, violations: [] }, 1).isProven).toBe(true);
    expect(proofOf(undefined, { rounds, violations: ['2 fills: fill x is recorded twice'] }, 1).isProven).toBe(false);
  });

  it('is told in a table', () => {
    const proofs = [
      proofOf(undefined, { rounds, violations: [] }, 40),
      proofOf('hold-check', { rounds, violations: [] }, 9),
    ];
    expect(proofTable(proofs).split('\n').slice(2)).toEqual([
      '| none | 1 | 40 s | ✓ nothing was violated |',
      '| hold-check | 1 | 9 s | ✗ nothing was violated |',
    ]);
  });
});
