import { HOLD_REFUSAL_CODES, ORDER_REFUSAL_CODES, REPLACE_REFUSAL_CODES } from '@ballast/contracts';
import { PLACED_AT_THE_EDGE } from '../testing/placed-at-the-edge.js';
import { OFFER_REFUSALS } from '../testing/refused-by-offers.js';
import { PRICE_REFUSALS } from '../testing/refused-by-prices.js';
import { RISK_REFUSALS } from '../testing/refused-by-risks.js';
import { SWITCH_REFUSALS } from '../testing/refused-by-switches.js';
import { UNTOUCHED_CONTROLS } from './controls.js';
import { FACTS, terms } from './given-placement.js';
import { NOW_MS } from './given.js';
import { decidePlacement } from './placement.js';

const REFUSALS = [...SWITCH_REFUSALS, ...OFFER_REFUSALS, ...PRICE_REFUSALS, ...RISK_REFUSALS];

describe('the ladder of refusals', () => {
  it.each(REFUSALS)('refuses $name', ({ terms: changes, facts, refusal }) => {
    expect(decidePlacement(terms(changes), { ...FACTS, ...facts })).toMatchObject({ outcome: 'refused', refusal });
  });

  it('has a row for every code but the ledger’s', () => {
    const codes = new Set(REFUSALS.map(({ refusal }) => refusal.code));
    const replacing: readonly string[] = REPLACE_REFUSAL_CODES;
    expect(ORDER_REFUSAL_CODES.filter((code) => !codes.has(code) && !replacing.includes(code))).toEqual([
      'capital-not-answered',
      ...HOLD_REFUSAL_CODES,
    ]);
  });

  it('answers with the first rung that applies', () => {
    const everythingWrong = {
      ...FACTS,
      controls: { ...UNTOUCHED_CONTROLS, mode: 'halted' as const },
      symbol: undefined,
      nowMs: NOW_MS * 2,
    };
    expect(decidePlacement(terms({ side: 'sell', quantity: '0.5' }), everythingWrong)).toMatchObject({
      refusal: { code: 'trading-halted' },
    });
    expect(
      decidePlacement(terms({ side: 'sell' }), { ...everythingWrong, controls: UNTOUCHED_CONTROLS }),
    ).toMatchObject({ refusal: { code: 'short-selling-not-allowed' } });
    expect(decidePlacement(terms(), { ...everythingWrong, controls: UNTOUCHED_CONTROLS })).toMatchObject({
      refusal: { code: 'symbol-not-tradable' },
    });
  });

  it.each(PLACED_AT_THE_EDGE)('places %s', (_name, changes, facts) => {
    expect(decidePlacement(terms(changes), { ...FACTS, ...facts }).outcome).toBe('placed');
  });
});
