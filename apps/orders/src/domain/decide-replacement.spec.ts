import fc from 'fast-check';
import { Decimal, decimal, toUnits } from '@ballast/money';
import { REPLACE_REFUSAL_CODES } from '@ballast/contracts';
import type { Refusal } from '@ballast/contracts';
import type { OrderPlacedV1, ReplaceOrderRequest } from '@ballast/contracts/orders';
import { UNTOUCHED_CONTROLS } from './controls.js';
import { decideReplacement } from './decide-replacement.js';
import type { ReplacementFacts } from './decide-replacement.js';
import { FACTS } from './given-placement.js';
import { OWNER_ID, after, executedEvent, submittingOrder } from './given.js';
import type { Book } from './book.js';
import type { Order } from './order.js';
import { holdPart } from './hold-part.js';
import { unitsOfRest, unitsWhileAsked } from './replacement-cost.js';
import { wantedTerms } from './replace-request.js';

/** Ten AAPL at 99 rest at the broker; so many of them are filled at 99. */
function resting(changes: Partial<OrderPlacedV1> = {}, filled = 0): { book: Book; order: Order } {
  const { book, order } = submittingOrder({ limitPrice: '99', boundPrice: '99', ...changes });
  const { id: orderId, profileId } = order;
  const open = after(book, order, { fact: 'opened', data: { orderId, profileId, venueOrderId: 'v1' } });
  return filled === 0 ? open : after(open.book, open.order, executedEvent(open.order, `${filled}`, '99'));
}

function setOff(changes: Partial<OrderPlacedV1>): { book: Book; order: Order } {
  const { book, order } = resting({ ...changes, triggeredHere: true });
  return { book, order: { ...order, triggeredAt: order.updatedAt } };
}

function decide(
  { book, order }: { book: Book; order: Order },
  asked: ReplaceOrderRequest,
  facts: Partial<ReplacementFacts> = {},
) {
  const own = order.quantity.minus(order.filledQuantity).times(order.boundPrice ?? 0);
  const askedForUsd = order.intent === 'entry' ? own : decimal('0');
  const all = { ...FACTS, book, askedForUsd, canReplace: true, requestedBy: OWNER_ID, ...facts };
  return decideReplacement(order, wantedTerms(order, asked), all);
}

const PAIR: Partial<OrderPlacedV1> = {
  ...{ intent: 'exit', limitPrice: '110', boundPrice: '110', stopLossPrice: '95', timeInForce: 'gtc' },
};
const MAY_SELL_SHORT = { ...FACTS.limits, shortSelling: true };
/** A short sale of ten at 99, when 105 was the most that one could bring. */
const SHORT = resting({ side: 'sell', collateralPrice: '157.5' });
/** A stop that has waited here, was set off, and stands at its bound. */
const SET_OFF = setOff({ type: 'stop', limitPrice: undefined as never, stopPrice: '100', boundPrice: '105' });
const REDUCING = { controls: { ...UNTOUCHED_CONTROLS, mode: 'reduce-only' as const } };

interface Row {
  readonly name: string;
  readonly given?: { book: Book; order: Order };
  readonly asked: ReplaceOrderRequest;
  readonly facts?: Partial<ReplacementFacts>;
  readonly refusal: Partial<Refusal>;
}

const REFUSALS: readonly Row[] = [
  {
    name: 'more while only reducing is allowed',
    ...{ asked: { quantity: '11' }, facts: REDUCING, refusal: { code: 'reduce-only' } },
  },
  {
    name: 'a higher price while only reducing is allowed',
    ...{ asked: { limitPrice: '99.5' }, facts: REDUCING, refusal: { code: 'reduce-only' } },
  },
  {
    name: 'anything while trading is halted',
    asked: { quantity: '9' },
    facts: { controls: { ...UNTOUCHED_CONTROLS, mode: 'halted' } },
    refusal: { code: 'trading-halted' },
  },
  {
    name: 'anything where the broker replaces nothing',
    asked: { quantity: '9' },
    facts: { canReplace: false },
    refusal: { code: 'replace-not-offered', value: 'any live order' },
  },
  {
    name: 'an order that may only rest, at a price that takes',
    ...{ given: resting({ postOnly: true }), asked: { limitPrice: '100' } },
    facts: { venue: { ...FACTS.venue, postOnly: true } },
    refusal: { code: 'post-only-would-take' },
  },
  {
    name: 'more of a short sale where the profile may not sell short any more',
    given: SHORT,
    ...{ asked: { quantity: '11' }, refusal: { code: 'short-selling-not-allowed' } },
  },
  {
    name: 'more of a short sale than the position may be',
    given: SHORT,
    asked: { quantity: '12' },
    facts: { limits: { ...MAY_SELL_SHORT, positionUsdMax: decimal('1259') }, askedForUsd: decimal('1050') },
    refusal: { code: 'position-above-limit', value: '1260' },
  },
  {
    name: 'an order that was changed as often as one can be',
    given: { ...resting(), order: { ...resting().order, replacements: 255 } },
    ...{ asked: { quantity: '9' }, refusal: { code: 'replaced-too-often', limit: '255 times', value: '256' } },
  },
  {
    name: 'where an order is set off that was set off here',
    given: SET_OFF,
    ...{ asked: { stopPrice: '101' }, refusal: { code: 'set-off-fixed', value: 'stopPrice' } },
  },
  {
    name: 'an exit that was set off here and is at the market',
    given: { ...SET_OFF, order: { ...SET_OFF.order, intent: 'exit', side: 'sell' } },
    ...{ asked: { quantity: '9' }, refusal: { code: 'set-off-fixed', value: 'an exit at the market' } },
  },
  {
    name: 'a date that the broker keeps',
    given: resting({ timeInForce: 'gtd', expiresAt: '2026-11-21T00:00:00.000Z' }),
    asked: { expiresAt: '2026-11-22T00:00:00.000Z' },
    facts: { venue: { ...FACTS.venue, timesInForce: ['day', 'gtd'] } },
    refusal: { code: 'replace-not-offered', value: 'expiresAt' },
  },
  ...(['quantity', 'stopLossPrice', 'timeInForce'] as const).map((value) => ({
    name: `the ${value} of two exits that end each other`,
    ...{ given: resting(PAIR), asked: { [value]: { quantity: '9', stopLossPrice: '94', timeInForce: 'day' }[value] } },
    refusal: { code: 'exit-pair-fixed' as const, value },
  })),
  {
    name: 'what is so already',
    ...{ asked: { quantity: '10.0', limitPrice: '99.00' }, refusal: { code: 'replaces-nothing' } },
  },
  {
    name: 'no more than what is filled',
    ...{ given: resting({}, 4), asked: { quantity: '4' }, refusal: { code: 'replace-below-filled', value: '4' } },
  },
  {
    name: 'a price off the increment',
    ...{ asked: { limitPrice: '98.999' }, refusal: { code: 'price-off-increment' } },
  },
  { name: 'a price beyond the collar', ...{ asked: { limitPrice: '120' }, refusal: { code: 'price-outside-collar' } } },
  {
    name: 'more than one order may be worth',
    asked: { quantity: '11' },
    facts: { limits: { ...FACTS.limits, orderNotionalUsdMax: decimal('1000') } },
    refusal: { code: 'notional-above-limit', value: '1089' },
  },
  {
    name: 'more than the position may be, what is filled counted once',
    given: resting({}, 4),
    asked: { quantity: '12' },
    facts: { limits: { ...FACTS.limits, positionUsdMax: decimal('1187') } },
    refusal: { code: 'position-above-limit', value: '1188' },
  },
];

describe('other terms', () => {
  it.each(REFUSALS)('are refused: $name', ({ given = resting(), asked, facts, refusal }) => {
    const decision = decide(given, asked, facts);
    expect(decision).toMatchObject({ outcome: 'refused', refusal });
    expect(decision.events).toMatchObject([{ fact: 'replace-rejected', data: { refusal } }]);
    expect(decision.events[0]).not.toHaveProperty('data.revision');
  });

  it('are refused with each code of their own, but for the one that a cancel gives', () => {
    const codes = new Set(REFUSALS.map(({ refusal }) => refusal.code));
    expect(REPLACE_REFUSAL_CODES.filter((code) => !codes.has(code))).toEqual(['replace-withdrawn']);
  });

  it.each([
    ['less', { quantity: '9' }],
    ['a lower price', { limitPrice: '98' }],
  ])('that make it no larger are measured against no limit: %s', (_name, asked) => {
    const limits = {
      ...FACTS.limits,
      orderNotionalUsdMax: decimal('1'),
      positionUsdMax: decimal('1'),
      openOrdersMax: 0,
    };
    const [event] = decide(resting(), asked, { ...REDUCING, limits }).events;
    expect(event).toMatchObject({ fact: 'replace-requested', data: { revision: 1, ...asked } });
    expect(event).not.toHaveProperty('data.holdUnits');
  });

  it('count as no order of their own', () => {
    const limits = { ...FACTS.limits, openOrdersMax: 1, ordersPerMinuteMax: 1 };
    const { book, order } = resting();
    expect(book.rate).toMatchObject({ entries: 1 });
    const given = { book: { ...book, liveOrders: 1 }, order };
    expect(decide(given, { quantity: '11' }, { limits }).outcome).toBe('requested');
  });

  it('leave a market order its collar', () => {
    const market = resting({ type: 'market', limitPrice: undefined as never, boundPrice: '105' });
    expect(decide(market, { quantity: '11' }).events).toMatchObject([{ data: { boundPrice: '105', quantity: '11' } }]);
  });

  it('of an exit claim what they add at once, and give it back where it stays as it was', () => {
    const held = resting();
    const filled = after(held.book, held.order, executedEvent(held.order, '10', '99'));
    const exit = submittingOrder({ intent: 'exit', quantity: '4', limitPrice: '110', boundPrice: '110' }).order;
    const trade = filled.book.trades['AAPL'];
    if (trade === undefined) throw new Error('nothing is held');
    const book = { ...filled.book, trades: { AAPL: { ...trade, exiting: decimal('4') } } };
    const open = { ...exit, state: 'open' as const };
    const larger = decide({ book, order: open }, { quantity: '10' });
    const asked = after(book, open, ...larger.events);
    expect(asked.book.trades['AAPL']?.exiting.toFixed()).toBe('10');
    const rejected = {
      fact: 'replace-rejected' as const,
      data: { orderId: exit.id, profileId: exit.profileId, intent: 'exit' as const },
    };
    expect(after(asked.book, asked.order, rejected).book.trades['AAPL']?.exiting.toFixed()).toBe('4');
    const tooLarge = decide({ book, order: open }, { quantity: '11' });
    expect(tooLarge.refusal).toMatchObject({ code: 'exit-above-position', limit: '10', value: '11' });
  });
});

describe('other terms of a short sale', () => {
  const facts = { limits: MAY_SELL_SHORT };

  it.each([
    ['a smaller quantity', { quantity: '9' }, '157.5', undefined],
    ['a larger one, at what the market asks for now', { quantity: '11' }, '157.67', 173_615n],
    ['a limit beyond the market', { limitPrice: '120' }, '180', 180_184n],
  ])('have the collateral of these, held before the broker is asked: %s', (_name, asked, price, held) => {
    const market = { ...FACTS, symbol: FACTS.symbol && { ...FACTS.symbol, ask: decimal('100.1') } };
    const [event] = decide(SHORT, asked, { ...market, ...facts }).events;
    expect(event).toMatchObject({ fact: 'replace-requested', data: { collateralPrice: price } });
    if (held === undefined) return expect(event).not.toHaveProperty('data.holdUnits');
    return expect(event).toMatchObject({ data: { holdUnits: held.toString() } });
  });
});

describe('other terms of an order that was set off here', () => {
  it('are those of the limit that it stands at', () => {
    expect(decide(SET_OFF, { quantity: '9' }).events).toMatchObject([
      { fact: 'replace-requested', data: { quantity: '9', boundPrice: '105', stopPrice: '100', triggeredHere: true } },
    ]);
    const limited = setOff({ type: 'stop-limit', stopPrice: '100', limitPrice: '101', boundPrice: '101' });
    const [event] = decide(limited, { limitPrice: '102' }).events;
    expect(event).toMatchObject({ fact: 'replace-requested', data: { boundPrice: '102', limitPrice: '102' } });
    expect(event).toHaveProperty('data.holdUnits');
  });
});

describe('what is held for other terms', () => {
  const quantity = fc.integer({ min: 1, max: 300 }).map((tenths) => new Decimal(tenths).div(10));
  const price = fc.integer({ min: 1, max: 20_000 }).map((cents) => new Decimal(cents).div(100));
  const RATE = decimal('0.001');

  it('covers whatever the broker fills of either, rounded as it is posted', () => {
    const cases = fc.record({
      first: quantity,
      wanted: quantity,
      before: price,
      then: price,
      filled: fc.nat({ max: 100 }),
    });
    const property = fc.property(cases, fc.nat({ max: 100 }), ({ first, wanted, before, then, filled }, meanwhile) => {
      const done = first.times(filled).div(100).toDecimalPlaces(1, Decimal.ROUND_DOWN);
      fc.pre(done.lt(first) && done.lt(wanted));
      const { order: placed } = resting({
        quantity: first.toFixed(),
        limitPrice: before.toFixed(),
        boundPrice: before.toFixed(),
      });
      const filledUpTo = (filledQuantity: Decimal) => {
        const notional = filledQuantity.times(before);
        return { filledQuantity, notional, fees: notional.times(RATE).toDecimalPlaces(2, Decimal.ROUND_HALF_EVEN) };
      };
      const order = { ...placed, ...filledUpTo(done), executions: done.isZero() ? 0 : 1 };
      const asked = { ...order, quantity: wanted, limitPrice: then, boundPrice: then };
      const held = unitsWhileAsked(order, asked, RATE);
      // The broker fills more of the first, and then all that is left of the other, each at its limit.
      const left = Decimal.min(first, wanted).minus(done);
      const more = left.times(meanwhile).div(100).toDecimalPlaces(1, Decimal.ROUND_DOWN);
      const cost = (of: Decimal, at: Decimal): bigint => toUnits(of.times(at), 'USD', 'up');
      const rest = wanted.minus(done).minus(more);
      const [one, other] = [more.times(before), rest.times(then)];
      const fees = toUnits(one.times(RATE), 'USD', 'half-even') + toUnits(other.times(RATE), 'USD', 'half-even');
      const charged = toUnits(done.times(before).plus(one).plus(other), 'USD', 'half-even');
      expect(held).toBeGreaterThanOrEqual(charged - toUnits(done.times(before), 'USD', 'half-even') + fees);
      expect(held).toBeGreaterThanOrEqual(cost(first.minus(done), before));
      const now = { ...order, ...filledUpTo(done.plus(more)), executions: 1 };
      expect(unitsOfRest(now, asked, RATE)).toBeGreaterThanOrEqual(cost(rest, then));
      const part = holdPart(order, now, { quantity: more, price: before, fee: undefined, feeRate: RATE }) ?? 0n;
      expect(held - part).toBeGreaterThanOrEqual(unitsOfRest(now, asked, RATE));
    });
    fc.assert(property, { numRuns: 300 });
  });
});
