import { Decimal, decimal } from '@ballast/money';
import { UNTOUCHED_CONTROLS } from './controls.js';
import { decideCancellation } from './cancellation.js';
import { Overfill, decideExecution } from './execution.js';
import { NOW_MS, after, emptyBook, executedEvent, placedEvent, submittingOrder } from './given.js';
import type { OrderEvent } from './order-event.js';
import { becameUnknown, decideAbsence, decideSubmission, ended } from './submission.js';

const HALTED = { ...UNTOUCHED_CONTROLS, mode: 'halted' as const };
const unknownOrder = () => {
  const { book, order } = submittingOrder();
  return after(book, order, {
    fact: 'became-unknown',
    data: { orderId: order.id, profileId: order.profileId, reason: 'timeout' },
  }).order;
};
const factsOf = (events: readonly OrderEvent[]) =>
  events.map((event) => (event.fact === 'ended' ? event.data.state : event.fact));

const EXPIRES_MS = NOW_MS + 60_000;
const DATED = placedEvent({ timeInForce: 'gtd', expiresAt: new Date(EXPIRES_MS).toISOString() });

describe('submitting an order', () => {
  it('commits that it is being submitted before the broker is called', () => {
    const { order } = after(emptyBook(), undefined, placedEvent());
    const decision = decideSubmission(order, { controls: UNTOUCHED_CONTROLS, nowMs: NOW_MS });
    expect([factsOf(decision.events), decision.next]).toEqual([['capital-held', 'submitted'], 'send']);
  });

  it('needs no capital for an exit', () => {
    const { order } = after(emptyBook(), undefined, placedEvent({ intent: 'exit' }));
    expect(factsOf(decideSubmission(order, { controls: UNTOUCHED_CONTROLS, nowMs: NOW_MS }).events)).toEqual([
      'submitted',
    ]);
  });

  it('rejects instead when trading was halted meanwhile', () => {
    const { order } = after(emptyBook(), undefined, placedEvent());
    const decision = decideSubmission(order, { controls: HALTED, nowMs: NOW_MS });
    expect([factsOf(decision.events), decision.next]).toEqual([['rejected'], 'nothing']);
  });

  it('looks up an order whose submission was interrupted, and never sends it blindly', () => {
    const decision = decideSubmission(submittingOrder().order, { controls: UNTOUCHED_CONTROLS, nowMs: NOW_MS });
    expect([factsOf(decision.events), decision.next]).toEqual([['became-unknown'], 'look-up']);
    expect(decideSubmission(unknownOrder(), { controls: UNTOUCHED_CONTROLS, nowMs: NOW_MS })).toEqual({
      events: [],
      next: 'look-up',
    });
  });

  it('ends it as expired when its time is over before it is sent', () => {
    const { order } = after(emptyBook(), undefined, DATED);
    expect(factsOf(decideSubmission(order, { controls: UNTOUCHED_CONTROLS, nowMs: EXPIRES_MS - 1 }).events)).toEqual([
      'capital-held',
      'submitted',
    ]);
    expect(factsOf(decideSubmission(order, { controls: UNTOUCHED_CONTROLS, nowMs: EXPIRES_MS }).events)).toEqual([
      'expired',
    ]);
  });

  it('does nothing for an order that is past it', () => {
    const { book, order } = submittingOrder();
    const filled = after(book, order, executedEvent(order, '10', '100')).order;
    expect(decideSubmission(filled, { controls: UNTOUCHED_CONTROLS, nowMs: NOW_MS })).toEqual({
      events: [],
      next: 'nothing',
    });
  });
});

describe('an order that the broker does not show', () => {
  const facts = { controls: UNTOUCHED_CONTROLS, nowMs: NOW_MS + 5_000, certainAfterMs: 5_000 };

  it('may still appear until the call’s deadline and the visibility delay have passed', () => {
    expect(decideAbsence(unknownOrder(), { ...facts, nowMs: NOW_MS + 4_999 })).toMatchObject({
      next: 'wait',
      waitMs: 1,
    });
  });

  it('is sent again under the same key once that is certain', () => {
    const decision = decideAbsence(unknownOrder(), facts);
    expect(decision).toMatchObject({ next: 'send', events: [{ fact: 'submitted', data: { attempt: 2 } }] });
  });

  it('ends instead when it was to be cancelled, or trading was halted', () => {
    expect(factsOf(decideAbsence({ ...unknownOrder(), pendingCancel: true }, facts).events)).toEqual(['cancelled']);
    expect(factsOf(decideAbsence(unknownOrder(), { ...facts, controls: HALTED }).events)).toEqual(['rejected']);
  });

  it('is left to a person a day after it was sent, who may only cancel it', () => {
    const nowMs = NOW_MS + 24 * 3_600_000;
    const halted = { ...facts, nowMs, controls: HALTED };
    expect(decideAbsence(unknownOrder(), { ...facts, nowMs: nowMs - 1 }).next).toBe('send');
    expect(decideAbsence(unknownOrder(), { ...facts, nowMs })).toEqual({ next: 'quarantine', events: [] });
    expect(decideAbsence(unknownOrder(), halted)).toEqual({ next: 'quarantine', events: [] });
    expect(factsOf(decideAbsence({ ...unknownOrder(), pendingCancel: true }, halted).events)).toEqual(['cancelled']);
  });

  it('has expired, and is not sent again, when its time is over', () => {
    const { conditions } = after(emptyBook(), undefined, DATED).order;
    const nowMs = EXPIRES_MS;
    expect(factsOf(decideAbsence({ ...unknownOrder(), conditions }, { ...facts, nowMs: nowMs - 1 }).events)).toEqual([
      'submitted',
    ]);
    expect(factsOf(decideAbsence({ ...unknownOrder(), conditions }, { ...facts, nowMs }).events)).toEqual(['expired']);
  });

  it('keeps of the broker’s reason what an event can carry', () => {
    const { order } = submittingOrder();
    const reasonOf = (reason: string) => {
      const event = becameUnknown(order, reason);
      return event.fact === 'became-unknown' ? event.data.reason : undefined;
    };
    expect([reasonOf('x'.repeat(300))?.length, reasonOf('')]).toEqual([200, 'the broker gave no reason']);
    expect(ended(order, 'rejected', { venueReason: '' })).toMatchObject({
      data: { venueReason: 'the broker gave no reason' },
    });
  });

  it('waits for what becomes of it where another replica has sent it again meanwhile', () => {
    const { order } = submittingOrder();
    expect(decideAbsence(order, { ...facts, nowMs: NOW_MS + 4_000 })).toEqual({
      next: 'wait',
      events: [],
      waitMs: 1_000,
    });
    expect(decideAbsence(order, { ...facts, nowMs: NOW_MS + 6_000 })).toEqual({ next: 'wait', events: [], waitMs: 0 });
  });

  it('is left alone when the broker has answered meanwhile', () => {
    const { book, order } = submittingOrder();
    const filled = after(book, order, executedEvent(order, '10', '100')).order;
    expect(decideAbsence(filled, facts)).toEqual({ events: [], next: 'nothing' });
  });
});

describe('cancelling an order', () => {
  it('ends it at once while the broker has not been told of it', () => {
    const { order } = after(emptyBook(), undefined, placedEvent());
    const decision = decideCancellation(order, 'usr', NOW_MS);
    expect(decision.outcome === 'requested' && factsOf(decision.events)).toEqual(['cancelled']);
  });

  it('is its expiry when its time is over and the broker has not been told of it', () => {
    const { order } = after(emptyBook(), undefined, DATED);
    const endAt = (nowMs: number) => {
      const decision = decideCancellation(order, 'expiry', nowMs);
      return decision.outcome === 'requested' && factsOf(decision.events);
    };
    expect([endAt(EXPIRES_MS - 1), endAt(EXPIRES_MS)]).toEqual([['cancelled'], ['expired']]);
  });

  it('asks the broker once it may have it', () => {
    const decision = decideCancellation(submittingOrder().order, 'usr', NOW_MS);
    expect(decision.outcome === 'requested' && factsOf(decision.events)).toEqual(['cancel-requested']);
  });

  it('is one request however often it is made, and none after the end', () => {
    const { order } = submittingOrder();
    expect(decideCancellation({ ...order, pendingCancel: true }, 'usr', NOW_MS + 9_999).outcome).toBe(
      'already-requested',
    );
    expect(decideCancellation({ ...order, state: 'filled' }, 'usr', NOW_MS).outcome).toBe('already-ended');
  });

  it('can be asked for again when nothing was heard of the order for ten seconds', () => {
    const { order } = submittingOrder();
    const decision = decideCancellation({ ...order, pendingCancel: true }, 'usr', NOW_MS + 10_000);
    expect(decision.outcome === 'requested' && factsOf(decision.events)).toEqual(['cancel-requested']);
  });
});

describe('an execution', () => {
  const report = {
    executionId: 'e1',
    quantity: decimal('4'),
    price: decimal('99'),
    fee: undefined,
    at: '2026-11-20T12:00:00.000Z',
  };

  it('carries cumulative amounts before and after it, and the fee by schedule in cents', () => {
    const { book, order } = submittingOrder();
    expect(decideExecution(order, book, report, decimal('0.001'))).toMatchObject({
      data: {
        executionNumber: 1,
        notionalBefore: '0',
        notionalAfter: '396',
        feeBefore: '0',
        feeAfter: '0.4',
        fillsOrder: false,
      },
    });
  });

  it('takes the broker’s fee where it reports one', () => {
    const { book, order } = submittingOrder();
    expect(decideExecution(order, book, { ...report, fee: decimal('1.23') }, decimal('0.001'))).toMatchObject({
      data: { feeAfter: '1.23' },
    });
  });

  it('rounds the fee over the whole order, not per part', () => {
    let state = submittingOrder();
    const fees: string[] = [];
    for (const executionId of ['a', 'b', 'c']) {
      const event = decideExecution(
        state.order,
        state.book,
        { ...report, executionId, quantity: decimal('1'), price: decimal('4.5') },
        decimal('0.001'),
      );
      if (event.fact === 'executed') fees.push(event.data.feeAfter);
      state = after(state.book, state.order, event);
    }
    expect(fees).toEqual(['0', '0.01', '0.01']);
  });

  it('is kept with as many decimals as an event can carry', () => {
    const { book, order } = submittingOrder();
    const odd = { ...report, quantity: decimal('3'), price: new Decimal('33.123456789012345678901') };
    const event = decideExecution(order, book, { ...odd, fee: new Decimal('0.1234567890123456789') }, decimal('0.001'));
    expect(event).toMatchObject({
      data: {
        price: '33.123456789012345679',
        notionalAfter: '99.370370367037037037',
        feeAfter: '0.123456789012345679',
      },
    });
    expect(after(book, order, event).order.notional.toFixed()).toBe('99.370370367037037037');
  });

  it('beyond the order is an overfill', () => {
    const { book, order } = submittingOrder();
    expect(() => decideExecution(order, book, { ...report, quantity: decimal('11') }, decimal('0.001'))).toThrow(
      Overfill,
    );
  });
});
