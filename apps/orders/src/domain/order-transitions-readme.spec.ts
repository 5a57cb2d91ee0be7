import { readFileSync, writeFileSync } from 'node:fs';
import { ORDER_STATES } from '@ballast/contracts/orders';
import { table, withBlock } from '../../../launcher/src/generated-blocks.js';
import { ORDER_STEPS, TRANSITIONS } from './order-transitions.js';

const README = 'apps/orders/README.md';

/** A row per step, a column per state that has a way out. */
function transitionTable(): string {
  const states = (['none', ...ORDER_STATES] as const).filter((state) => Object.keys(TRANSITIONS[state]).length > 0);
  return table(
    ['step', ...states.map((state) => (state === 'none' ? '(none)' : `in \`${state}\``))],
    ORDER_STEPS.map((step) => [`\`${step}\``, ...states.map((state) => TRANSITIONS[state][step] ?? '')]),
  );
}

it('the README shows the transition table as it is (UPDATE_README=1 writes it)', () => {
  const text = readFileSync(README, 'utf8');
  const current = withBlock(text, 'transitions', transitionTable());
  if (process.env['UPDATE_README'] === '1') writeFileSync(README, current);
  else expect(text).toBe(current);
});
