import { AAPL, FACTS } from '../domain/given-placement.js';
import { NOW_MS } from '../domain/given.js';
import { STOP, iso } from './placement-row.js';
import type { RefusalRow } from './placement-row.js';

/** What the broker does not offer. */
export const OFFER_REFUSALS: readonly RefusalRow[] = [
  {
    name: 'a symbol that the broker does not know',
    facts: { symbol: undefined },
    refusal: { code: 'symbol-not-tradable', limit: 'tradable symbols', value: 'AAPL' },
  },
  {
    name: 'a symbol that is not tradable now',
    facts: { symbol: { ...AAPL, tradable: false } },
    refusal: { code: 'symbol-not-tradable', limit: 'tradable symbols', value: 'AAPL' },
  },
  {
    name: 'a type that the broker lacks',
    facts: { venue: { ...FACTS.venue, orderTypes: ['market'] } },
    refusal: { code: 'order-type-not-offered', limit: 'market', value: 'limit' },
  },
  {
    name: 'a time in force that the broker lacks',
    terms: { timeInForce: 'fok' },
    facts: { venue: { ...FACTS.venue, timesInForce: ['day', 'gtc'] } },
    refusal: { code: 'time-in-force-not-offered', limit: 'day, gtc', value: 'fok' },
  },
  {
    name: 'a stop to buy where the broker has no stop with a limit',
    terms: { ...STOP, stopPrice: '110' },
    facts: { venue: { ...FACTS.venue, orderTypes: ['market', 'limit', 'stop'] } },
    refusal: { code: 'order-type-not-offered', limit: 'market, limit, stop', value: 'stop' },
  },
  {
    name: 'a trailing stop that enters',
    terms: { type: 'trailing-stop', limitPrice: undefined, trailPrice: '1' },
    refusal: { code: 'entry-not-bounded', limit: 'market, limit, stop, stop-limit', value: 'trailing-stop' },
  },
  {
    name: 'a touch that enters',
    terms: { type: 'market-if-touched', limitPrice: undefined, stopPrice: '90' },
    refusal: { code: 'entry-not-bounded', limit: 'market, limit, stop, stop-limit', value: 'market-if-touched' },
  },
  {
    name: 'a date where the broker neither keeps dates nor lets orders stand',
    terms: { timeInForce: 'gtd', expiresAt: iso(NOW_MS + 60_000) },
    facts: { venue: { ...FACTS.venue, timesInForce: ['day'] } },
    refusal: { code: 'time-in-force-not-offered', limit: 'day', value: 'gtd' },
  },
  {
    name: 'an end that is now',
    terms: { timeInForce: 'gtd', expiresAt: iso(NOW_MS) },
    refusal: { code: 'expiry-not-ahead', limit: `after ${iso(NOW_MS)}`, value: iso(NOW_MS) },
  },
  {
    name: 'two exits where the broker cannot tie them together',
    terms: { takeProfitPrice: '110', stopLossPrice: '95' },
    facts: { venue: { ...FACTS.venue, orderClasses: ['bracket'] } },
    refusal: { code: 'exits-not-offered', limit: 'bracket', value: 'oco' },
  },
  {
    name: 'an order that may only rest where the broker has none',
    terms: { postOnly: true, limitPrice: '90' },
    facts: { venue: { ...FACTS.venue, postOnly: false } },
    refusal: { code: 'post-only-not-offered', limit: 'orders that may take', value: 'post-only' },
  },
];
