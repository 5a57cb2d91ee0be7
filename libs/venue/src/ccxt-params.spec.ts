import { decimal } from '@ballast/money';
import { paramsOf } from './ccxt-params.js';

describe('what ccxt takes beside its words for an order', () => {
  const terms = { brokerKey: 'k-1', timeInForce: 'gtc', stopPrice: undefined } as const;

  it.each([
    ['a plain order', {}, { timeInForce: 'GTC' }],
    ['one with a trigger', { stopPrice: decimal('9.50') }, { timeInForce: 'GTC', triggerPrice: '9.5' }],
    ['one that may only rest', { postOnly: true }, { postOnly: true }],
    ['one that may take, said so', { postOnly: false }, { timeInForce: 'GTC' }],
  ])('is right for %s', (_name, changes, params) => {
    expect(paramsOf({ ...terms, ...changes })).toEqual({ clientOrderId: 'k-1', ...params });
  });
});
