import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decimal } from '@ballast/money';
import { startPaperVenue, type PaperVenue, type PaperVenueOptions } from '@ballast/paper-venue';
import {
  AccountBudgets,
  AlpacaVenue,
  CcxtVenue,
  VenueKeys,
  type Venue,
  type VenueOrderRequest,
  type VenueStream,
  type VenueUpdate,
} from '../index.js';

/** How an adapter of the bench's account differs from the usual. */
export interface BenchAdapter {
  requestsPerMinute?: number;
  /** Another's keys. */
  keys?: VenueKeys;
  /** Another address. */
  url?: string;
  /** Whether limit orders may be told to rest only; the paper venue's own yes where left out. */
  postOnly?: boolean;
}

/** A scripted price; more is on offer than any test asks for unless it says how much. */
export interface ScriptedTick {
  symbol?: string;
  bid: string;
  ask: string;
  volume?: string;
}

const FEE_RATE = decimal('0.001');
/** Requests a minute that no test makes. */
const UNLIMITED = 1_000_000;
const PLENTY = '1000000';
const POLL_MS = 20;
const PATIENCE_MS = 40_000;

/** A paper venue in a folder of its own, with its door for tests. */
export class PaperBench {
  private keyNumber = 0;

  private constructor(
    private readonly dataDir: string,
    readonly paper: PaperVenue,
  ) {}

  static async open(options: Partial<PaperVenueOptions> = {}): Promise<PaperBench> {
    const dataDir = mkdtempSync(join(tmpdir(), 'venue-'));
    return new PaperBench(dataDir, await startPaperVenue({ dataDir, control: true, ...options }));
  }

  get keys(): VenueKeys {
    return new VenueKeys(this.paper.keyId, this.paper.secret);
  }

  async close(): Promise<void> {
    await this.paper.close();
    rmSync(this.dataDir, { recursive: true });
  }

  /** An adapter with a budget of its own. */
  alpaca({ url = this.paper.url, ...options }: BenchAdapter = {}): AlpacaVenue {
    const { keys } = this;
    const budgets = new AccountBudgets();
    return new AlpacaVenue({ baseUrl: url, keys, feeRate: FEE_RATE, postOnly: true, budgets, ...options });
  }

  /** ccxt's adapter with a budget of its own. */
  ccxt({ url = this.paper.url, requestsPerMinute = UNLIMITED, ...options }: BenchAdapter = {}): Promise<CcxtVenue> {
    return CcxtVenue.open({
      exchange: 'alpaca',
      urls: { trader: url, market: url },
      keys: this.keys,
      feeRate: FEE_RATE,
      budgets: new AccountBudgets(),
      requestsPerMinute,
      pollMs: POLL_MS,
      ...options,
    });
  }

  /** A broker key that no other order of this bench has. */
  key(): string {
    return `key-${(this.keyNumber += 1)}`;
  }

  /** A limit buy of 10 at 100 until cancelled, but for what is changed. */
  order(change: Partial<VenueOrderRequest> = {}): VenueOrderRequest {
    return {
      brokerKey: this.key(),
      symbol: 'AAPL',
      side: 'buy',
      quantity: decimal('10'),
      limitPrice: decimal('100'),
      timeInForce: 'gtc',
      ...change,
    };
  }

  async ticks(...list: ScriptedTick[]): Promise<void> {
    await this.control('POST', '/control/ticks', {
      ticks: list.map((tick) => ({ symbol: 'AAPL', volume: PLENTY, ...tick })),
    });
  }

  async faults(...faults: Record<string, unknown>[]): Promise<void> {
    await this.control('POST', '/control/faults', { faults });
  }

  async heal(): Promise<void> {
    await this.control('DELETE', '/control/faults');
  }

  /** The faults that are still to strike. */
  async pending(): Promise<number> {
    const { faults } = (await this.control('GET', '/control/faults')) as { faults: unknown[] };
    return faults.length;
  }

  private async control(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.paper.url}${path}`, {
      method,
      headers: { 'apca-api-key-id': this.paper.keyId, 'apca-api-secret-key': this.paper.secret },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}

/** Waits until something holds; throws when it has not after 40 seconds. */
export async function eventually(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const giveUpAtMs = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > giveUpAtMs) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Keeps what a stream of updates says. */
export class UpdateLog {
  readonly updates: VenueUpdate[] = [];
  readonly stream: VenueStream;
  connects = 0;
  disconnects = 0;

  constructor(
    venue: Pick<Venue, 'stream'>,
    handlers: { onConnected?(): Promise<void>; onUpdate?(update: VenueUpdate): Promise<void> } = {},
  ) {
    this.stream = venue.stream({
      onConnected: async () => {
        await handlers.onConnected?.();
        this.connects += 1;
      },
      onUpdate: async (update) => {
        await handlers.onUpdate?.(update);
        this.updates.push(update);
      },
      onDisconnected: () => (this.disconnects += 1),
    });
  }

  /** What was said about an order, in the order in which it was heard. */
  kindsOf(brokerKey: string): string[] {
    return this.updates.filter(({ order }) => order.brokerKey === brokerKey).map(({ kind }) => kind);
  }

  heard(brokerKey: string, ...kinds: string[]): Promise<void> {
    return eventually(
      () => kinds.every((kind) => this.kindsOf(brokerKey).includes(kind)),
      `${kinds.join(', ')} of ${brokerKey}; heard ${this.kindsOf(brokerKey).join(', ')}`,
    );
  }

  /** Waits for as many executions of an order to be told. */
  heardExecutions(brokerKey: string, count: number): Promise<void> {
    const told = (): number => this.kindsOf(brokerKey).filter((kind) => kind === 'executed').length;
    return eventually(() => told() >= count, `execution ${count} of ${brokerKey}`);
  }

  connected(times = 1): Promise<void> {
    return eventually(() => this.connects >= times, `connection ${times}`);
  }
}
