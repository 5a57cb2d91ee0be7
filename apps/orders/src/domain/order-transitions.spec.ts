import { decimal } from '@ballast/money';
import { EXIT_ATTEMPTS_MAX, ORDER_STATES } from '@ballast/contracts/orders';
import type { OrderEndState } from '@ballast/contracts/orders';
import {
  NOW_MS,
  OWNER_ID,
  ZERO,
  emptyBook,
  executedEvent,
  placedEvent,
  submittedEvent,
  submittingOrder,
} from './given.js';
import { decideFill } from './decide-fill.js';
import { afterBrokersEnd } from './exit-retry.js';
import { exitsDue } from './exits.js';
import { ended } from './submission.js';
import { evolve } from './order.js';
import type { Order } from './order.js';
import type { OrderEvent } from './order-event.js';
import { IllegalTransition, ORDER_STEPS, TRANSITIONS, stepOf } from './order-transitions.js';
import type { OrderStep } from './order-transitions.js';
import { termTexts } from './replacement.js';
import type { Replacement } from './replacement.js';
import { replaceRejected, replaced } from './replacing.js';

const PROVENANCE = { ownerId: OWNER_ID, correlationId: 'req_2', at: '2026-11-20T12:00:01.000Z' };

const asked = (terms: Order): Replacement => ({
  ...{ revision: 1, terms, holdUnits: undefined, requestedAt: PROVENANCE.at, submittedAt: PROVENANCE.at },
});

function eventOf(step: OrderStep, order: Order): OrderEvent {
  const reference = { orderId: order.id, profileId: order.profileId };
  switch (step) {
    case 'placed-entry':
      return placedEvent({ intent: 'entry' });
    case 'placed-exit':
      return placedEvent({ intent: 'exit' });
    case 'capital-held':
      return { fact: 'capital-held' };
    case 'triggered':
      return { fact: 'triggered', data: { ...reference, stopPrice: '110', marketPrice: '110.01' } };
    case 'submitted':
      return submittedEvent(order);
    case 'became-unknown':
      return { fact: 'became-unknown', data: { ...reference, reason: 'timeout' } };
    case 'opened':
      return { fact: 'opened', data: { ...reference, venueOrderId: 'v1' } };
    case 'executed-in-part':
      return executedEvent(order, '1', '100');
    case 'executed-in-full':
      return executedEvent(order, '10', '100');
    case 'exits-due': {
      const bracket = { ...order, conditions: { stopLossPrice: decimal('90') } };
      const [exit] = exitsDue(bracket, executedEvent(order, '1', '100'));
      if (exit === undefined) throw new Error('no exits are due');
      return exit;
    }
    case 'exits-abandoned': {
      const covers = { orderId: order.id, executionNumber: 1, attempt: EXIT_ATTEMPTS_MAX };
      const exit = { ...order, intent: 'exit' as const, covers };
      const abandoned = afterBrokersEnd(exit, [ended(exit, 'rejected', {})], NOW_MS).at(-1);
      if (abandoned === undefined) throw new Error('no exits are abandoned');
      return abandoned;
    }
    case 'exits-oversized': {
      const sizes = { held: '6', exiting: '10' };
      return { fact: step, data: { ...reference, tradeId: order.tradeId, symbol: order.symbol, ...sizes } };
    }
    case 'reversed-in-part':
    case 'reversed-in-full': {
      const quantity = decimal(step === 'reversed-in-part' ? '1' : '10');
      const report = { executionId: 'e1', quantity, price: decimal('100'), fee: undefined, at: PROVENANCE.at };
      const [event] = decideFill({ ...order, intent: 'exit', side: 'sell' }, emptyBook(), report, ZERO);
      if (event === undefined) throw new Error('nothing is reversed');
      return event;
    }
    case 'replace-requested':
      return { fact: step, data: { ...termTexts(order, order), revision: 1, requestedBy: OWNER_ID, asset: 'USD' } };
    case 'replace-submitted':
      return { fact: step, data: { ...reference, revision: 1, brokerKey: 'key' } };
    case 'replaced':
      return replaced(order, asked(order), { venueOrderId: 'v2', filledEarlier: ZERO, feeRate: ZERO });
    case 'replace-rejected':
      return replaceRejected(order, { venueReason: 'no' });
    case 'cancel-requested':
      return { fact: 'cancel-requested', data: { ...reference, requestedBy: OWNER_ID } };
    default:
      return {
        fact: 'ended',
        data: { ...reference, state: step satisfies OrderEndState, intent: order.intent, executions: 0 },
      };
  }
}

const PAIRS = ORDER_STATES.flatMap((state) =>
  ORDER_STEPS.map((step) => ({ state, step, to: TRANSITIONS[state][step] })),
);

describe('the order’s transition table', () => {
  const { order } = submittingOrder();

  it.each(PAIRS.filter(({ to }) => to !== undefined))('$state –$step→ $to', ({ state, step, to }) => {
    const event = eventOf(step, order);
    expect(stepOf(event)).toBe(step);
    expect(evolve({ ...order, state }, event, PROVENANCE).state).toBe(to);
  });

  it.each(PAIRS.filter(({ to }) => to === undefined))('refuses $step in $state', ({ state, step }) => {
    expect(() => evolve({ ...order, state }, eventOf(step, order), PROVENANCE)).toThrow(IllegalTransition);
  });

  it.each(ORDER_STEPS.filter((step) => TRANSITIONS.none[step] === undefined))(
    'refuses %s for an order that is not there',
    (step) => {
      expect(() => evolve(undefined, eventOf(step, order), PROVENANCE)).toThrow(IllegalTransition);
    },
  );

  it('begins an entry waiting for capital and an exit accepted', () => {
    expect(evolve(undefined, placedEvent({ intent: 'entry' }), PROVENANCE).state).toBe('pending-capital');
    expect(evolve(undefined, placedEvent({ intent: 'exit' }), PROVENANCE).state).toBe('accepted');
  });

  it('records a fill that arrives after the end without changing the end', () => {
    const late = evolve({ ...order, state: 'cancelled' }, executedEvent(order, '4', '99'), PROVENANCE);
    expect(late.state).toBe('cancelled');
    expect(late.filledQuantity.toFixed()).toBe('4');
  });

  it('counts a version for every published event and none for the ledger’s', () => {
    const placed = evolve(undefined, placedEvent(), PROVENANCE);
    const held = evolve(placed, { fact: 'capital-held' }, PROVENANCE);
    expect([placed.version, held.version, evolve(held, submittedEvent(held), PROVENANCE).version]).toEqual([1, 1, 2]);
  });
});
