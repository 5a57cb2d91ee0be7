import { Failure } from '@ballast/contracts';
import { VenueOutcomeUnknown, VenueRejected, VenueUnavailable } from '@ballast/venue';
import { after, emptyBook, placedEvent } from '../domain/given.js';
import { failureOf, requestOf } from './venue-calls.js';

describe('what the broker throws', () => {
  it('is waited for as long as the broker asks', () => {
    expect(failureOf(new VenueUnavailable('the venue limits our rate', { retryAfterMs: 3_000 }))).toMatchObject({
      code: 'venue-unavailable',
      retryAfterMs: 3_000,
    });
  });

  it('is a failure while the broker is away or its answer is not known, and else stays what it is', () => {
    expect(failureOf(new VenueUnavailable('refused to connect'))).toBeInstanceOf(Failure);
    expect(failureOf(new VenueOutcomeUnknown('timed out'))).toBeInstanceOf(Failure);
    const refusal = new VenueRejected('403', 'no');
    expect(failureOf(refusal)).toBe(refusal);
  });
});

describe('an order as the broker gets it', () => {
  const AT = '2026-11-21T15:00:00.000Z';
  const EVERY_TIME = { timesInForce: ['day', 'gtc', 'gtd'] as const };
  const request = (changes: Parameters<typeof placedEvent>[0], venue: Parameters<typeof requestOf>[1] = EVERY_TIME) => {
    const { order } = after(
      emptyBook(),
      undefined,
      placedEvent({ limitPrice: undefined, boundPrice: undefined, ...changes }),
    );
    return JSON.parse(JSON.stringify(requestOf(order, venue))) as object;
  };
  const SALE = { intent: 'exit' } as const;

  it.each([
    ['a market buy as a limit', { type: 'market', boundPrice: '105' }, { type: 'limit', limitPrice: '105' }],
    [
      'a stop to buy as a stop with a limit',
      { type: 'stop', stopPrice: '110', boundPrice: '115.5' },
      { type: 'stop-limit', stopPrice: '110', limitPrice: '115.5' },
    ],
    ['a market sale as it is', { ...SALE, type: 'market' }, { type: 'market' }],
    ['a stop to sell as it is', { ...SALE, type: 'stop', stopPrice: '90' }, { type: 'stop', stopPrice: '90' }],
    [
      'a trail by price',
      { ...SALE, type: 'trailing-stop', trailPrice: '2' },
      { type: 'trailing-stop', trailPrice: '2' },
    ],
    ['a trail by percent', { ...SALE, type: 'trailing-stop', trailPercent: '2' }, { trailPercent: '2' }],
    [
      'a touch',
      { ...SALE, type: 'market-if-touched', stopPrice: '120' },
      { type: 'market-if-touched', stopPrice: '120' },
    ],
    [
      'one that may only rest',
      { limitPrice: '99', boundPrice: '99', postOnly: true },
      { type: 'limit', limitPrice: '99', postOnly: true },
    ],
    [
      'an exit with the stop loss beside it',
      { ...SALE, limitPrice: '110', boundPrice: '110', stopLossPrice: '95', stopLossLimitPrice: '94' },
      {
        limitPrice: '110',
        orderClass: 'oco',
        exits: { takeProfit: { limitPrice: '110' }, stopLoss: { stopPrice: '95', limitPrice: '94' } },
      },
    ],
    ['one with a date', { timeInForce: 'gtd', expiresAt: AT }, { timeInForce: 'gtd', expiresAt: AT }],
  ] as const)('is %s', (_name, changes, expected) => {
    expect(request(changes)).toMatchObject(expected);
  });

  it('stands until we cancel it where the broker keeps no dates', () => {
    const sent = request({ timeInForce: 'gtd', expiresAt: AT }, { timesInForce: ['day', 'gtc'] });
    expect(sent).toMatchObject({ timeInForce: 'gtc' });
    expect(sent).not.toHaveProperty('expiresAt');
  });
});
