import fc from 'fast-check';
import { Decimal, toUnits } from '@ballast/money';
import { ZERO_BALANCES, balancesAfter, emptyAccount } from './account.js';
import type { Account } from './account.js';
import { decideEntryExecution } from './decide-execution.js';
import type { Execution } from './decide-execution.js';
import { evolveHold } from './hold.js';

const ORDER = 'ord_00000000000000000000000000_0000000000000000';
const FEE_RATE = new Decimal('0.001');

const fills = fc.record({
  quantities: fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 }),
  cents: fc.integer({ min: 1, max: 30_000 }),
  thousandths: fc.integer({ min: 0, max: 9 }),
  order: fc.infiniteStream(fc.nat({ max: 1_000 })),
});

const rounded = (amount: Decimal): bigint => toUnits(amount, 'USD', 'half-even');

/** Executions at the worst price, each with its part of the hold: what the rest could cost before it less what it can after it. */
function executionsOf(quantities: readonly number[], price: Decimal): { executions: Execution[]; held: bigint } {
  const whole = quantities.reduce((sum, quantity) => sum + quantity, 0);
  const notionalOf = (quantity: number): Decimal => price.times(quantity).div(10);
  const rest = (quantity: number): bigint =>
    rounded(notionalOf(whole)) -
    rounded(notionalOf(quantity)) +
    rounded(notionalOf(whole).times(FEE_RATE)) -
    rounded(notionalOf(quantity).times(FEE_RATE));
  let before = 0;
  const executions = quantities.map((quantity, index): Execution => {
    const [from, to] = [before, before + quantity];
    before = to;
    return {
      ...{ orderId: ORDER, number: index + 1, orderQuantity: new Decimal(whole).div(10) },
      ...{ quantityBefore: new Decimal(from).div(10), quantityAfter: new Decimal(to).div(10) },
      ...{ notionalBefore: notionalOf(from), notionalAfter: notionalOf(to) },
      ...{ feeBefore: notionalOf(from).times(FEE_RATE), feeAfter: notionalOf(to).times(FEE_RATE) },
      ...{ closedCostUnits: 0n, fillsOrder: to === whole, holdPartUnits: rest(from) - rest(to) },
    };
  });
  const worst = notionalOf(whole);
  return { executions, held: toUnits(worst, 'USD', 'up') + toUnits(worst.times(FEE_RATE), 'USD', 'up') };
}

describe('the parts of a hold', () => {
  it('pay for every execution in any order, so that none takes from what is available, and leave nothing held', () => {
    fc.assert(
      fc.property(fills, ({ quantities, cents, thousandths, order }) => {
        const price = new Decimal(cents * 10 + thousandths).div(1_000);
        const { executions, held } = executionsOf(quantities, price);
        let hold = evolveHold(ORDER, undefined, { kind: 'held', units: held });
        let account: Account = {
          ...emptyAccount('prf_1', 'usr_1', 'USD'),
          balances: { ...ZERO_BALANCES, allocated: held, reservedForOrders: held },
        };
        const left = [...executions];
        for (const at of order) {
          const [execution] = left.splice(at % left.length, 1);
          if (execution === undefined) throw new Error('unreachable: there was one left');
          const decision = decideEntryExecution(account, hold, execution);
          if (decision.outcome !== 'posted' || decision.hold === undefined) throw new Error(decision.outcome);
          expect(decision.settlement.legs.available ?? 0n).toBeGreaterThanOrEqual(0n);
          expect(decision.settlement.legs.shortfall ?? 0n).toBe(0n);
          hold = decision.hold;
          account = { ...account, balances: balancesAfter(account.balances, decision.settlement.legs) };
          if (left.length === 0) break;
        }
        expect([hold.state, hold.remaining, account.balances.reservedForOrders]).toEqual(['resolved', 0n, 0n]);
        const { reservedForPositions, fees, available } = account.balances;
        expect(reservedForPositions + fees + available).toBe(held);
      }),
      { numRuns: 500 },
    );
  });
});
