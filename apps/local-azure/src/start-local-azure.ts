import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Topology } from '@ballast/contracts';
import { CosmosServer } from './cosmos/cosmos-server.js';
import { readOrCreateKeys } from './keys.js';
import type { TopicOptions } from './service-bus/queue-policy.js';
import { ServiceBusServer } from './service-bus/service-bus-server.js';
import { Usage } from './usage.js';

/** What exists from the start; a subscription may also say how it treats its messages. */
export interface LocalTopology extends Topology {
  readonly topics: readonly TopicOptions[];
}

/** Where the two servers keep their data and listen. */
export interface LocalAzureOptions {
  /** Made when absent; holds everything, the keys included. */
  readonly dataDir: string;
  readonly topology: LocalTopology;
  /** 127.0.0.1 by default. */
  readonly host?: string;
  /** 0, the default, takes free ones. */
  readonly ports?: 0 | { readonly serviceBus: number; readonly cosmos: number };
}

/** The running servers: all that a client needs to connect with the real SDKs. */
export interface LocalAzure {
  readonly cosmosEndpoint: string;
  readonly cosmosKey: string;
  readonly serviceBusConnectionString: string;
  readonly database: string;
  readonly usage: Usage;
  /** Answers what is in hand and stops; the data stays. */
  close(): Promise<void>;
}

/** Starts Cosmos DB and Service Bus on this machine, with everything the topology declares. */
export async function startLocalAzure(options: LocalAzureOptions): Promise<LocalAzure> {
  const { dataDir, topology, host = '127.0.0.1', ports = 0 } = options;
  mkdirSync(dataDir, { recursive: true });
  const keys = readOrCreateKeys(dataDir);
  const usage = new Usage();
  const cosmos = await CosmosServer.start({
    file: join(dataDir, 'cosmos.db'),
    host,
    port: ports === 0 ? 0 : ports.cosmos,
    database: topology.database,
    containers: topology.containers,
    masterKey: keys.cosmosKey,
    usage,
  });
  const serviceBus = await ServiceBusServer.start({
    file: join(dataDir, 'service-bus.db'),
    host,
    port: ports === 0 ? 0 : ports.serviceBus,
    topics: topology.topics,
    sharedAccessKey: keys.serviceBusSharedAccessKey,
    usage,
  }).catch(async (error: unknown) => {
    await cosmos.close();
    throw error;
  });
  return {
    cosmosEndpoint: `http://${host}:${cosmos.port}/`,
    cosmosKey: keys.cosmosKey,
    serviceBusConnectionString: connectionString(host, serviceBus.port, keys.serviceBusSharedAccessKey),
    database: topology.database,
    usage,
    close: async () => {
      await Promise.all([serviceBus.close(), cosmos.close()]);
    },
  };
}

/** `UseDevelopmentEmulator` makes the SDK connect without TLS. */
function connectionString(host: string, port: number, key: string): string {
  const credential = `SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=${key}`;
  return `Endpoint=sb://${host}:${port};${credential};UseDevelopmentEmulator=true;`;
}
