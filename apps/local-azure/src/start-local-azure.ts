import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ReplicaSubscriptionDeclaration } from '@ballast/contracts';
import type { DeclaredContainer } from './cosmos/container-definition.js';
import type { CosmosPrincipal } from './cosmos/access.js';
import { CosmosServer } from './cosmos/cosmos-server.js';
import type { EntraOptions } from './entra-tokens.js';
import { FaultControl } from './faults/fault-control.js';
import { Faults } from './faults/faults.js';
import { listening } from './http/listening.js';
import type { TlsCredentials } from './http/tls.js';
import { readOrCreateKeys, type LocalKeys } from './keys.js';
import { Pages, type PageName } from './pages/pages.js';
import { policiesWithKeys, type PolicyDeclaration } from './service-bus/policy-keys.js';
import type { EntityDeclarations } from './service-bus/queue-policy.js';
import { ROOT_KEY_NAME, ServiceBusServer } from './service-bus/service-bus-server.js';
import { FolderLock } from './storage/folder-lock.js';
import { Usage } from './usage.js';

/** What exists from the start; a subscription may also say how it treats its messages. */
export interface LocalTopology extends Partial<EntityDeclarations> {
  readonly topics: EntityDeclarations['topics'];
  readonly database: string;
  readonly containers: readonly DeclaredContainer[];
  /** Consumers whose replicas make subscriptions for themselves: each has a policy of its name for that, and to listen. */
  readonly replicaSubscriptions?: readonly ReplicaSubscriptionDeclaration[];
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
  /** Physical partitions of a Cosmos container that is created; 1 by default, 64 at most. */
  readonly cosmosRanges?: number;
  /** Whether requests beyond the provisioned throughput of a Cosmos container or database are refused with 429; not unless said. */
  readonly cosmosEnforceThroughput?: boolean;
  /** Lets faults be ordered over HTTP, on this port of the loopback address; 0 takes a free one. Off unless given. */
  readonly faultControlPort?: number | undefined;
  /** Clients must encrypt, with both halves, where it is given; plain unless it is. */
  readonly tls?: TlsCredentials | undefined;
  /** Who may use the Service Bus besides the root key, each with a key of its own. */
  readonly policies?: readonly PolicyDeclaration[];
  /** Who may use Cosmos DB with an Entra token. */
  readonly cosmosPrincipals?: readonly CosmosPrincipal[];
  /** Whose Entra tokens are accepted, of the principals that the policies and `cosmosPrincipals` name; nobody's unless given. */
  readonly entra?: EntraOptions | undefined;
}

/** Where faults are ordered, and the key for it. */
export interface FaultControlAccess {
  readonly endpoint: string;
  readonly key: string;
}

/** The running servers: all that a client needs to connect with the real SDKs. */
export interface LocalAzure {
  readonly cosmosEndpoint: string;
  readonly cosmosKey: string;
  /** Good for what changes nothing. */
  readonly cosmosReadOnlyKey: string;
  /** Where the Service Bus speaks HTTP. */
  readonly serviceBusAddress: string;
  readonly serviceBusConnectionString: string;
  /** The connection string of a policy. Throws when there is none of this name. */
  serviceBusConnectionStringOf(policyName: string): string;
  readonly database: string;
  readonly usage: Usage;
  /** Where people look at what there is, with the key that opens it. */
  readonly pages: Readonly<Record<PageName, string>>;
  /** Undefined unless the server was started with it. */
  readonly faultControl: FaultControlAccess | undefined;
  /** Answers what is in hand and stops; the data stays. */
  close(): Promise<void>;
}

/** Starts Cosmos DB and Service Bus on this machine, with everything the topology declares. Throws when a port or the folder is in use. */
export async function startLocalAzure(options: LocalAzureOptions): Promise<LocalAzure> {
  const { dataDir, topology, host = '127.0.0.1', faultControlPort } = options;
  mkdirSync(dataDir, { recursive: true });
  const lock = FolderLock.take(dataDir);
  const keys = readOrCreateKeys(
    dataDir,
    policiesOf(options).map(({ name }) => name),
  );
  const pages = new Pages(keys.statusKey, options.tls === undefined ? 'http' : 'https');
  const common = { host, keys, usage: new Usage(), faults: new Faults(), pages };
  const { usage } = common;
  const started: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    const outcomes = await Promise.allSettled(started.map((server) => server.close()));
    lock.release();
    const failed = outcomes.find(({ status }) => status === 'rejected');
    if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
  };
  try {
    const cosmos = await listening(startCosmos(options, common), 'Cosmos DB (COSMOS_PORT)');
    started.push(cosmos);
    const serviceBus = await listening(startServiceBus(options, common), 'the Service Bus (AMQP_PORT)');
    started.push(serviceBus);
    const faultControl = await listening(startFaultControl(faultControlPort, common), 'the fault control (FAULT_PORT)');
    if (faultControl !== undefined) started.push(faultControl);
    const endpoint = `sb://${host}:${serviceBus.port}`;
    const isPlain = options.tls === undefined;
    const connectionString = (name: string, key: string): string =>
      `Endpoint=${endpoint};SharedAccessKeyName=${name};SharedAccessKey=${key};${isPlain ? WITHOUT_TLS : ''}`;
    const scheme = isPlain ? 'http' : 'https';
    return {
      cosmosEndpoint: `${scheme}://${host}:${cosmos.port}/`,
      cosmosKey: keys.cosmosKey,
      cosmosReadOnlyKey: keys.cosmosReadOnlyKey,
      serviceBusAddress: `${scheme}://${host}:${serviceBus.port}`,
      serviceBusConnectionString: connectionString(ROOT_KEY_NAME, keys.serviceBusSharedAccessKey),
      serviceBusConnectionStringOf: (name) => connectionString(name, policyKey(keys, name)),
      database: topology.database,
      usage,
      pages: { status: pages.address('status', host), data: pages.address('data', host) },
      faultControl: faultControl && { endpoint: faultControl.endpoint, key: keys.faultControlKey },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The policies that are given, and those of the consumers whose replicas make subscriptions. */
function policiesOf({ policies = [], topology }: LocalAzureOptions): readonly PolicyDeclaration[] {
  const given = new Set(policies.map(({ name }) => name));
  const ofReplicas = (topology.replicaSubscriptions ?? []).filter(({ name }) => !given.has(name));
  return [
    ...policies,
    ...ofReplicas.map(({ name, topics }): PolicyDeclaration => ({
      name,
      rights: ['Listen', 'ManageSubscriptions'],
      entities: topics,
    })),
  ];
}

/** Makes the SDK connect without TLS. */
const WITHOUT_TLS = 'UseDevelopmentEmulator=true;';

/** What both halves are given. */
interface Common {
  readonly host: string;
  readonly keys: LocalKeys;
  readonly usage: Usage;
  readonly faults: Faults;
  readonly pages: Pages;
}

function startCosmos(options: LocalAzureOptions, common: Common): Promise<CosmosServer> {
  const { dataDir, topology, ports = 0, cosmosRanges = 1, cosmosEnforceThroughput = false } = options;
  const { host, keys, usage, faults, pages } = common;
  return CosmosServer.start({
    file: join(dataDir, 'cosmos.db'),
    host,
    port: ports === 0 ? 0 : ports.cosmos,
    database: topology.database,
    containers: topology.containers,
    masterKey: keys.cosmosKey,
    secondaryKey: keys.cosmosSecondaryKey,
    readOnlyKeys: [keys.cosmosReadOnlyKey, keys.cosmosSecondaryReadOnlyKey],
    entra: options.entra,
    principals: options.cosmosPrincipals ?? [],
    usage,
    tls: options.tls,
    ranges: cosmosRanges,
    enforceThroughput: cosmosEnforceThroughput,
    faults,
    pages,
  });
}

function startServiceBus(options: LocalAzureOptions, common: Common): Promise<ServiceBusServer> {
  const { dataDir, topology, ports = 0 } = options;
  const { host, keys, usage, faults, pages } = common;
  return ServiceBusServer.start({
    file: join(dataDir, 'service-bus.db'),
    host,
    port: ports === 0 ? 0 : ports.serviceBus,
    topics: topology.topics,
    queues: topology.queues ?? [],
    sharedAccessKey: keys.serviceBusSharedAccessKey,
    policies: policiesWithKeys(policiesOf(options), keys.serviceBusPolicies),
    entra: options.entra,
    tls: options.tls,
    usage,
    faults,
    pages,
  });
}

async function startFaultControl(
  port: number | undefined,
  { faults, keys }: Common,
): Promise<FaultControl | undefined> {
  return port === undefined ? undefined : FaultControl.start(faults, { port, key: keys.faultControlKey });
}

function policyKey({ serviceBusPolicies }: LocalKeys, name: string): string {
  const policy = serviceBusPolicies[name];
  if (policy === undefined) throw new Error(`There is no Service Bus policy '${name}'.`);
  return policy.key;
}
