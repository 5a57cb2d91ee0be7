import {
  CAPITAL_REFUSALS,
  CAPITAL_REFUSAL_CODES,
  HOLD_REFUSAL_CODES,
  ORDER_REFUSALS,
  ORDER_REFUSAL_CODES,
} from './refusals.js';

describe('refusals of an order', () => {
  it('are tried in this order: switches, the symbol, its prices, the size, the book, the ledger', () => {
    expect(ORDER_REFUSAL_CODES).toEqual([
      'trading-halted',
      'reduce-only',
      'short-selling-not-allowed',
      'replace-not-offered',
      'replaced-too-often',
      'set-off-fixed',
      'exit-pair-fixed',
      'replaces-nothing',
      'replace-below-filled',
      'symbol-not-tradable',
      'short-selling-not-offered',
      'order-type-not-offered',
      'entry-not-bounded',
      'time-in-force-not-offered',
      'expiry-not-ahead',
      'exits-not-offered',
      'post-only-not-offered',
      'market-data-stale',
      'quantity-off-increment',
      'price-off-increment',
      'trigger-already-reached',
      'exits-out-of-order',
      'post-only-would-take',
      'price-outside-collar',
      'notional-above-limit',
      'position-above-limit',
      'concentration-above-limit',
      'open-orders-above-limit',
      'order-rate-above-limit',
      'daily-loss-reached',
      'losses-in-a-row-reached',
      'trade-in-other-direction',
      'entry-already-live',
      'exit-above-position',
      'replace-withdrawn',
      'capital-not-answered',
      'account-closed',
      'insufficient-capital',
      'available-below-floor',
      'reserved-above-limit',
    ]);
  });

  it.each(Object.entries(ORDER_REFUSALS))('%s is a kebab-case code with one sentence', (code, sentence) => {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(sentence).toMatch(/^[A-Z][^.]*\.$/);
  });
});

describe('refusals of a request about capital', () => {
  it('end with those of a hold, in the same order', () => {
    expect(CAPITAL_REFUSAL_CODES.slice(-HOLD_REFUSAL_CODES.length)).toEqual(HOLD_REFUSAL_CODES);
    expect(ORDER_REFUSAL_CODES.slice(-HOLD_REFUSAL_CODES.length)).toEqual(HOLD_REFUSAL_CODES);
  });

  it.each(Object.entries(CAPITAL_REFUSALS))('%s is a kebab-case code with one sentence', (code, sentence) => {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(sentence).toMatch(/^[A-Z][^.]*\.$/);
  });
});
