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
  replicaSubscriptions: [],
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
  /** Lets a fault of the server befall requests: one kind of them (`books/batch`), so many times. */
  befall(kind: string, target: string, count: number): Promise<void>;
  /** Whether what was to befall requests has done so. */
  allBefallen(): Promise<boolean>;
  /** The way to the server. */
  readonly wire: Wire;
  close(): Promise<void>;
}

/** Starts one; `close` removes its data. */
export async function startLocalStore(): Promise<LocalStore> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ballast-cosmos-'));
  const azure = await startLocalAzure({ dataDir, topology: TOPOLOGY, faultControlPort: 0 });
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
    befall: async (kind, target, count) => void (await atFaults(azure.faultControl!, 'POST', { kind, target, count })),
    allBefallen: async () => (await atFaults(azure.faultControl!, 'GET')).faults?.length === 0,
    wire,
    close: async () => {
      await wire.cut();
      await azure.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function atFaults(
  { endpoint, key }: { readonly endpoint: string; readonly key: string },
  method: 'GET' | 'POST',
  order?: object,
): Promise<{ readonly faults?: readonly unknown[] }> {
  const headers = { authorization: `Bearer ${key}` };
  const response = await fetch(endpoint, { method, headers, ...(order && { body: JSON.stringify(order) }) });
  if (!response.ok) throw new Error(`the fault was refused: ${await response.text()}`);
  return (await response.json()) as { faults?: unknown[] };
}
