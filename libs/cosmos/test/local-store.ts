import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Container } from '@azure/cosmos';
import type { Topology } from '@ballast/contracts';
import { startLocalAzure } from '@ballast/local-azure';
import { connectCosmos } from '../src/connect-cosmos.js';
import { openWire } from './wire.js';
import type { Wire } from './wire.js';

const TOPOLOGY: Topology = {
  database: 'ballast',
  topics: [],
  containers: [
    {
      name: 'books',
      owner: 'orders',
      partitionKeyPaths: ['/productId', '/profileId'],
      defaultTtlSeconds: -1,
      indexedPaths: ['/kind/?', '/price/?'],
    },
    { name: 'leases', owner: 'orders', partitionKeyPaths: ['/id'], defaultTtlSeconds: -1, indexedPaths: [] },
  ],
};

/** A local Cosmos DB of its own with the containers `books` and `leases`. */
export interface LocalStore {
  /** A container through a client of its own, as another replica would have it. */
  open(name: 'books' | 'leases'): Promise<Container>;
  /** Number of requests by kind (`batch`, `read`, `change-feed`, `change-feed-idle`, `metadata`, …). */
  requests(container: 'books' | 'leases'): Record<string, number>;
  resetRequests(): void;
  /** The way to the server. */
  readonly wire: Wire;
  close(): Promise<void>;
}

/** Starts one; `close` removes its data. */
export async function startLocalStore(): Promise<LocalStore> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ballast-cosmos-'));
  const azure = await startLocalAzure({ dataDir, topology: TOPOLOGY });
  const { cosmosKey: key, database, usage } = azure;
  const wire = await openWire(Number(new URL(azure.cosmosEndpoint).port));
  const endpoint = `http://127.0.0.1:${wire.port}`;
  return {
    open: async (name) => (await connectCosmos({ endpoint, key, database })).container(name),
    requests: (container) =>
      Object.fromEntries(
        Object.entries(usage.snapshot().cosmos.byContainer[container] ?? {}).map(([kind, use]) => [kind, use.requests]),
      ),
    resetRequests: () => usage.reset(),
    wire,
    close: async () => {
      await wire.cut();
      await azure.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
