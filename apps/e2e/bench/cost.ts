/**
 * What an order of each kind costs: Cosmos calls, request units, Service Bus operations, bytes, and a million of them in dollars
 * by Azure's list prices. `orders=200 only=market,resting,brackets,cancelled,refused` says how many and of which kinds.
 */
import { AZURE_PRICES } from '../src/cost/azure-prices.js';
import { COST_BUDGETS, overBudget } from '../src/cost/cost-budgets.js';
import { OrderLoad } from '../src/cost/order-load.js';
import { WITHOUT_REQUEST_LOGS } from '../src/cost/quiet-logs.js';
import { UsageMeter } from '../src/cost/usage-meter.js';
import type { OrderCost } from '../src/cost/usage-meter.js';
import { Stage } from '../src/stage.js';
import { told } from './told.js';

const PACE = { orders: Number(told('orders') ?? 200), perSecond: 50 };
/** Kinds of orders, in words; the names are methods of the load. */
const KINDS = {
  market: 'market, filled at once',
  resting: 'limit, filled later',
  brackets: 'market with two exits, one filled',
  cancelled: 'limit, cancelled',
  refused: 'refused',
} as const;
type Kind = keyof typeof KINDS;

const COLUMNS: readonly [title: string, figure: keyof OrderCost, digits: number][] = [
  ['Cosmos calls', 'cosmosCalls', 2],
  ['request units', 'requestUnits', 1],
  ['queries of all partitions', 'crossPartitionQueries', 2],
  ['Service Bus operations', 'serviceBusOperations', 2],
  ['credits', 'serviceBusCredits', 2],
  ['bytes over the bus', 'busBytes', 0],
  ['bytes stored', 'storedBytes', 0],
  ['$ a million', 'dollarsPerMillion', 2],
];

async function main(): Promise<void> {
  const kinds = (told('only')?.split(',') ?? Object.keys(KINDS)) as Kind[];
  const stage = await Stage.open(WITHOUT_REQUEST_LOGS);
  try {
    const load = await OrderLoad.open(stage);
    const meter = new UsageMeter(stage.platform);
    console.log(`| order | ${COLUMNS.map(([title]) => title).join(' | ')} |`);
    console.log(`| --- |${COLUMNS.map(() => ' --- |').join('')}`);
    for (const kind of kinds) {
      const { cost } = await meter.measure(PACE.orders, () => load[kind](PACE));
      console.log(
        `| ${KINDS[kind]} | ${COLUMNS.map(([, figure, digits]) => cost[figure].toFixed(digits)).join(' | ')} |`,
      );
      judge(kind, cost);
    }
    console.log(
      `Prices of ${AZURE_PRICES.asOf}; means of ${PACE.orders} orders at ${PACE.perSecond} a second, one gateway.`,
    );
  } finally {
    await stage.close();
  }
}

function judge(kind: Kind, cost: OrderCost): void {
  const budget = Object.entries(COST_BUDGETS).find(([name]) => name === kind)?.[1];
  if (budget === undefined) return;
  for (const excess of overBudget(cost, budget)) {
    console.error(`above its budget: ${kind}, ${excess}`);
    process.exitCode = 1;
  }
}

await main();
