import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CosmosClient,
  PluginOn,
  setAuthorizationTokenHeaderUsingMasterKey,
  type Container,
  type CosmosClientOptions,
  type Database,
  type HTTPMethod,
  type Plugin,
  type ResourceType,
} from '@azure/cosmos';
import type { ContainerDeclaration } from '@ballast/contracts';
import { Pages } from '../pages/pages.js';
import { Usage } from '../usage.js';
import { CosmosServer, type CosmosServerOptions } from './cosmos-server.js';

/** The key of the servers that tests start. */
export const MASTER_KEY = Buffer.from('a key that only tests use').toString('base64');

/** How many physical partitions a container has in a suite; every suite of behaviour runs with one and with several. */
export const RANGE_COUNTS = [1, 3] as const;

/** What most tests use: a hierarchical key, three indexed paths, one composite index. */
export const ORDERS: ContainerDeclaration = {
  name: 'orders',
  owner: 'orders',
  partitionKeyPaths: ['/productId', '/profileId'],
  defaultTtlSeconds: -1,
  indexedPaths: ['/kind/?', '/n/?', '/details/price/?'],
  compositeIndexes: [
    [
      { path: '/kind', order: 'ascending' },
      { path: '/n', order: 'descending' },
    ],
  ],
};

/** A server on a folder of its own, with the real SDK connected to it; tests only. */
export class CosmosFixture {
  readonly usage = new Usage();
  readonly pages = new Pages('a key + of pages/that only tests use');
  readonly folder = mkdtempSync(join(tmpdir(), 'cosmos-'));
  private server!: CosmosServer;
  client!: CosmosClient;

  private constructor(private readonly options: Partial<CosmosServerOptions>) {}

  static async start(options: Partial<CosmosServerOptions> = {}): Promise<CosmosFixture> {
    const fixture = new CosmosFixture(options);
    await fixture.open();
    return fixture;
  }

  get database(): Database {
    return this.client.database('ballast');
  }

  get orders(): Container {
    return this.database.container('orders');
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.server.port}/`;
  }

  /** A client of its own, with another key, or headers on each request, if they are given. */
  connect(key = MASTER_KEY, headers: Record<string, string> = {}): CosmosClient {
    const plugin: Plugin<unknown> = (context, _, next) => {
      Object.assign(context.headers!, headers);
      return next(context);
    };
    return this.connectWith({ key, plugins: [{ on: PluginOn.request, plugin }] } as Partial<CosmosClientOptions>);
  }

  /** A client of its own, with options of its own. */
  connectWith(options: Partial<CosmosClientOptions>): CosmosClient {
    const connectionPolicy = { enableBackgroundEndpointRefreshing: false, ...options.connectionPolicy };
    return new CosmosClient({ endpoint: this.endpoint, key: MASTER_KEY, ...options, connectionPolicy });
  }

  /** A signed request, for what the SDK itself never sends. */
  async fetch(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    headers: Record<string, string> = {},
    body?: string,
  ): Promise<Response> {
    const link = path.split('/');
    const isFeed = link.length % 2 === 1;
    const signed: Record<string, string> = { ...headers };
    const [type, id] = [link.at(isFeed ? -1 : -2) as ResourceType, link.slice(0, isFeed ? -1 : undefined).join('/')];
    await setAuthorizationTokenHeaderUsingMasterKey(method as HTTPMethod, id, type, signed, MASTER_KEY);
    return fetch(this.endpoint + encodeURI(path), { method, headers: signed, ...(body === undefined ? {} : { body }) });
  }

  /** Closes and starts again on the same data; in between something may be done to it. */
  async restart(between?: () => void): Promise<void> {
    await this.shut();
    between?.();
    await this.open();
  }

  async close(): Promise<void> {
    await this.shut();
    rmSync(this.folder, { recursive: true });
  }

  private async open(): Promise<void> {
    this.server = await CosmosServer.start({
      file: join(this.folder, 'cosmos.db'),
      host: '127.0.0.1',
      port: 0,
      database: 'ballast',
      containers: [ORDERS],
      masterKey: MASTER_KEY,
      usage: this.usage,
      pages: this.pages,
      ...this.options,
    });
    this.client = this.connect();
  }

  private async shut(): Promise<void> {
    this.client.dispose();
    await this.server.close();
  }
}
