import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Container } from '@azure/cosmos';
import type { ContainerDeclaration } from '@ballast/contracts';
import { CosmosServer } from '../../../apps/local-azure/src/cosmos/cosmos-server.js';
import { Usage } from '../../../apps/local-azure/src/usage.js';
import { connectCosmos } from '../src/connect-cosmos.js';

const CONTAINERS: ContainerDeclaration[] = [
  {
    name: 'books',
    owner: 'orders',
    partitionKeyPaths: ['/productId', '/profileId'],
    defaultTtlSeconds: -1,
    indexedPaths: ['/kind/?', '/price/?'],
  },
  { name: 'leases', owner: 'orders', partitionKeyPaths: ['/id'], defaultTtlSeconds: -1, indexedPaths: [] },
];

/** Number of requests by kind (`batch`, `read`, `change-feed`, `change-feed-idle`, `metadata`, …). */
export type Requests = (container: 'books' | 'leases') => Record<string, number>;

/** A local Cosmos DB of its own with the containers `books` and `leases`. */
export interface LocalStore {
  /** A container through a client of its own, as another replica would have it. */
  open(name: 'books' | 'leases'): Promise<Container>;
  readonly requests: Requests;
  resetRequests(): void;
  close(): Promise<void>;
}

export async function startLocalStore(): Promise<LocalStore> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ballast-cosmos-'));
  const key = randomBytes(64).toString('base64');
  const usage = new Usage();
  const server = await CosmosServer.start({
    file: join(dataDir, 'cosmos.db'),
    host: '127.0.0.1',
    port: 0,
    database: 'ballast',
    containers: CONTAINERS,
    masterKey: key,
    usage,
  });
  const endpoint = `http://127.0.0.1:${server.port}`;
  return {
    open: async (name) => (await connectCosmos({ endpoint, key, database: 'ballast' })).container(name),
    requests: (container) =>
      Object.fromEntries(
        Object.entries(usage.snapshot().cosmos.byContainer[container] ?? {}).map(([kind, use]) => [kind, use.requests]),
      ),
    resetRequests: () => usage.reset(),
    close: async () => {
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
