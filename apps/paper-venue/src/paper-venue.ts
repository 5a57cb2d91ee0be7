import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Decimal } from '@ballast/money';
import { accountRoutes } from './adapters/account.routes.js';
import { controlRoutes } from './adapters/control.routes.js';
import { FillFile } from './adapters/fill-file.js';
import { loadHistory } from './adapters/history.js';
import { createHttpServer, type Route } from './adapters/http-server.js';
import { loadKeys } from './adapters/keys.js';
import { marketDataRoutes } from './adapters/market-data.routes.js';
import { TradeUpdatesStream } from './adapters/trade-updates.stream.js';
import { tradingRoutes } from './adapters/trading.routes.js';
import { VenueStore } from './adapters/venue.store.js';
import type { Announcement } from './domain/execution.js';
import { Moments } from './domain/moments.js';
import { Replay } from './domain/replay.js';
import { Exchange } from './exchange.js';
import { RunReplay } from './run-replay.js';

/** How a venue is started; what is left out has the value of `PAPER_VENUE_DEFAULTS`. */
export interface PaperVenueOptions {
  /** Where everything durable is kept; made when it is not there. */
  dataDir: string;
  /** 0 takes any free port. */
  port?: number;
  host?: string;
  /** Whether scripted prices are allowed. */
  control?: boolean;
  barsPerSecond?: number;
  seed?: string;
  /** Dollars, as a decimal; only the first start in a data directory heeds it. */
  initialCash?: string;
  /** Milliseconds since 1970. */
  nowMs?: () => number;
}

/** A running venue: its address, the keys that open it, and its end. */
export interface PaperVenue {
  url: string;
  keyId: string;
  secret: string;
  close(): Promise<void>;
}

/** What a venue is started with unless it is told otherwise. */
export const PAPER_VENUE_DEFAULTS = {
  host: '127.0.0.1',
  control: false,
  barsPerSecond: 0.2,
  seed: 'ballast',
  initialCash: '100000000.00',
} as const;

/** Starts a venue; resolves when it takes orders. Throws when the price history is missing or the data directory is unreadable. */
export async function startPaperVenue(given: PaperVenueOptions): Promise<PaperVenue> {
  const options = { ...PAPER_VENUE_DEFAULTS, port: 0, nowMs: () => Date.now(), ...given };
  const history = loadHistory(options.seed);
  mkdirSync(options.dataDir, { recursive: true });
  const keys = loadKeys(join(options.dataDir, 'keys.json'));
  const store = new VenueStore(join(options.dataDir, 'venue.db'));
  const fills = new FillFile(join(options.dataDir, 'fills.ndjson'), store.allExecutions());

  const listeners: ((announcement: Announcement) => void)[] = [];
  const exchange = openExchange(store, fills, {
    initialCash: new Decimal(options.initialCash),
    nowMs: options.nowMs,
    announce: (announcement) => listeners.forEach((listener) => listener(announcement)),
  });
  const replay = new RunReplay(exchange, new Replay(history, options.seed), {
    barsPerSecond: options.barsPerSecond,
    epochMs: Number(store.fact('epochMs', () => String(options.nowMs()))),
    nowMs: options.nowMs,
  });
  const server = createHttpServer(routesOf(exchange, replay, options), keys);
  const stream = new TradeUpdatesStream(server, keys);
  listeners.push((announcement) => stream.announce(announcement));
  replay.start();
  try {
    await listen(server, options);
  } catch (error) {
    replay.stop();
    throw error;
  }
  return {
    ...keys,
    url: `http://${options.host}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      replay.stop();
      stream.close();
      await closed(server);
      fills.close();
      store.close();
    },
  };
}

interface ExchangeParts {
  initialCash: Decimal;
  nowMs(): number;
  announce(announcement: Announcement): void;
}

function openExchange(store: VenueStore, fills: FillFile, parts: ExchangeParts): Exchange {
  const moments = new Moments(parts.nowMs, store.lastMoment());
  const source = { newId: () => randomUUID(), nextMoment: () => moments.next() };
  return new Exchange(store, store.load(parts.initialCash), source, { fills, announce: parts.announce });
}

function routesOf(exchange: Exchange, replay: RunReplay, options: { control: boolean; nowMs(): number }): Route[] {
  const account = {
    id: exchange.store.fact('accountId', () => randomUUID()),
    createdAt: exchange.store.fact('accountCreatedAt', () => new Date(options.nowMs()).toISOString()),
    nowMs: options.nowMs,
  };
  return [
    { method: 'GET', path: /^\/health$/, isPublic: true, handle: () => ({ status: 200, json: { status: 'ok' } }) },
    ...tradingRoutes(exchange),
    ...accountRoutes(exchange, account),
    ...marketDataRoutes(exchange, options.nowMs),
    ...(options.control ? controlRoutes(exchange, replay) : []),
  ];
}

function listen(server: Server, { port, host }: { port: number; host: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
