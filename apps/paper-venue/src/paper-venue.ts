import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Decimal } from '@ballast/money';
import { accountRoutes } from './adapters/account.routes.js';
import { barRoutes } from './adapters/bar.routes.js';
import { clockRoutes } from './adapters/clock.routes.js';
import { controlRoutes, type Controls } from './adapters/control.routes.js';
import { faultGate } from './adapters/fault-gate.js';
import { FillFile } from './adapters/fill-file.js';
import { loadHistory } from './adapters/history.js';
import { createHttpServer, type Route } from './adapters/http-server.js';
import { loadKeys } from './adapters/keys.js';
import { marketDataRoutes } from './adapters/market-data.routes.js';
import { QuotesStream } from './adapters/quotes.stream.js';
import { TradeUpdatesStream } from './adapters/trade-updates.stream.js';
import { tradingRoutes } from './adapters/trading.routes.js';
import { routeUpgrades } from './adapters/upgrades.js';
import { VenueStore } from './adapters/venue.store.js';
import { BarHistory } from './domain/bar-history.js';
import { Faults } from './domain/faults.js';
import { Moments } from './domain/moments.js';
import { Replay } from './domain/replay.js';
import type { Tick } from './domain/tick.js';
import { Exchange, type Surroundings } from './exchange.js';
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
  /** Whether shares that are not owned may be sold. */
  shorting?: boolean;
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
  shorting: false,
} as const;

/** Starts a venue; resolves when it takes orders. Throws when the price history is missing or the data directory is unreadable. */
export async function startPaperVenue(given: PaperVenueOptions): Promise<PaperVenue> {
  const options = { ...PAPER_VENUE_DEFAULTS, port: 0, nowMs: () => Date.now(), ...given };
  const history = loadHistory(options.seed);
  mkdirSync(options.dataDir, { recursive: true });
  const keys = loadKeys(join(options.dataDir, 'keys.json'));
  const store = new VenueStore(join(options.dataDir, 'venue.db'));
  const fills = new FillFile(join(options.dataDir, 'fills.ndjson'), store.allExecutions());

  const faults = new Faults();
  const quotedAtMs = (tick: Tick): number =>
    (tick.atMs ?? options.nowMs()) - (faults.standing('stale-quotes', tick)?.ageMs ?? 0);
  const updates = new TradeUpdatesStream(keys, faults);
  const quotes = new QuotesStream(keys, quotedAtMs);
  const exchange = openExchange(store, options, faults, {
    fills,
    announce: (announcement) => updates.announce(announcement),
    quoted: (tick) => quotes.quoted(tick),
  });
  const pace = {
    barsPerSecond: options.barsPerSecond,
    epochMs: Number(store.fact('epochMs', () => String(options.nowMs()))),
    nowMs: options.nowMs,
  };
  const replay = new RunReplay(exchange, new Replay(history, options.seed), pace);
  const past = new BarHistory(new Replay(history, options.seed), pace);
  const controls = { exchange, replay, faults, dropStream: () => updates.drop() };
  const server = createHttpServer(
    [...routesOf(controls, options, quotedAtMs), ...barRoutes(past)],
    keys,
    faultGate(faults),
  );
  routeUpgrades(server, [
    { path: /^\/stream$/, sockets: updates.sockets },
    { path: /^\/v2\/(iex|sip)$/, sockets: quotes.sockets },
    { path: /^\/v1beta3\/crypto\/us$/, sockets: quotes.sockets },
  ]);
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
      updates.close();
      quotes.close();
      await closed(server);
      fills.close();
      store.close();
    },
  };
}

interface ExchangeOptions {
  initialCash: string;
  shorting: boolean;
  nowMs(): number;
}

function openExchange(
  store: VenueStore,
  options: ExchangeOptions,
  faults: Faults,
  outlets: Omit<Surroundings, 'rules'>,
): Exchange {
  const moments = new Moments(options.nowMs, store.lastMoment());
  const source = { newId: () => randomUUID(), nextMoment: () => moments.next() };
  const rules = {
    isShortingAllowed: options.shorting,
    isHalted: (symbol: string) => faults.standing('halt', { symbol }) !== undefined,
    volumeMax: (symbol: string) => faults.take('partial-fills', { symbol })?.quantity,
  };
  return new Exchange(store, store.load(new Decimal(options.initialCash)), source, { rules, ...outlets });
}

function routesOf(
  controls: Controls,
  options: { control: boolean; nowMs(): number },
  quotedAtMs: (tick: Tick) => number,
): Route[] {
  const { exchange, faults } = controls;
  const account = {
    id: exchange.store.fact('accountId', () => randomUUID()),
    createdAt: exchange.store.fact('accountCreatedAt', () => new Date(options.nowMs()).toISOString()),
  };
  const clock = { nowMs: options.nowMs, isMarketHalted: () => faults.standing('halt') !== undefined };
  return [
    { method: 'GET', path: /^\/health$/, isPublic: true, handle: () => ({ status: 200, json: { status: 'ok' } }) },
    ...tradingRoutes(exchange, faults),
    ...accountRoutes(exchange, account),
    ...clockRoutes(clock),
    ...marketDataRoutes(exchange, quotedAtMs),
    ...(options.control ? controlRoutes(controls) : []),
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
