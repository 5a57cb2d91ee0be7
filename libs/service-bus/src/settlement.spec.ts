import { Failure, UnreadableEvent } from '@ballast/contracts';
import {
  BUG_ATTEMPTS_MAX,
  WAIT_TOTAL_MS_MAX,
  afterAttempt,
  causeOf,
  decideSettlement,
  noAttempts,
} from './settlement.js';
import type { Outcome, Settlement } from './settlement.js';

const failed = (error: unknown): Outcome => ({ handled: false, error });

/** Settles the same outcome until the message is no longer tried. */
function ladder(outcome: Outcome): { settlements: Settlement[]; waits: number[] } {
  const settlements: Settlement[] = [];
  for (let attempts = noAttempts(); ;) {
    const settlement = decideSettlement(outcome, attempts);
    settlements.push(settlement);
    if (settlement.kind !== 'retry') break;
    attempts = afterAttempt(attempts, outcome, settlement);
  }
  return { settlements, waits: settlements.flatMap((step) => (step.kind === 'retry' ? [step.afterMs] : [])) };
}

describe('what becomes of a message', () => {
  it('is completed when it was handled or refused', () => {
    expect(decideSettlement({ handled: true }, noAttempts())).toEqual({ kind: 'complete' });
  });

  it('waits longer and longer after a failure, 30 s in all, and then goes back to the broker', () => {
    const { settlements, waits } = ladder(failed(new Failure('not-yet', 'not yet')));
    expect(waits.slice(0, 8)).toEqual([50, 100, 200, 400, 800, 1_600, 3_200, 5_000]);
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBe(WAIT_TOTAL_MS_MAX);
    expect(settlements.at(-1)).toEqual({ kind: 'abandon' });
  });

  it('waits as long as the failure asks for, but not beyond the 30 s', () => {
    const asks = (retryAfterMs: number): Settlement =>
      decideSettlement(failed(new Failure('throttled', 'slow down', { retryAfterMs })), noAttempts());
    expect(asks(700)).toEqual({ kind: 'retry', afterMs: 700 });
    expect(asks(1)).toEqual({ kind: 'retry', afterMs: 50 });
    expect(asks(99_000)).toEqual({ kind: 'retry', afterMs: WAIT_TOTAL_MS_MAX });
  });

  it('treats a subclass of Failure as a failure', () => {
    class StoreUnavailable extends Failure {}
    expect(decideSettlement(failed(new StoreUnavailable('store', 'away')), noAttempts()).kind).toBe('retry');
    expect(ladder(failed(new StoreUnavailable('store', 'away'))).settlements.at(-1)).toEqual({ kind: 'abandon' });
  });

  it.each([new TypeError('x of undefined'), new UnreadableEvent('bad'), 'a thrown text', undefined])(
    'is parked after three tries that ended with %p',
    (error) => {
      const { settlements } = ladder(failed(error));
      expect(settlements).toHaveLength(BUG_ATTEMPTS_MAX);
      expect(settlements.at(-1)?.kind).toBe('park');
    },
  );

  it('counts failures and bugs apart', () => {
    let attempts = noAttempts();
    for (const error of [new Failure('a', 'a'), new Error('b'), new Failure('a', 'a'), new Failure('a', 'a')]) {
      attempts = afterAttempt(attempts, failed(error), decideSettlement(failed(error), attempts));
    }
    expect(attempts).toEqual({ waits: 4, waitedMs: 750, bugs: 1 });
  });

  it('tells the cause by the name and the place of the bug, without the data in its message', () => {
    const { reason, description } = causeOf(new RangeError('balance 1234.50 of prf_1'));
    expect(reason).toBe('RangeError');
    expect(description).toContain('settlement.spec');
    expect(description).not.toContain('1234.50');
  });

  it('tells what is wrong with an unreadable event', () => {
    expect(causeOf(new UnreadableEvent('attribute id is not a text'))).toEqual({
      reason: 'UnreadableEvent',
      description: 'attribute id is not a text',
    });
    expect(causeOf(new UnreadableEvent('x'.repeat(9_000))).description).toHaveLength(1_024);
  });
});
