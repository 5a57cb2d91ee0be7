import { setTimeout as delay } from 'node:timers/promises';
import type { Platform } from '@ballast/launcher';
import { until } from '../stage.js';
import { dollarsPerMillion } from './azure-prices.js';

/** Without any operation for so long, everything that was caused has happened; audit gathers for 500 ms. */
const QUIET_MS = 1_000;
/** Kinds of requests that are not counted: metadata, query plans and change-feed reads that found nothing. */
const NOT_COUNTED: readonly string[] = ['metadata', 'query-plan', 'change-feed-idle'];
/** What a Standard namespace allows 1 000 of in a second: requests about messages, each one credit; settling is none. */
const ONE_CREDIT: readonly string[] = ['send', 'delivery', 'renew', 'management'];

interface CosmosCount {
  readonly requests: number;
  readonly requestUnits: number;
}
interface BusCount {
  readonly count: number;
  readonly bytes: number;
}
type Counts<T> = Readonly<Record<string, Readonly<Record<string, T>>>>;

/** What the local servers counted, as they tell it. */
interface Counted {
  readonly cosmos: {
    readonly byContainer: Counts<CosmosCount>;
    readonly total: { readonly dataPlaneRequests: number; readonly requestUnits: number };
  };
  readonly serviceBus: { readonly byEntity: Counts<BusCount>; readonly total: { readonly operations: number } };
}

/** What one order costs, as a mean. */
export interface OrderCost {
  readonly cosmosCalls: number;
  readonly requestUnits: number;
  /** Queries that ask every partition. */
  readonly crossPartitionQueries: number;
  /** Messages sent and delivered. */
  readonly serviceBusOperations: number;
  readonly serviceBusCredits: number;
  /** Bytes of messages sent and delivered. */
  readonly busBytes: number;
  /** Bytes that are left in the containers. */
  readonly storedBytes: number;
  /** US dollars by list price. */
  readonly dollarsPerMillion: number;
}

/** A row for everything that was asked of one container, topic or subscription, per order. */
export interface CostRow {
  readonly on: string;
  readonly operation: string;
  readonly perOrder: number;
  readonly requestUnits?: number;
}

/** What was measured of a stretch of orders. */
export interface Measured {
  readonly cost: OrderCost;
  readonly rows: readonly CostRow[];
}

/** Reads what the local servers count of the platform's work. Asks nothing that would be counted itself. */
export class UsageMeter {
  constructor(private readonly platform: Platform) {}

  /** What the work costs per order, everything that it causes included; nothing else may go on meanwhile. */
  async measure(orders: number, work: () => Promise<void>): Promise<Measured> {
    await this.quiet();
    const storedBefore = await this.storedBytes();
    await fetch(`${this.url}/reset`, { method: 'POST' });
    await work();
    await this.quiet();
    const counted = await this.counted();
    const storedBytes = ((await this.storedBytes()) - storedBefore) / orders;
    return { cost: costOf(counted, orders, storedBytes), rows: rowsOf(counted, orders) };
  }

  /** Resolves when the last events have been heard by everybody. */
  async quiet(): Promise<void> {
    let before = -1;
    await until('the bus is quiet', async () => {
      await delay(QUIET_MS);
      const now = (await this.counted()).serviceBus.total.operations;
      const isQuiet = now === before;
      before = now;
      return isQuiet;
    });
  }

  private get url(): string {
    return `${this.platform.url('local-azure')}/usage`;
  }

  private async counted(): Promise<Counted> {
    return (await (await fetch(this.url)).json()) as Counted;
  }

  private async storedBytes(): Promise<number> {
    const { cosmos } = await this.platform.pages();
    const response = await fetch(cosmos.replace('$data', '$data.json'));
    const { databases } = (await response.json()) as { databases: { containers: { bytes: number }[] }[] };
    return databases.flatMap(({ containers }) => containers).reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

function costOf({ cosmos, serviceBus }: Counted, orders: number, storedBytes: number): OrderCost {
  const asked = entriesOf(cosmos.byContainer);
  const sent = entriesOf(serviceBus.byEntity);
  const sum = <T>(list: readonly T[], value: (one: T) => number): number =>
    list.reduce((total, one) => total + value(one), 0) / orders;
  const requestUnits = cosmos.total.requestUnits / orders;
  const serviceBusOperations = serviceBus.total.operations / orders;
  return {
    cosmosCalls: cosmos.total.dataPlaneRequests / orders,
    requestUnits,
    crossPartitionQueries: sum(asked, ({ kind, counts }) => (kind === 'query-plan' ? counts.requests : 0)),
    serviceBusOperations,
    serviceBusCredits: sum(sent, ({ kind, counts }) => (ONE_CREDIT.includes(kind) ? counts.count : 0)),
    busBytes: sum(sent, ({ kind, counts }) => (isMessage(kind) ? counts.bytes : 0)),
    storedBytes,
    dollarsPerMillion: dollarsPerMillion({ requestUnits, serviceBusOperations, storedBytes }),
  };
}

function rowsOf({ cosmos, serviceBus }: Counted, orders: number): CostRow[] {
  const calls = entriesOf(cosmos.byContainer)
    .filter(({ kind }) => !NOT_COUNTED.includes(kind))
    .map(({ on, kind, counts }) => ({
      ...{ on, operation: kind },
      ...{ perOrder: counts.requests / orders, requestUnits: counts.requestUnits / orders },
    }));
  const messages = entriesOf(serviceBus.byEntity)
    .filter(({ kind }) => isMessage(kind))
    .map(({ on, kind, counts }) => ({ on, operation: kind, perOrder: counts.count / orders }));
  return [...calls, ...messages];
}

function entriesOf<T>(counts: Counts<T>): { readonly on: string; readonly kind: string; readonly counts: T }[] {
  return Object.entries(counts).flatMap(([on, kinds]) =>
    Object.entries(kinds).map(([kind, found]) => ({ on, kind, counts: found })),
  );
}

function isMessage(kind: string): boolean {
  return kind === 'send' || kind === 'delivery';
}
