import type { OrderCost } from './usage-meter.js';

/** Replicas of the gateway that hear every event while costs are measured. */
const GATEWAY_REPLICAS = 1;

/** What any filled order may cost, as means over many at 50 a second; where less is wanted, the README says what stands in the way. */
const EVERY_ORDER = {
  requestUnits: 200,
  serviceBusOperations: 15 + 6 * GATEWAY_REPLICAS,
  storedBytes: 30_000,
};

/** Most that an order of a kind may cost; the end-to-end tests hold every build to it. */
export const COST_BUDGETS = {
  /** A market order, filled at once. */
  market: { ...EVERY_ORDER, cosmosCalls: 9, busBytes: 25_000, dollarsPerMillion: 65 },
  /** A limit order that rests at the broker and is filled later. */
  resting: { ...EVERY_ORDER, cosmosCalls: 11, busBytes: 27_500, dollarsPerMillion: 70 },
} as const satisfies Record<string, Partial<OrderCost>>;

/** Every figure of the cost that is above the budget, in words; none where it is kept. */
export function overBudget(cost: OrderCost, budget: Partial<OrderCost>): string[] {
  return (Object.keys(budget) as (keyof OrderCost)[]).flatMap((figure) => {
    const most = budget[figure];
    return most === undefined || cost[figure] <= most ? [] : [`${figure}: ${cost[figure].toFixed(2)} of ${most}`];
  });
}
