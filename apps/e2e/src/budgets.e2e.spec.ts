import { printTable } from '@ballast/launcher';
import { COST_BUDGETS, overBudget } from './cost/cost-budgets.js';
import { OrderLoad } from './cost/order-load.js';
import { WITHOUT_REQUEST_LOGS } from './cost/quiet-logs.js';
import { UsageMeter } from './cost/usage-meter.js';
import type { Measured } from './cost/usage-meter.js';
import { Stage } from './stage.js';

const PACE = { orders: 1_000, perSecond: 50 };
const ONE = { orders: 1, perSecond: 1 };
/** Milliseconds for a test that places a thousand orders. */
const LOAD_TEST_MS_MAX = 240_000;

describe('what one order costs', () => {
  let stage: Stage;
  let load: OrderLoad;
  let meter: UsageMeter;
  beforeAll(async () => {
    stage = await Stage.open(WITHOUT_REQUEST_LOGS);
    meter = new UsageMeter(stage.platform);
    load = await OrderLoad.open(stage);
  });
  afterAll(() => stage.close());

  const measure = async (title: string, orders: number, work: () => Promise<void>): Promise<Measured> => {
    const measured = await meter.measure(orders, work);
    print(title, measured);
    return measured;
  };

  function print(title: string, { rows, cost }: Measured): void {
    const texts = rows
      .map(({ on, operation, perOrder, requestUnits }) => ({
        ...{ on, operation, 'per order': perOrder.toFixed(2) },
        'request units': requestUnits?.toFixed(1) ?? '',
      }))
      .filter((row) => row['per order'] !== '0.00');
    const figures = Object.entries(cost).map(([figure, value]) => `${figure} ${Number(value).toFixed(2)}`);
    if (load.repeated > 0) console.log(`  ${load.repeated} placements had to be repeated`);
    printTable(title, texts);
    console.log(`  per order: ${figures.join(', ')}`);
  }

  it('lists each call and operation of one filled market order and of one resting limit order', async () => {
    const { market, resting } = COST_BUDGETS;
    const one = await measure('One market order, filled at once', 1, () => load.market(ONE));
    expect(one.cost.serviceBusOperations).toBeLessThanOrEqual(market.serviceBusOperations);
    const other = await measure('One resting limit order, filled later', 1, async () => {
      await load.place({ type: 'limit', limitPrice: '99.50' });
      await meter.quiet();
      await load.fillEverything();
    });
    expect(other.cost.serviceBusOperations).toBe(resting.serviceBusOperations);
  });

  it(
    `keeps ${PACE.orders} market orders within the budget`,
    async () => {
      const title = `${PACE.orders} market orders at ${PACE.perSecond} a second`;
      const { cost } = await measure(title, PACE.orders, () => load.market(PACE));
      expect(overBudget(cost, COST_BUDGETS.market)).toEqual([]);
    },
    LOAD_TEST_MS_MAX,
  );

  it(
    `keeps ${PACE.orders} resting limit orders within the budget`,
    async () => {
      const title = `${PACE.orders} resting limit orders at ${PACE.perSecond} a second`;
      const { cost } = await measure(title, PACE.orders, () => load.resting(PACE));
      expect(overBudget(cost, COST_BUDGETS.resting)).toEqual([]);
    },
    LOAD_TEST_MS_MAX,
  );
});
