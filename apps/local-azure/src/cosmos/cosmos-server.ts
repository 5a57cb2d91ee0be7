import { EntraTokens, type EntraOptions } from '../entra-tokens.js';
import { HttpServer, type HttpHandler, type HttpRequest } from '../http/http-server.js';
import { RecentCallers } from '../http/recent-callers.js';
import type { TlsCredentials } from '../http/tls.js';
import { usageRoute } from '../http/usage-routes.js';
import type { Pages } from '../pages/pages.js';
import { GroupCommit } from '../storage/group-commit.js';
import { RedoTransactions } from '../storage/redo-transactions.js';
import { Sqlite } from '../storage/sqlite.js';
import type { Faults } from '../faults/faults.js';
import type { Usage } from '../usage.js';
import type { CosmosPrincipal } from './access.js';
import { Catalog } from './catalog.js';
import { bodyOfDeclaration, readContainerDefinition, type DeclaredContainer } from './container-definition.js';
import { CosmosApi } from './cosmos-api.js';
import { CosmosFaults } from './cosmos-faults.js';
import { ThroughputLimit } from './throughput-limit.js';
import { dataView } from './data-page.js';
import { TtlSweeper } from './ttl-sweeper.js';

/** Pages of the file kept in memory: more than what one transaction touches, so that none is written before its end. */
const CACHE_KB = 32_000;

/** How a Cosmos server is started. */
export interface CosmosServerOptions {
  readonly file: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly database: string;
  /** Created when absent, and updated when their declaration changed; what they hold stays. */
  readonly containers: readonly DeclaredContainer[];
  /** In base64, as all keys. */
  readonly masterKey: string;
  /** As good as the master key. */
  readonly secondaryKey?: string;
  /** Good for what changes nothing. */
  readonly readOnlyKeys?: readonly string[];
  /** Whose Entra tokens are accepted, of the principals that have a role; nobody's unless given. */
  readonly entra?: EntraOptions | undefined;
  readonly principals?: readonly CosmosPrincipal[];
  readonly usage: Usage;
  /** Clients must encrypt where it is given. */
  readonly tls?: TlsCredentials | undefined;
  /** Physical partitions of a container that is created; 1 by default. */
  readonly ranges?: number;
  /** Where faults are ordered; without it none can be. */
  readonly faults?: Faults;
  /** Whether requests for items beyond the throughput of their container or database are refused with 429; not unless said. */
  readonly enforceThroughput?: boolean;
  /** Where the data page is one of; there is none without. */
  readonly pages?: Pages;
  /** Epoch milliseconds; the clock by default. */
  readonly nowMs?: () => number;
}

/** A Cosmos DB account in one SQLite file. What was acknowledged is on disk. */
export class CosmosServer {
  private constructor(
    private readonly http: HttpServer,
    private readonly sweeper: TtlSweeper,
    private readonly commits: GroupCommit,
    private readonly store: Store,
  ) {}

  static async start(options: CosmosServerOptions): Promise<CosmosServer> {
    const store = openStore(options.file);
    try {
      return await CosmosServer.open(store, options);
    } catch (error) {
      closeStore(store);
      throw error;
    }
  }

  private static async open(store: Store, options: CosmosServerOptions): Promise<CosmosServer> {
    const { db, transactions } = store;
    const catalog = new Catalog(db);
    const callers = new RecentCallers();
    const commits = new GroupCommit(db, catalog, transactions, () => callers.count);
    const { nowMs = Date.now, ranges = 1, usage } = options;
    const nowSeconds = (): number => Math.floor(nowMs() / 1_000);
    await commits.submit(() => declare(catalog, options, ranges, nowSeconds()));
    const api = new CosmosApi({
      catalog,
      commits,
      nowSeconds,
      nowMs,
      ranges,
      access: accessOf(options),
      usage,
      ...troubleOf(options, db),
    });
    const metadata = { catalog, commits, nowSeconds, ranges };
    const page = (request: HttpRequest) => options.pages?.answer('data', request, (query) => dataView(query, metadata));
    const handle: HttpHandler = async (request) => {
      callers.note(request.connection);
      return usageRoute(request, usage) ?? (await page(request)) ?? api.handle(request);
    };
    const http = await HttpServer.start(options.host, options.port, handle, options.tls);
    options.pages?.served('data', http.port);
    return new CosmosServer(http, new TtlSweeper(catalog, commits, nowSeconds), commits, store);
  }

  get port(): number {
    return this.http.port;
  }

  /** Answers what is in hand, then closes the file. */
  async close(): Promise<void> {
    await this.sweeper.stop();
    await this.http.close();
    await this.commits.flush();
    closeStore(this.store);
  }
}

/** The file, and the journal beside it. */
interface Store {
  readonly db: Sqlite;
  readonly transactions: RedoTransactions;
}

function openStore(file: string): Store {
  const db = new Sqlite(file, { onDisk: 'with flush', cacheKb: CACHE_KB });
  try {
    return { db, transactions: new RedoTransactions(db, `${file}-redo`) };
  } catch (error) {
    db.close();
    throw error;
  }
}

function closeStore({ db, transactions }: Store): void {
  transactions.close();
  db.close();
}

function accessOf({ masterKey, secondaryKey, readOnlyKeys = [], entra, principals = [] }: CosmosServerOptions) {
  const decoded = (keys: readonly string[]): Buffer[] => keys.map((key) => Buffer.from(key, 'base64'));
  return {
    keys: {
      full: decoded([masterKey, ...(secondaryKey === undefined ? [] : [secondaryKey])]),
      readOnly: decoded(readOnlyKeys),
    },
    entra: entra && new EntraTokens(entra),
    principals,
  };
}

function troubleOf({ faults, enforceThroughput = false, nowMs = Date.now }: CosmosServerOptions, db: Sqlite) {
  return {
    faults: faults && new CosmosFaults(faults, db),
    throughputLimit: enforceThroughput ? new ThroughputLimit(nowMs) : undefined,
  };
}

function declare(catalog: Catalog, options: CosmosServerOptions, ranges: number, nowSeconds: number): void {
  const { database, containers } = options;
  if (!catalog.listDatabases().some(({ id }) => id === database)) catalog.createDatabase(database, nowSeconds);
  const existing = new Set(catalog.listContainers(database).map(({ definition }) => definition.id));
  for (const declaration of containers) {
    const definition = readContainerDefinition(bodyOfDeclaration(declaration));
    if (existing.has(definition.id)) catalog.replaceContainer(database, definition.id, definition, nowSeconds);
    else catalog.createContainer(database, definition, { ranges }, nowSeconds);
  }
}
