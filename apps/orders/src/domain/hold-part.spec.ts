import fc from 'fast-check';
import { CAPITAL_ASSET, Decimal, decimal, toUnits, unitsBetween } from '@ballast/money';
import type { OrderExecutedV1 } from '@ballast/contracts/orders';
import { decideExecution } from './execution.js';
import { after, submittingOrder } from './given.js';
import type { Order } from './order.js';

const AT = '2026-11-20T12:00:01.000Z';
const FEE_RATE = decimal('0.00137');
const QUANTITY_SCALE = 3;

interface Plan {
  readonly isShort: boolean;
  /** Thousandths, and hundredths of a cent. */
  readonly quantity: number;
  readonly price: number;
  /** How each fill cuts what is left, and how much better than the worst its price is, in hundredths. */
  readonly fills: readonly { readonly share: number; readonly better: number }[];
  /** Whether the broker reports its fees, as by the schedule of each fill, rounded down. */
  readonly reportsFees: boolean;
}

const plan: fc.Arbitrary<Plan> = fc.record({
  isShort: fc.boolean(),
  quantity: fc.integer({ min: 1, max: 50_000 }),
  price: fc.integer({ min: 1, max: 5_000_000 }),
  fills: fc.array(fc.record({ share: fc.integer({ min: 1, max: 100 }), better: fc.constantFrom(0, 0, 1, 37) }), {
    maxLength: 9,
  }),
  reportsFees: fc.boolean(),
});

const scaled = (value: number, digits: number): Decimal => new Decimal(value).div(new Decimal(10).pow(digits));

/** What the order is held for, and its fills, the last of which takes all that is left. */
function played({ isShort, quantity, price, fills, reportsFees }: Plan) {
  const whole = scaled(quantity, QUANTITY_SCALE);
  const worst = scaled(price, 4);
  const collateral = isShort ? { side: 'sell' as const, collateralPrice: worst.toFixed() } : {};
  const terms = { quantity: whole.toFixed(), limitPrice: worst.toFixed(), boundPrice: worst.toFixed(), ...collateral };
  let { book, order } = submittingOrder(terms);
  const told: OrderExecutedV1[] = [];
  for (const [at, { share, better }] of [...fills, { share: 100, better: 0 }].entries()) {
    const rest = order.quantity.minus(order.filledQuantity);
    const part =
      at === fills.length ? rest : rest.times(share).div(100).toDecimalPlaces(QUANTITY_SCALE, Decimal.ROUND_UP);
    if (part.isZero() || (at < fills.length && part.eq(rest))) continue;
    const at1 = worst
      .times(100 - better)
      .div(100)
      .toDecimalPlaces(6, Decimal.ROUND_UP);
    const fee = part.times(at1).times(FEE_RATE).toDecimalPlaces(2, Decimal.ROUND_DOWN);
    const report = { executionId: `e${at}`, quantity: part, price: Decimal.min(at1, worst), at: AT };
    const event = decideExecution(order, book, { ...report, fee: reportsFees ? fee : undefined }, FEE_RATE);
    if (event.fact !== 'executed') throw new Error(event.fact);
    told.push(event.data);
    ({ book, order } = after(book, order, event));
  }
  return { order, told, held: units(whole.times(worst), 'up') + units(whole.times(worst).times(FEE_RATE), 'up') };
}

const units = (amount: Decimal, how: 'up' | 'half-even'): bigint => toUnits(amount, CAPITAL_ASSET, how);
const partOf = (fill: OrderExecutedV1): bigint => BigInt(fill.holdPartUnits ?? -1);

/** What the ledger posts of an execution: what it reserves, and its fee. */
function chargeOf({ collateralUnits, notionalBefore, notionalAfter, feeBefore, feeAfter }: OrderExecutedV1): bigint {
  const between = (from: string, to: string): bigint => unitsBetween(decimal(from), decimal(to), CAPITAL_ASSET);
  const reserved = collateralUnits === undefined ? between(notionalBefore, notionalAfter) : BigInt(collateralUnits);
  return reserved + between(feeBefore, feeAfter);
}

const worstOf = ({ quantity, collateralPrice, boundPrice }: Order): Decimal =>
  quantity.times(collateralPrice ?? boundPrice ?? 0);

describe('the part of a hold that belongs to a fill', () => {
  it('covers what the fill costs, and all parts are what the whole could cost at worst: never more than is held', () => {
    fc.assert(
      fc.property(plan, (given) => {
        const { order, told, held } = played(given);
        const parts = told.reduce((sum, fill) => sum + partOf(fill), 0n);
        expect(order.state).toBe('filled');
        expect(parts).toBeLessThanOrEqual(held);
        for (const fill of told) expect(partOf(fill) - chargeOf(fill)).toBeGreaterThanOrEqual(0n);
        const worst = units(worstOf(order), 'half-even');
        if (!given.reportsFees) expect(parts).toBe(worst + units(worstOf(order).times(FEE_RATE), 'half-even'));
      }),
      { numRuns: 500 },
    );
  });

  it('is that of the worked example: six tenths are left of a hold after four', () => {
    const { book, order } = submittingOrder({ quantity: '10', limitPrice: '100', boundPrice: '100' });
    const report = { executionId: 'e', quantity: decimal('4'), price: decimal('99'), fee: undefined, at: AT };
    expect(decideExecution(order, book, report, decimal('0.001'))).toMatchObject({ data: { holdPartUnits: '40040' } });
  });

  it('is told of entries only', () => {
    const { book, order } = submittingOrder({ quantity: '10', limitPrice: '100', boundPrice: '100' });
    const report = { executionId: 'e', quantity: decimal('4'), price: decimal('100'), fee: undefined, at: AT };
    const bought = decideExecution(order, book, report, FEE_RATE);
    const held = after(book, order, bought).book;
    const exit = { ...order, intent: 'exit' as const, side: 'sell' as const };
    const sold = decideExecution(exit, held, { ...report, executionId: 'x' }, FEE_RATE);
    expect(sold).not.toHaveProperty('data.holdPartUnits');
  });
});
