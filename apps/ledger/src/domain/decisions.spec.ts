import { decimal } from '@ballast/money';
import { ZERO_BALANCES, balancesAfter, emptyAccount } from './account.js';
import type { Account, Balances } from './account.js';
import { decideEnd } from './decide-end.js';
import { decideEntryExecution, decideExitExecution } from './decide-execution.js';
import type { Execution } from './decide-execution.js';
import { decideHold } from './decide-hold.js';
import { evolveHold } from './hold.js';
import type { Hold, HoldEvent } from './hold.js';

const ORDER = 'ord_00000000000000000000000000_0000000000000000';

function accountWith(balances: Partial<Balances>): Account {
  return { ...emptyAccount('prf_1', 'usr_1', 'USD'), balances: { ...ZERO_BALANCES, ...balances } };
}

/** An execution of 1 at `price` in an order of 2, after `quantityBefore` at the same price. */
function execution(price: string, fee: string, more: Partial<Execution> = {}): Execution {
  return {
    orderId: ORDER,
    number: 1,
    orderQuantity: decimal('2'),
    quantityBefore: decimal('0'),
    quantityAfter: decimal('1'),
    notionalBefore: decimal('0'),
    notionalAfter: decimal(price),
    feeBefore: decimal('0'),
    feeAfter: decimal(fee),
    closedCostUnits: 0n,
    fillsOrder: false,
    ...more,
  };
}

const holdOf = (...events: HoldEvent[]): Hold =>
  events.reduce<Hold | undefined>((hold, event) => evolveHold(ORDER, hold, event), undefined) as Hold;
const held = (units: bigint): HoldEvent => ({ kind: 'held', units });

describe('holding capital', () => {
  it.each([
    { available: 100n, units: 100n, outcome: 'held' },
    { available: 100n, units: 1n, outcome: 'held' },
    { available: 0n, units: 0n, outcome: 'held' },
    { available: 100n, units: 101n, outcome: 'declined' },
    { available: 0n, units: 1n, outcome: 'declined' },
  ])('of $units with $available available: $outcome', ({ available, units, outcome }) => {
    expect(decideHold(accountWith({ available }), units).outcome).toBe(outcome);
  });

  it('says why not, with limit and value in decimals', () => {
    const refusal = { code: 'insufficient-capital', limit: '8999.00', value: '10000.50' };
    expect(decideHold(accountWith({ available: 899_900n }), 1_000_050n)).toEqual({ outcome: 'declined', refusal });
  });
});

describe('an entry execution', () => {
  const reserved = accountWith({ reservedForOrders: 200n, available: 50n });

  it.each([
    [
      'gives back what its part leaves over',
      holdOf(held(200n)),
      execution('0.90', '0.02'),
      { used: 100n, available: 58n },
    ],
    [
      'draws an excess on the rest of the hold',
      holdOf(held(200n)),
      execution('1.10', '0.02'),
      { used: 112n, available: 50n },
    ],
    ['then on what is available', holdOf(held(200n)), execution('2.30', '0.02'), { used: 200n, available: 18n }],
    ['then on the shortfall', holdOf(held(200n)), execution('3.00', '0'), { used: 200n, shortfall: 50n }],
    [
      'after the release is paid from what is available',
      holdOf(held(200n), { kind: 'end-noted', executions: 0 }, { kind: 'released' }),
      execution('0.40', '0.05'),
      { used: 0n, available: 5n },
    ],
    [
      'of an order that ended before its placement is paid from what is available',
      holdOf({ kind: 'end-noted', executions: 0 }),
      execution('0.40', '0.05'),
      { used: 0n, available: 5n },
    ],
  ])('%s', (_what, hold, filled, expected) => {
    const decision = decideEntryExecution(reserved, hold, filled);
    if (decision.outcome !== 'posted') throw new Error(decision.outcome);
    const after = balancesAfter(reserved.balances, decision.settlement.legs);
    expect(after).toMatchObject({
      reservedForOrders: 200n - expected.used,
      available: 'available' in expected ? expected.available : 0n,
      shortfall: 'shortfall' in expected ? expected.shortfall : 0n,
    });
    expect(decision.hold?.remaining).toBe(hold.remaining - expected.used);
  });

  it('waits for its hold', () => {
    expect(decideEntryExecution(reserved, undefined, execution('1', '0'))).toEqual({
      outcome: 'too-early',
      missing: 'hold',
    });
  });

  it('is posted once', () => {
    const hold = holdOf(held(200n), { kind: 'execution-posted', number: 1, usedUnits: 100n });
    expect(decideEntryExecution(reserved, hold, execution('1', '0')).outcome).toBe('already-posted');
  });

  it('that completes the order releases the rest in the same posting', () => {
    const hold = holdOf(held(200n), { kind: 'end-noted', executions: 1 });
    const decision = decideEntryExecution(reserved, hold, execution('0.90', '0.02'));
    expect(decision).toMatchObject({
      outcome: 'posted',
      settlement: { releasedUnits: 100n },
      hold: { state: 'resolved' },
    });
  });

  it('that fills the order but came ahead of another releases nothing yet', () => {
    const last = execution('1.00', '0', { number: 2, fillsOrder: true });
    expect(decideEntryExecution(reserved, holdOf(held(200n)), last)).toMatchObject({
      settlement: { releasedUnits: 0n },
      hold: { state: 'held', executions: 2, posted: { upTo: 0, ahead: [2] } },
    });
  });
});

describe('an exit execution', () => {
  it.each([
    { price: '1.20', fee: '0.02', pnl: 20n, available: 118n },
    { price: '0.70', fee: '0.02', pnl: -30n, available: 68n },
    { price: '0.01', fee: '0.02', pnl: -99n, available: 0n },
  ])('at $price makes $pnl', ({ price, fee, pnl, available }) => {
    const account = accountWith({ reservedForPositions: 100n });
    const decision = decideExitExecution(account, execution(price, fee, { closedCostUnits: 100n }));
    if (decision.outcome !== 'posted') throw new Error(decision.outcome);
    const after = balancesAfter(account.balances, decision.settlement.legs);
    expect(after).toMatchObject({ reservedForPositions: 0n, realizedPnl: pnl, fees: 2n, available });
    expect(decision.settlement.realizedPnlUnits).toBe(pnl);
  });

  it('waits for the position it closes', () => {
    const account = accountWith({ reservedForPositions: 99n });
    const decision = decideExitExecution(account, execution('1', '0', { closedCostUnits: 100n }));
    expect(decision).toEqual({ outcome: 'too-early', missing: 'position' });
  });
});

describe('the end of an order', () => {
  const reserved = accountWith({ reservedForOrders: 200n }).balances;
  const end = (executions: number) => ({ orderId: ORDER, executions });
  const posted: HoldEvent = { kind: 'execution-posted', number: 1, usedUnits: 100n };

  it.each([
    ['before its placement leaves a tombstone', undefined, 0, 'tombstone'],
    ['with executions to come is noted', holdOf(held(200n)), 1, 'noted'],
    ['without executions releases the hold', holdOf(held(200n)), 0, 'released'],
    ['after its executions releases the rest', holdOf(held(200n), posted), 1, 'released'],
    ['noted before changes nothing', holdOf(held(200n), { kind: 'end-noted', executions: 1 }), 1, 'nothing-to-do'],
    ['declined before changes nothing', holdOf({ kind: 'declined' }), 0, 'nothing-to-do'],
    ['known as a tombstone changes nothing', holdOf({ kind: 'end-noted', executions: 0 }), 0, 'nothing-to-do'],
  ] as const)('%s', (_what, hold, executions, outcome) => {
    expect(decideEnd(reserved, hold, end(executions)).outcome).toBe(outcome);
  });

  it('releases what is left and no more', () => {
    const decision = decideEnd(reserved, holdOf(held(200n), posted), end(1));
    expect(decision).toMatchObject({ releasedUnits: 100n, hold: { state: 'resolved', remaining: 0n } });
  });
});

describe('a hold', () => {
  it.each([
    ['held twice', holdOf(held(1n)), held(1n)],
    ['released before it was held', undefined, { kind: 'released' }],
    ['released twice', holdOf(held(1n), { kind: 'released' }), { kind: 'released' }],
    ['held after its tombstone', holdOf({ kind: 'end-noted', executions: 0 }), held(1n)],
    ['executed before it was held', undefined, { kind: 'execution-posted', number: 1, usedUnits: 0n }],
  ] as const)('cannot be %s', (_what, hold, event) => {
    expect(() => evolveHold(ORDER, hold, event)).toThrow(RangeError);
  });

  it('remembers executions that came ahead until the missing ones come', () => {
    const numbers = [3, 1, 5, 2];
    const hold = holdOf(
      held(9n),
      ...numbers.map((number): HoldEvent => ({ kind: 'execution-posted', number, usedUnits: 1n })),
    );
    expect(hold).toMatchObject({ posted: { upTo: 3, ahead: [5] }, used: 4n, remaining: 5n });
  });
});
