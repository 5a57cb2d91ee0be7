import { createHash } from 'node:crypto';
import type { EventEnvelope } from '@ballast/contracts';
import { checkAudit, checkEffects, checkStreams } from './check-delivery.js';
import { checkHolds, checkPostings } from './check-ledger.js';
import { checkFills, checkOrders } from './check-orders.js';
import type { Facts, Row, StoredProfile } from './facts.js';
import type { Placement } from './load.js';

const EXECUTED = { orderId: 'ord_1', executionId: 'x1', quantity: '2', price: '100' };
const placedEvent = { id: 'orders:ord_1:1', type: 'order.placed.v1', source: '/orders', sequence: 1, intent: 'entry' };
const executedEvent = {
  id: 'orders:ord_1:2',
  type: 'order.executed.v1',
  source: '/orders',
  sequence: 2,
  data: EXECUTED,
};
const BALANCES = { allocated: '500', reservedForOrders: '0', reservedForPositions: '0', realizedPnl: '0', fees: '0' };
const funded = { ...BALANCES, shortfall: '0', available: '500' };
const held = { ...funded, reservedForOrders: '300', available: '200' };

function posting(number: number, cause: string, legs: object, balances: object): Row {
  return {
    ...{ id: `posting:${cause}`, kind: 'posting', cause, number, legs, balances },
    ...{ hash: `h${number}`, previousHash: number === 1 ? '0' : `h${number - 1}`, orderId: 'ord_1' },
  };
}

function record(position: number, id: string, previousHash: string): Row {
  const content = { id, kind: 'record', position, previousHash };
  const canonical = JSON.stringify({ id, kind: 'record', position });
  return { ...content, hash: createHash('sha256').update(`${previousHash}\n${canonical}`).digest('hex') };
}

const FIRST = record(1, placedEvent.id, '0');
const SECOND = record(2, executedEvent.id, String(FIRST['hash']));
const PROFILE: StoredProfile = {
  id: 'prf_1',
  orders: [
    { id: 'book', kind: 'book', live: {} },
    { id: 'ord_1', kind: 'order', state: 'filled' },
  ],
  ledger: [
    { id: 'account', kind: 'account', postings: 3, lastHash: 'h3', balances: funded, holds: {} },
    posting(1, 'deposit', { funding: '-500', available: '500' }, funded),
    posting(2, placedEvent.id, { available: '-300', 'reserved-for-orders': '300' }, held),
    posting(3, executedEvent.id, { available: '300', 'reserved-for-orders': '-300' }, funded),
  ],
  audit: [FIRST, SECOND],
  history: [],
  events: [placedEvent, executedEvent] as unknown as EventEnvelope[],
};
const FILL = {
  id: 'x1',
  clientOrderId: 'b',
  quantity: '2',
  price: '100',
  at: '',
  orderId: 'ord_1',
  profileId: 'prf_1',
};
const FACTS: Facts = {
  profiles: [PROFILE],
  fills: [FILL],
  restingAtBroker: new Set(),
  timesAtBroker: new Map([['ord_1', 1]]),
  bus: [],
  parked: 0,
};
const told = (status: number, orderId: string): Placement => ({
  ...{ key: 'k', profileId: 'prf_1' },
  told: { status, body: { orderId }, etag: undefined, tries: 1 },
});
const MINE = [told(202, 'ord_1')];

/** The facts with one profile that is different. */
const given = (change: Partial<StoredProfile>): Facts => ({ ...FACTS, profiles: [{ ...PROFILE, ...change }] });
const rows = (of: readonly Row[], id: string, change: object): Row[] =>
  of.map((row) => (row.id === id ? { ...row, ...change } : row));
const live = (change: object) => [
  { id: 'book', kind: 'book', live: { ord_1: { state: 'open', quantity: '1', limitPrice: '100', ...change } } },
];
const account = (change: object) => given({ ledger: rows(PROFILE.ledger, 'account', change) });

describe('what a campaign calls a violation', () => {
  it('is nothing where everything is as it must be', () => {
    const all = [
      checkOrders(FACTS, MINE),
      checkFills(FACTS),
      checkPostings(FACTS),
      checkHolds(FACTS),
      checkAudit(FACTS),
    ];
    expect([...all, checkEffects(FACTS), checkStreams(FACTS, new Map(), [])].flat()).toEqual([]);
  });

  const open = given({ orders: live({}) });
  it.each<[string, string[], string]>([
    [
      'an accepted order that is not there',
      checkOrders(FACTS, [...MINE, told(202, 'ord_2')]),
      'ord_2 was accepted and exists 0 times',
    ],
    ['an order that nobody was told of', checkOrders(FACTS, []), 'nobody was told so'],
    ['a refused order that was executed', checkOrders(FACTS, [told(422, 'ord_1')]), 'refused order ord_1 was executed'],
    ['a refused order that was posted', checkOrders(given({ orders: [] }), [told(422, 'ord_1')]), 'ord_1 was posted'],
    ['an order that hangs', checkOrders(given({ orders: live({ state: 'submitting' }) }), MINE), 'hangs'],
    ['a cancel that hangs', checkOrders(given({ orders: live({ pendingCancel: true }) }), MINE), 'being cancelled'],
    ['an open order that does not rest at the broker', checkOrders(open, MINE), 'does not rest'],
    [
      'an ended order that rests at the broker',
      checkOrders({ ...FACTS, restingAtBroker: new Set(['ord_1']) }, MINE),
      'and rests',
    ],
    [
      'an order that the broker has twice',
      checkOrders({ ...FACTS, timesAtBroker: new Map([['ord_1', 2]]) }, MINE),
      'ord_1 was sent 2 times',
    ],
    [
      'a fill that is not recorded',
      checkFills({ ...FACTS, fills: [FILL, { ...FILL, id: 'x2' }] }),
      'x2 of ord_1 is not recorded',
    ],
    ['a fill that is recorded twice', checkFills(given({ events: [...PROFILE.events, ...PROFILE.events] })), 'twice'],
    ['a fill of another quantity', checkFills({ ...FACTS, fills: [{ ...FILL, quantity: '3' }] }), 'as another'],
    ['an execution that the broker does not know', checkFills({ ...FACTS, fills: [] }), "not in the broker's file"],
    [
      'a posting whose legs do not add up',
      checkPostings(given({ ledger: rows(PROFILE.ledger, 'posting:deposit', { legs: { available: '500' } }) })),
      'do not add up',
    ],
    [
      'a posting that is missing',
      checkPostings(given({ ledger: PROFILE.ledger.filter(({ number }) => number !== 2) })),
      'does not follow',
    ],
    [
      'a balance below zero',
      checkPostings(given({ ledger: PROFILE.ledger.filter(({ number }) => number !== 1) })),
      'available is below zero',
    ],
    [
      'an account that is not the sum of its postings',
      checkPostings(account({ balances: held })),
      'its postings come to 0',
    ],
    ['a head that is behind', checkPostings(account({ lastHash: 'h2' })), 'not of its last posting'],
    ['a hold of an order that is over', checkHolds(account({ holds: { ord_1: { units: '0' } } })), 'is not live'],
    [
      'a reservation that nobody holds',
      checkHolds(account({ balances: held })),
      '300 is reserved for orders, 0 is held',
    ],
    ['a live order without capital', checkHolds(open), 'holds nothing and may still cost 10000'],
    ['an event without a record', checkAudit(given({ audit: [FIRST] })), 'has no audit record'],
    ['an event with two records', checkAudit(given({ audit: [FIRST, SECOND, { ...SECOND, position: 3 }] })), 'several'],
    ['a record that was changed', checkAudit(given({ audit: [FIRST, { ...SECOND, type: 'x' }] })), 'was changed'],
    ['a record of nothing', checkAudit(given({ events: [] })), 'never committed'],
    ['an event without effect', checkEffects(given({ ledger: [] })), 'took no effect'],
    [
      'an event with two effects',
      checkEffects(given({ ledger: [...PROFILE.ledger, { ...posting(4, 'deposit', {}, {}), id: 'p' }] })),
      'several times',
    ],
    [
      'a gap in a sequence',
      checkEffects(given({ events: [{ ...executedEvent, sequence: 3 } as unknown as EventEnvelope] })),
      'gap',
    ],
    [
      'messages that wait',
      checkEffects({ ...FACTS, bus: [{ name: 'orders/ledger', kind: 's', active: 1, locked: 0, deadLetters: 0 }] }),
      '1 messages wait',
    ],
    ['messages that are parked', checkEffects({ ...FACTS, parked: 2 }), '2 messages are parked'],
    [
      'an event that another user heard',
      checkStreams(FACTS, new Map(), [{ foreign: ['x'] } as never]),
      'another user heard x',
    ],
    [
      'a stream that is behind',
      checkStreams(FACTS, new Map([['prf_1', [{ known: { orders: 1 }, faults: [] } as never]]]), []),
      'up to 1 of 2',
    ],
  ])('is %s', (_what, found, said) => {
    expect(found.join('\n')).toContain(said);
  });
});
