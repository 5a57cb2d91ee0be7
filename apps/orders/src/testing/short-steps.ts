import fc from 'fast-check';
import { stands } from './orders-steps.js';
import { crash, price, quantity, step, symbol } from './step-words.js';
import type { Steps } from './step-words.js';

const TAKE_PROFIT = { takeProfitPrice: '90' };
const STOP_LOSS = { stopLossPrice: '110' };

const shortSale = step(
  'sell short',
  fc.record({
    terms: fc.record({ symbol, quantity, limitPrice: price }),
    stands,
    exits: fc.constantFrom({}, TAKE_PROFIT, STOP_LOSS, { ...TAKE_PROFIT, ...STOP_LOSS }),
    crash,
  }),
  (world, of) => world.place({ side: 'sell', intent: 'entry', ...of.terms, ...of.stands, ...of.exits }, of.crash),
);

/** Sales of what is not held; what closes a position buys it back where it is owed. */
export const SHORT_STEPS: readonly Steps[] = [{ arbitrary: shortSale, weight: 8 }];
