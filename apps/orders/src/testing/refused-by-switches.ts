import { UNTOUCHED_CONTROLS } from '../domain/controls.js';
import { AAPL, EXIT, FACTS } from '../domain/given-placement.js';
import { emptyBook } from '../domain/given.js';
import { HOLDING } from './placement-row.js';
import type { RefusalRow } from './placement-row.js';

/** What switches and the direction of a trade forbid. */
export const SWITCH_REFUSALS: readonly RefusalRow[] = [
  {
    name: 'when trading is halted',
    facts: { controls: { ...UNTOUCHED_CONTROLS, mode: 'halted' } },
    refusal: { code: 'trading-halted', limit: 'active', value: 'halted' },
  },
  {
    name: 'an exit when trading is halted',
    terms: EXIT,
    facts: { controls: { ...UNTOUCHED_CONTROLS, mode: 'halted' } },
    refusal: { code: 'trading-halted', limit: 'active', value: 'halted' },
  },
  {
    name: 'an entry while only exits are allowed',
    facts: { controls: { ...UNTOUCHED_CONTROLS, mode: 'reduce-only' } },
    refusal: { code: 'reduce-only', limit: 'exit', value: 'entry' },
  },
  {
    name: 'an entry while the broker has taken more than the profile had',
    facts: { book: emptyBook({ hasShortfall: true }) },
    refusal: { code: 'reduce-only', limit: 'exit', value: 'entry, the profile has a shortfall' },
  },
  {
    name: 'a sale that opens a position',
    terms: { side: 'sell' },
    refusal: { code: 'short-selling-not-allowed', limit: 'buy to enter, sell to exit', value: 'sell to entry' },
  },
  {
    name: 'a short sale of a symbol that the broker does not lend',
    terms: { side: 'sell' },
    facts: { limits: { ...FACTS.limits, shortSelling: true }, symbol: { ...AAPL, isShortable: false } },
    refusal: { code: 'short-selling-not-offered', limit: 'symbols that can be sold short', value: 'AAPL' },
  },
  {
    name: 'a short sale of what is held',
    terms: { side: 'sell' },
    facts: { limits: { ...FACTS.limits, shortSelling: true }, book: HOLDING },
    refusal: { code: 'trade-in-other-direction', limit: 'long', value: 'short' },
  },
];
