import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Container } from '@azure/cosmos';
import type { ServiceBusClient, ServiceBusSender } from '@azure/service-bus';
import { connectCosmos } from '@ballast/cosmos';
import { startLocalAzure } from '@ballast/local-azure';
import type { LocalTopology } from '@ballast/local-azure';
import { connectServiceBus } from '@ballast/service-bus';
import { BenchProcess } from '../bench-process.js';

/** What a market order of the platform asks of Azure: batches of two documents, other writes, messages and deliveries. */
const BATCHES = 5;
const WRITES = 2;
const MESSAGES = 5;
/** Hear every message, or the first three of each order: 13 deliveries. */
const SUBSCRIPTIONS = ['audit', 'gateway', 'some'] as const;
const SOME = 3;
const DELIVERIES = 2 * MESSAGES + SOME;
/** Orders whose calls are made at the same time. */
const IN_FLIGHT = 16;
const RECEIVED_AT_ONCE = 64;
/** About what an event of the platform is. */
const TEXT = 'x'.repeat(900);
const CONTAINER = 'rows';
const TOPIC = 'events';
const POLL_MS = 10;

const TOPOLOGY: LocalTopology = {
  database: 'bench',
  containers: [{ name: CONTAINER, owner: 'bench', partitionKeyPaths: ['/profile'], indexedPaths: ['/kind/?'] }],
  replicaSubscriptions: [],
  topics: [
    {
      name: TOPIC,
      subscriptions: SUBSCRIPTIONS.map((name) => ({ name, ...(name === 'some' && { sqlFilter: "part = 'first'" }) })),
    },
  ],
};

interface AzureReady {
  readonly endpoint: string;
  readonly key: string;
  readonly bus: string;
}

/** Serves a local Azure of its own in this process. */
export async function serveBareAzure(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ballast-bare-'));
  process.once('disconnect', () => void rm(dataDir, { recursive: true, force: true }).then(() => process.exit(0)));
  const azure = await startLocalAzure({ dataDir, topology: TOPOLOGY, ports: 0 });
  const ready: AzureReady = {
    endpoint: azure.cosmosEndpoint,
    key: azure.cosmosKey,
    bus: azure.serviceBusConnectionString,
  };
  process.send?.(ready);
}

/** The calls that an order causes, made by the SDKs without anything else: what this architecture costs without any logic. */
export class BareCalls {
  private received = 0;
  private turn = 0;

  private constructor(
    private readonly azure: BenchProcess<AzureReady>,
    private readonly container: Container,
    private readonly bus: ServiceBusClient,
    private readonly sender: ServiceBusSender,
  ) {}

  static async open(script: string): Promise<BareCalls> {
    const azure = await BenchProcess.start<AzureReady>(script, 'bare-azure');
    const { endpoint, key, bus } = azure.ready;
    const database = await connectCosmos({ endpoint, key, database: 'bench' });
    const client = await connectServiceBus({ connectionString: bus });
    const calls = new BareCalls(azure, database.container(CONTAINER), client, client.createSender(TOPIC));
    for (const name of SUBSCRIPTIONS) {
      client
        .createReceiver(TOPIC, name)
        .subscribe(
          { processMessage: async () => void (calls.received += 1), processError: async () => undefined },
          { maxConcurrentCalls: RECEIVED_AT_ONCE },
        );
    }
    return calls;
  }

  /** How many orders' calls a second are made and heard, for so long. Throws once `signal` says that the time is over. */
  async perSecond(seconds: number, signal?: AbortSignal): Promise<number> {
    const start = performance.now();
    const before = { received: this.received, orders: this.turn };
    const worker = async (): Promise<void> => {
      while (performance.now() - start < seconds * 1_000) await this.order();
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
    const orders = this.turn - before.orders;
    while (this.received - before.received < orders * DELIVERIES) {
      signal?.throwIfAborted();
      await delay(POLL_MS);
    }
    return (orders * 1_000) / (performance.now() - start);
  }

  async close(): Promise<void> {
    await this.bus.close();
    this.azure.child.disconnect();
    this.container.database.client.dispose();
  }

  private async order(): Promise<void> {
    const order = (this.turn += 1);
    const profile = `p${order % IN_FLIGHT}`;
    for (let call = 0; call < BATCHES; call += 1) {
      const head = { id: `head:${order % IN_FLIGHT}`, profile, kind: 'head', order, call };
      const row = { id: `row:${order}:${call}`, profile, kind: 'row', text: TEXT };
      await this.container.items.batch(
        [
          { operationType: 'Upsert', resourceBody: head },
          { operationType: 'Create', resourceBody: row },
        ],
        [profile],
      );
    }
    for (let call = 0; call < WRITES; call += 1)
      await this.container.items.create({ id: `other:${order}:${call}`, profile, kind: 'other', text: TEXT });
    for (let message = 0; message < MESSAGES; message += 1) {
      const applicationProperties = { part: message < SOME ? 'first' : 'rest' };
      await this.sender.sendMessages({ messageId: `${order}:${message}`, body: { text: TEXT }, applicationProperties });
    }
  }
}
