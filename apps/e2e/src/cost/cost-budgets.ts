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
  resting: { ...EVERY_ORDER, cosmosCalls: 11, busBytes: 28_000, dollarsPerMillion: 70 },
} as const satisfies Record<string, Partial<OrderCost>>;

/** Most that one more try of a placement may add to it: a commit that meets the first, the look at its answer, books read again. */
const EACH_REPEAT: Partial<OrderCost> = { cosmosCalls: 6, requestUnits: 60, dollarsPerMillion: 18 };

/**
 * The budget of orders of which each was placed `1 + repeats` times, as a mean: where the machine is too busy to answer in time,
 * a careful caller asks again, which is no cost of the order.
 */
export function withRepeats(budget: Partial<OrderCost>, repeats: number): Partial<OrderCost> {
  const more = Object.entries(budget).map(([figure, most]) => {
    return [figure, most + repeats * (EACH_REPEAT[figure as keyof OrderCost] ?? 0)] as const;
  });
  return Object.fromEntries(more);
}

/** Every figure of the cost that is above the budget, in words; none where it is kept. */
export function overBudget(cost: OrderCost, budget: Partial<OrderCost>): string[] {
  return (Object.keys(budget) as (keyof OrderCost)[]).flatMap((figure) => {
    const most = budget[figure];
    return most === undefined || cost[figure] <= most ? [] : [`${figure}: ${cost[figure].toFixed(2)} of ${most}`];
  });
}
