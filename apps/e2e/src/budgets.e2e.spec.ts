import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { OrderView } from '@ballast/contracts/orders';
import { printTable } from '@ballast/launcher';
import { Stage, until } from './stage.js';

/** What an order may cost, as means; one gateway replica. */
const MARKET_COSMOS_CALLS_MAX = 9;
const RESTING_COSMOS_CALLS_MAX = 11;
const REQUEST_UNITS_MAX = 200;
const GATEWAY_REPLICAS = 1;
const SERVICE_BUS_OPERATIONS_MAX = 15 + 6 * GATEWAY_REPLICAS;

const ORDERS = 1_000;
const ORDERS_PER_SECOND = 50;
const PROFILES = 20;
/** Resting orders are filled this often, so that a profile has few of them at once. */
const FILL_EVERY_MS = 500;
const PRICE = '100';
/** Without any operation for so long, everything that was caused has happened; audit gathers for 200 ms. */
const QUIET_MS = 1_000;
const RETRY_MS = 200;
/** Milliseconds for a test that places a thousand orders. */
const LOAD_TEST_MS_MAX = 240_000;

/** A line per request, read by this process too, would take the processors away from what is measured. */
const WITHOUT_REQUEST_LOGS = Object.fromEntries(
  ['accounts', 'orders', 'ledger', 'audit', 'gateway'].map((name) => [name, { LOG_LEVEL: 'warn' }]),
);

interface Usage {
  readonly cosmos: {
    readonly byContainer: Readonly<
      Record<string, Readonly<Record<string, { requests: number; requestUnits: number }>>>
    >;
    readonly total: { readonly dataPlaneRequests: number; readonly requestUnits: number };
  };
  readonly serviceBus: {
    readonly byEntity: Readonly<Record<string, Readonly<Record<string, { count: number }>>>>;
    readonly total: { readonly operations: number };
  };
}

/** Kinds of requests that are not counted: metadata, query plans and change-feed reads that found nothing. */
const NOT_COUNTED = ['metadata', 'query-plan', 'change-feed-idle'];

describe('what one order costs', () => {
  let stage: Stage;
  let profiles: string[];
  let retries = 0;
  beforeAll(async () => {
    stage = await Stage.open(WITHOUT_REQUEST_LOGS);
    await stage.tick({ symbol: 'AAPL', bid: '99', ask: PRICE, volume: '1000000' });
    profiles = await Promise.all(
      Array.from({ length: PROFILES }, () => stage.fundedProfile('1000000.00', { entriesPerSymbolMax: 100 })),
    );
  });
  afterAll(() => stage.close());

  const usageUrl = (): string => `${stage.platform.url('local-azure')}/usage`;
  const usage = async (): Promise<Usage> => (await (await fetch(usageUrl())).json()) as Usage;
  const reset = (): Promise<Response> => fetch(`${usageUrl()}/reset`, { method: 'POST' });

  /** Places one order as a careful caller does: the same key again until there is an answer. */
  const place = async (profileId: string, terms: object): Promise<string> => {
    const body = { profileId, symbol: 'AAPL', side: 'buy', quantity: '1', ...terms };
    const headers = { 'idempotency-key': randomUUID() };
    return until('the order is answered', async () => {
      const answer = await stage.trader.send<OrderView>('POST', '/v1/orders', { body, headers }).catch(() => undefined);
      if (answer?.status === 202) return answer.body.orderId;
      if (answer !== undefined && answer.status < 500) throw new Error(JSON.stringify(answer.body));
      retries += 1;
      await delay(RETRY_MS);
      return undefined;
    });
  };

  /** Resolves when the last events have been heard by everybody. Asks nothing that would be counted itself. */
  const quiet = async (): Promise<void> => {
    let before = -1;
    await until('the bus is quiet', async () => {
      await delay(QUIET_MS);
      const now = (await usage()).serviceBus.total.operations;
      const isQuiet = now === before;
      before = now;
      return isQuiet;
    });
  };

  const print = (title: string, { cosmos, serviceBus }: Usage, orders: number): void => {
    const calls = Object.entries(cosmos.byContainer).flatMap(([container, kinds]) =>
      Object.entries(kinds)
        .filter(([kind]) => !NOT_COUNTED.includes(kind))
        .map(([kind, { requests, requestUnits }]) => ({
          on: container,
          operation: kind,
          count: requests,
          units: requestUnits,
        })),
    );
    const operations = Object.entries(serviceBus.byEntity).flatMap(([entity, kinds]) =>
      Object.entries(kinds)
        .filter(([kind]) => kind === 'send' || kind === 'delivery')
        .map(([kind, { count }]) => ({ on: entity, operation: kind, count, units: undefined })),
    );
    if (retries > 0) console.log(`  ${retries} placements had to be repeated`);
    const rows = [...calls, ...operations].map(({ on, operation, count, units }) => ({
      on,
      operation,
      'per order': (count / orders).toFixed(2),
      'request units': units === undefined ? '' : (units / orders).toFixed(1),
    }));
    printTable(
      title,
      rows.filter((row) => row['per order'] !== '0.00'),
    );
    const total = {
      calls: cosmos.total.dataPlaneRequests / orders,
      units: cosmos.total.requestUnits / orders,
      operations: serviceBus.total.operations / orders,
    };
    console.log(
      `  per order: ${total.calls.toFixed(2)} Cosmos calls, ${total.units.toFixed(1)} request units, ${total.operations.toFixed(2)} Service Bus operations`,
    );
  };

  const measured = async (title: string, orders: number, work: () => Promise<void>): Promise<Usage> => {
    await quiet();
    await reset();
    await work();
    await quiet();
    const used = await usage();
    print(title, used, orders);
    return used;
  };

  it('lists each call and operation of one filled market order and of one resting limit order', async () => {
    const [profileId = ''] = profiles;
    const market = await measured('One market order, filled at once', 1, async () => {
      await place(profileId, { type: 'market' });
    });
    expect(market.serviceBus.total.operations).toBeLessThanOrEqual(SERVICE_BUS_OPERATIONS_MAX);
    const resting = await measured('One resting limit order, filled later', 1, async () => {
      await place(profileId, { type: 'limit', limitPrice: '99.50' });
      await quiet();
      await fillEverything();
    });
    expect(resting.serviceBus.total.operations).toBe(SERVICE_BUS_OPERATIONS_MAX);
  });

  it(
    `keeps ${ORDERS} market orders within the budget`,
    async () => {
      const used = await measured(`${ORDERS} market orders at ${ORDERS_PER_SECOND} a second`, ORDERS, () =>
        atPace((profileId) => place(profileId, { type: 'market' })),
      );
      within(used, MARKET_COSMOS_CALLS_MAX);
    },
    LOAD_TEST_MS_MAX,
  );

  it(
    `keeps ${ORDERS} resting limit orders within the budget`,
    async () => {
      const used = await measured(
        `${ORDERS} resting limit orders at ${ORDERS_PER_SECOND} a second`,
        ORDERS,
        async () => {
          const before = (await stage.fills()).length;
          let done = false;
          const fills = (async () => {
            while (!done) {
              await delay(FILL_EVERY_MS);
              await fillEverything();
            }
            await fillEverything();
          })();
          await atPace((profileId) => place(profileId, { type: 'limit', limitPrice: '99.50' }));
          await until('every order is filled', async () => (await stage.fills()).length >= before + ORDERS);
          done = true;
          await fills;
        },
      );
      within(used, RESTING_COSMOS_CALLS_MAX);
    },
    LOAD_TEST_MS_MAX,
  );

  /** The market comes down to the limit for a moment. */
  async function fillEverything(): Promise<void> {
    await stage.tick({ symbol: 'AAPL', bid: '99', ask: '99.50', volume: '1000000' });
    await stage.tick({ symbol: 'AAPL', bid: '99', ask: PRICE, volume: '1000000' });
  }

  async function atPace(placeOne: (profileId: string) => Promise<string>): Promise<void> {
    const spacingMs = 1_000 / ORDERS_PER_SECOND;
    await Promise.all(
      Array.from({ length: ORDERS }, async (_, index) => {
        await delay(index * spacingMs);
        await placeOne(profiles[index % PROFILES] ?? '');
      }),
    );
  }

  function within({ cosmos, serviceBus }: Usage, cosmosCallsMax: number): void {
    expect(cosmos.total.dataPlaneRequests / ORDERS).toBeLessThanOrEqual(cosmosCallsMax);
    expect(cosmos.total.requestUnits / ORDERS).toBeLessThanOrEqual(REQUEST_UNITS_MAX);
    expect(serviceBus.total.operations / ORDERS).toBeLessThanOrEqual(SERVICE_BUS_OPERATIONS_MAX);
  }
});
