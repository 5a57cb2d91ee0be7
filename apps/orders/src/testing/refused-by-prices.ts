import { AAPL, EXIT } from '../domain/given-placement.js';
import { NOW_MS } from '../domain/given.js';
import { decimal } from '@ballast/money';
import { STOP } from './placement-row.js';
import type { RefusalRow } from './placement-row.js';

/** What is wrong with a size or a price. */
export const PRICE_REFUSALS: readonly RefusalRow[] = [
  {
    name: 'a quote that is a millisecond too old',
    facts: { nowMs: NOW_MS + 30_001 },
    refusal: { code: 'market-data-stale', limit: '30000 ms', value: '30001 ms' },
  },
  {
    name: 'a quantity finer than the symbol',
    terms: { quantity: '1.5' },
    refusal: { code: 'quantity-off-increment', limit: '0 decimals', value: '1.5' },
  },
  {
    name: 'a quantity below the smallest',
    terms: { quantity: '1' },
    facts: { symbol: { ...AAPL, quantityMin: decimal('2') } },
    refusal: { code: 'quantity-off-increment', limit: 'at least 2', value: '1' },
  },
  {
    name: 'a price off the increment',
    terms: { limitPrice: '100.005' },
    refusal: { code: 'price-off-increment', limit: '0.01', value: '100.005' },
  },
  {
    name: 'money that buys less than one',
    terms: { quantity: undefined, notional: '99.99' },
    refusal: { code: 'quantity-off-increment', limit: 'at least 1', value: '0' },
  },
  {
    name: 'a stop off the increment',
    terms: { ...STOP, stopPrice: '110.005' },
    refusal: { code: 'price-off-increment', limit: '0.01', value: '110.005' },
  },
  {
    name: 'a trail off the increment',
    terms: { ...EXIT, type: 'trailing-stop', limitPrice: undefined, trailPrice: '1.001' },
    refusal: { code: 'price-off-increment', limit: '0.01', value: '1.001' },
  },
  {
    name: 'a stop to buy at the best offer',
    terms: { ...STOP, stopPrice: '100' },
    refusal: { code: 'trigger-already-reached', limit: 'above 100', value: '100' },
  },
  {
    name: 'a stop to sell at the best bid',
    terms: { ...EXIT, ...STOP, stopPrice: '99.99' },
    refusal: { code: 'trigger-already-reached', limit: 'below 99.99', value: '99.99' },
  },
  {
    name: 'a touch to sell at the best bid',
    terms: { ...EXIT, type: 'market-if-touched', limitPrice: undefined, stopPrice: '99.99' },
    refusal: { code: 'trigger-already-reached', limit: 'above 99.99', value: '99.99' },
  },
  {
    name: 'a take profit at the price of the entry',
    terms: { takeProfitPrice: '100' },
    refusal: { code: 'exits-out-of-order', limit: 'take profit above 100', value: '100' },
  },
  {
    name: 'a stop loss at the price of the entry',
    terms: { takeProfitPrice: '110', stopLossPrice: '100' },
    refusal: { code: 'exits-out-of-order', limit: 'stop loss below 100', value: '100' },
  },
  {
    name: 'a stop loss off the increment',
    terms: { stopLossPrice: '94.999' },
    refusal: { code: 'price-off-increment', limit: '0.01', value: '94.999' },
  },
  {
    name: 'a buy at the best offer that may only rest',
    terms: { postOnly: true },
    refusal: { code: 'post-only-would-take', limit: 'below 100', value: '100' },
  },
  {
    name: 'a sale at the best bid that may only rest',
    terms: { ...EXIT, postOnly: true, limitPrice: '99.99' },
    refusal: { code: 'post-only-would-take', limit: 'above 99.99', value: '99.99' },
  },
  {
    name: 'a stop-limit to buy a cent through the collar of its stop',
    terms: { type: 'stop-limit', stopPrice: '110', limitPrice: '115.51' },
    refusal: { code: 'price-outside-collar', limit: '115.5', value: '115.51' },
  },
  {
    name: 'a stop-limit to sell a cent through the collar of its stop',
    terms: { ...EXIT, type: 'stop-limit', stopPrice: '90', limitPrice: '85.49' },
    refusal: { code: 'price-outside-collar', limit: '85.5', value: '85.49' },
  },
  {
    name: 'a buy a cent through the collar',
    terms: { limitPrice: '105.01' },
    refusal: { code: 'price-outside-collar', limit: '105', value: '105.01' },
  },
  {
    name: 'a sale a cent through the collar',
    terms: { ...EXIT, limitPrice: '94.99' },
    refusal: { code: 'price-outside-collar', limit: '95', value: '94.99' },
  },
  {
    name: 'a market buy where nothing is offered',
    terms: { type: 'market', limitPrice: undefined },
    facts: { symbol: { ...AAPL, ask: decimal('0') } },
    refusal: { code: 'price-outside-collar', limit: '0', value: '0' },
  },
  {
    name: 'a market buy of what costs less than the price increment',
    terms: { type: 'market', limitPrice: undefined },
    facts: { symbol: { ...AAPL, ask: decimal('0.004') } },
    refusal: { code: 'price-outside-collar', limit: '0', value: '0.004' },
  },
];
