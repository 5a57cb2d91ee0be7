import { decimal, decimalText } from '@ballast/money';
import type { OrderPlacedV1 } from '@ballast/contracts/orders';
import { UNTOUCHED_CONTROLS } from './controls.js';
import { AAPL, EXIT, FACTS, TRADE, terms } from './given-placement.js';
import { NOW_MS, after, emptyBook, placedEvent } from './given.js';
import type { Order } from './order.js';
import { decidePlacement } from './placement.js';
import type { PlacementFacts } from './placement.js';
import { sentType } from './sending.js';
import { decideSubmission } from './submission.js';
import { decideTrigger, isSetOff, stopAfter } from './waiting.js';

type Terms = Parameters<typeof terms>[0];

const HERE = { timeInForce: 'gtc', triggeredHere: true, limitPrice: undefined } as const;
const SALE = { ...EXIT, quantity: '3' } as const;
const HOLDING = { book: emptyBook({ trades: { AAPL: TRADE } }) };
const quote = (bid: string, ask: string) => ({ ...AAPL, bid: decimal(bid), ask: decimal(ask) });

const placedWith = (changes: Terms, facts: Partial<PlacementFacts> = {}): OrderPlacedV1 => {
  const decision = decidePlacement(terms({ ...HERE, ...changes }), { ...FACTS, ...facts });
  if (decision.outcome === 'refused') throw new Error(decision.refusal.code);
  return decision.data;
};

/** An order that waits, its capital held where it is an entry. */
function waiting(changes: Partial<OrderPlacedV1>): Order {
  const event = placedEvent({ limitPrice: undefined, triggeredHere: true, timeInForce: 'gtc', ...changes });
  const { book, order } = after(emptyBook(), undefined, event);
  return order.intent === 'exit' ? order : after(book, order, { fact: 'capital-held' }).order;
}

describe('an order that waits here', () => {
  it.each<[string, Terms, Partial<PlacementFacts>, object]>([
    [
      'a touch that enters',
      { type: 'market-if-touched', stopPrice: '90' },
      {},
      { boundPrice: '94.5', holdUnits: '94595' },
    ],
    [
      'a trailing stop that enters',
      { type: 'trailing-stop', trailPrice: '2' },
      {},
      { stopPrice: '102', boundPrice: '107.1', holdUnits: '107208' },
    ],
    [
      'one that trails by percent, off the increment',
      { type: 'trailing-stop', trailPercent: '0.333' },
      {},
      { stopPrice: '100.34', boundPrice: '105.35' },
    ],
    [
      'a stop where the broker has none',
      { type: 'stop', stopPrice: '110' },
      { venue: { ...FACTS.venue, orderTypes: ['limit'] } },
      { boundPrice: '115.5' },
    ],
    [
      'a trailing stop that exits',
      { ...SALE, type: 'trailing-stop', trailPrice: '2' },
      HOLDING,
      { stopPrice: '97.99', holdUnits: '0' },
    ],
    [
      'one that trails further than the price',
      { ...SALE, type: 'trailing-stop', trailPrice: '200' },
      HOLDING,
      { stopPrice: '0.01' },
    ],
  ])('is bounded by where it stands first: %s', (_name, changes, facts, expected) => {
    expect(placedWith(changes, facts)).toMatchObject({ triggeredHere: true, ...expected });
  });

  it('is refused where the broker lacks what it is sent as', () => {
    const venue = { ...FACTS.venue, orderTypes: ['market', 'market-if-touched'] };
    expect(() => placedWith({ type: 'market-if-touched', stopPrice: '90' }, { venue })).toThrow(
      'order-type-not-offered',
    );
  });

  it.each([
    ['market-if-touched', 'entry', 'limit'],
    ['trailing-stop', 'entry', 'limit'],
    ['stop', 'entry', 'limit'],
    ['stop-limit', 'entry', 'limit'],
    ['stop-limit', 'exit', 'limit'],
    ['stop', 'exit', 'market'],
    ['trailing-stop', 'exit', 'market'],
    ['market-if-touched', 'exit', 'market'],
  ] as const)('goes to the broker bounded where it enters: %s, %s, as %s', (type, intent, sent) => {
    expect(sentType({ type, intent, conditions: { triggeredHere: true } })).toBe(sent);
  });

  it.each([
    ['buy', 'stop', '109.99', false],
    ['buy', 'stop', '110', true],
    ['buy', 'trailing-stop', '110', true],
    ['buy', 'market-if-touched', '110.01', false],
    ['buy', 'market-if-touched', '110', true],
    ['sell', 'stop', '110.01', false],
    ['sell', 'stop-limit', '110', true],
    ['sell', 'market-if-touched', '109.99', false],
    ['sell', 'market-if-touched', '110', true],
    ['sell', 'stop', '0', false],
  ] as const)('%s, %s at 110, is set off by a market of %s: %s', (side, type, market, expected) => {
    const order = { side, type, conditions: {} };
    const prices = side === 'buy' ? quote('1', market) : quote(market, '1000');
    expect(isSetOff(order, decimal('110'), prices)).toBe(expected);
  });

  it.each([
    ['sell', '97.99', ['99', '103', '101'], ['97.99', '101', '101']],
    ['buy', '102', ['101', '95', '99'], ['102', '97', '97']],
  ] as const)('that trails follows a better market and never goes back: %s', (side, first, markets, stops) => {
    const order = { side, type: 'trailing-stop', conditions: { trailPrice: decimal('2') } } as const;
    let stop = decimal(first);
    const seen = markets.map((market) => decimalText((stop = stopAfter(order, stop, quote(market, market)))));
    expect(seen).toEqual(stops);
  });

  it('is not sent when its capital is held, nor an exit when it is placed, until the market has set it off', () => {
    const facts = { controls: UNTOUCHED_CONTROLS, nowMs: NOW_MS };
    const entry = after(
      emptyBook(),
      undefined,
      placedEvent({ type: 'stop', stopPrice: '110', triggeredHere: true }),
    ).order;
    expect(decideSubmission(entry, facts)).toEqual({ events: [{ fact: 'capital-held' }], next: 'nothing' });
    const exit = waiting({ intent: 'exit', type: 'stop', stopPrice: '90' });
    expect(decideSubmission(exit, facts)).toEqual({ events: [], next: 'nothing' });
    const [triggered] = decideTrigger(exit, decimal('90'), quote('89.99', '90.01'));
    expect(triggered).toMatchObject({ fact: 'triggered', data: { stopPrice: '90', marketPrice: '89.99' } });
    const setOff = { ...exit, triggeredAt: '2026-11-20T12:00:00.000Z' };
    expect(decideSubmission(setOff, facts)).toMatchObject({ events: [{ fact: 'submitted' }], next: 'send' });
    expect(decideTrigger(setOff, decimal('90'), quote('89.99', '90.01'))).toEqual([]);
  });

  it('is not set off before its capital is held', () => {
    const event = placedEvent({ type: 'stop', stopPrice: '110', triggeredHere: true });
    const { order } = after(emptyBook(), undefined, event);
    expect(decideTrigger(order, decimal('110'), quote('110', '110'))).toEqual([]);
    expect(
      decideTrigger(waiting({ type: 'stop', stopPrice: '110' }), decimal('110'), quote('110', '110')),
    ).toHaveLength(1);
  });
});
