import { decimal } from '@ballast/money';
import { accountWith } from '../testing/given-account.js';
import { decideEntryExecution } from './decide-execution.js';
import { decideRaise, decideSurplus } from './decide-replacement.js';
import type { Raise, Replacement } from './decide-replacement.js';
import { evolveHold } from './hold.js';
import type { Hold, HoldEvent } from './hold.js';

const ORDER = 'ord_1';
const holdOf = (...events: HoldEvent[]): Hold =>
  events.reduce<Hold | undefined>((hold, event) => evolveHold(ORDER, hold, event), undefined) as Hold;

/** Ten at 100 are held with a fee of 1; four of them are filled at 100, fee 0.40. */
const HELD: HoldEvent = { kind: 'held', units: 100_100n };
const FILLED: HoldEvent = { kind: 'execution-posted', number: 1, usedUnits: 40_040n };
const RAISED: HoldEvent = { kind: 'raised', revision: 1, units: 10_000n };
const ENDED: HoldEvent = { kind: 'end-noted', executions: 2 };
const raise: Raise = { orderId: ORDER, revision: 1, holdUnits: 70_060n, executions: 1 };
const NEEDS = { holdUnits: 65_000n, executions: 1, quantity: decimal('4') };
const replaced = { kind: 'replaced', orderId: ORDER, revision: 1, ...NEEDS } as const;
const rejected = { kind: 'rejected', orderId: ORDER, revision: 1, hasAsked: true } as const;

describe('raising a hold', () => {
  const rich = accountWith({ available: 1_000_000n, reservedForOrders: 100_100n });

  it('reserves what the other terms need beyond what is still held', () => {
    const decision = decideRaise(rich, holdOf(HELD, FILLED), raise);
    expect(decision).toMatchObject({
      outcome: 'held',
      units: 10_000n,
      legs: { 'reserved-for-orders': 10_000n, available: -10_000n },
      hold: { units: 100_100n, raised: 10_000n, remaining: 70_060n, asked: 1 },
    });
  });

  it('reserves nothing where enough is held', () => {
    expect(decideRaise(rich, holdOf(HELD, FILLED), { ...raise, holdUnits: 60_060n })).toMatchObject({
      outcome: 'held',
      units: 0n,
    });
  });

  it('declines what is not available, and holds what it held', () => {
    const poor = accountWith({ available: 9_999n, reservedForOrders: 60_060n });
    expect(decideRaise(poor, holdOf(HELD, FILLED), raise)).toMatchObject({
      outcome: 'declined',
      refusal: { code: 'insufficient-capital', limit: '99.99', value: '100.00' },
      hold: { remaining: 60_060n, raised: 0n, asked: 1 },
    });
  });

  it.each<[string, Hold | undefined, Partial<Raise>, object]>([
    ['the hold is not there', undefined, {}, { outcome: 'too-early', missing: 'hold' }],
    ['an execution is not posted', holdOf(HELD), {}, { outcome: 'too-early', missing: 'execution' }],
    [
      'what became of the one before is not known',
      holdOf(HELD, FILLED),
      { revision: 2 },
      { outcome: 'too-early', missing: 'replacement' },
    ],
    ['it was heard before', holdOf(HELD, FILLED, RAISED), {}, { outcome: 'nothing-to-do' }],
    [
      'it was declined before',
      holdOf(HELD, FILLED, { kind: 'raise-declined', revision: 1 }),
      {},
      { outcome: 'nothing-to-do' },
    ],
    ['the order has ended', holdOf(HELD, FILLED, ENDED), {}, { outcome: 'nothing-to-do' }],
    ['nothing was ever held', holdOf({ kind: 'declined' }), {}, { outcome: 'nothing-to-do' }],
    ['the hold is gone', holdOf(HELD, { kind: 'released' }), {}, { outcome: 'nothing-to-do' }],
  ])('does nothing while %s', (_name, hold, changes, outcome) => {
    expect(decideRaise(rich, hold, { ...raise, ...changes })).toEqual(outcome);
  });
});

describe('what is held beyond the terms', () => {
  const { balances } = accountWith({ available: 0n, reservedForOrders: 70_060n });

  it('is set free when the order has the other terms, and its executions take parts of the rest', () => {
    const decision = decideSurplus(balances, holdOf(HELD, FILLED, RAISED), replaced);
    expect(decision).toMatchObject({
      outcome: 'released',
      releasedUnits: 5_060n,
      legs: { 'reserved-for-orders': -5_060n, available: 5_060n },
      hold: { units: 65_000n, used: 0n, remaining: 65_000n, raised: 0n, revision: 1, settled: 1 },
    });
    const { hold } = decision as { hold: Hold };
    const execution = {
      ...{
        orderId: ORDER,
        number: 2,
        orderQuantity: decimal('9'),
        closedCostUnits: 0n,
        fillsOrder: false,
        revision: 1,
      },
      ...{ quantityBefore: decimal('4'), notionalBefore: decimal('400'), feeBefore: decimal('0.4') },
      ...{ quantityAfter: decimal('5'), notionalAfter: decimal('520'), feeAfter: decimal('0.52') },
    };
    // A fifth of what is held for the five that were left, of which the price took 120.12.
    expect(decideEntryExecution(accountWith({ reservedForOrders: 65_000n }), hold, execution)).toMatchObject({
      settlement: { legs: { 'reserved-for-orders': -13_000n, available: 988n } },
    });
  });

  it('is set free when the order stays as it was, to the unit', () => {
    expect(decideSurplus(balances, holdOf(HELD, FILLED, RAISED), rejected)).toMatchObject({
      outcome: 'released',
      releasedUnits: 10_000n,
      hold: { units: 100_100n, used: 40_040n, remaining: 60_060n, raised: 0n, revision: 0, settled: 1 },
    });
  });

  it('is less where an execution had to draw on it', () => {
    const dear: HoldEvent = { kind: 'execution-posted', number: 2, usedUnits: 61_000n };
    expect(decideSurplus(balances, holdOf(HELD, FILLED, RAISED, dear), rejected)).toMatchObject({
      releasedUnits: 9_060n,
      hold: { remaining: 0n, used: 100_100n },
    });
  });

  it('is nothing where as much is needed as there is', () => {
    const needs = { ...replaced, holdUnits: 70_061n };
    expect(decideSurplus(balances, holdOf(HELD, FILLED, RAISED), needs)).toMatchObject({
      outcome: 'noted',
      hold: { units: 70_060n, remaining: 70_060n },
    });
  });

  it.each<[string, Hold | undefined, Replacement, object]>([
    ['the hold is not there', undefined, replaced, { outcome: 'too-early', missing: 'hold' }],
    ['an execution is not posted', holdOf(HELD), replaced, { outcome: 'too-early', missing: 'execution' }],
    ['the request was not heard', holdOf(HELD), rejected, { outcome: 'too-early', missing: 'replacement' }],
    [
      'the one before is not settled',
      holdOf(HELD, FILLED),
      { ...rejected, revision: 2, hasAsked: false },
      { outcome: 'too-early', missing: 'replacement' },
    ],
    [
      'it was settled before',
      holdOf(HELD, { kind: 'replace-rejected', revision: 1 }),
      rejected,
      { outcome: 'nothing-to-do' },
    ],
    ['the order has ended', holdOf(HELD, FILLED, RAISED, ENDED), rejected, { outcome: 'nothing-to-do' }],
    ['the hold is gone', holdOf(HELD, { kind: 'released' }), replaced, { outcome: 'nothing-to-do' }],
  ])('does not move while %s', (_name, hold, replacement, outcome) => {
    expect(decideSurplus(balances, hold, replacement)).toEqual(outcome);
  });
});

it('an execution under terms that the ledger has not heard of waits for them', () => {
  const execution = {
    ...{ orderId: ORDER, number: 1, orderQuantity: decimal('9'), closedCostUnits: 0n, fillsOrder: false, revision: 1 },
    ...{ quantityBefore: decimal('0'), notionalBefore: decimal('0'), feeBefore: decimal('0') },
    ...{ quantityAfter: decimal('1'), notionalAfter: decimal('120'), feeAfter: decimal('0.12') },
  };
  const account = accountWith({ reservedForOrders: 100_100n });
  const early = { outcome: 'too-early', missing: 'replacement' };
  expect(decideEntryExecution(account, holdOf(HELD), execution)).toEqual(early);
  expect(decideEntryExecution(account, holdOf(HELD, ENDED), execution)).toEqual(early);
  const gone = holdOf(HELD, { kind: 'released' });
  expect(decideEntryExecution(account, gone, execution)).toMatchObject({ outcome: 'posted' });
});
