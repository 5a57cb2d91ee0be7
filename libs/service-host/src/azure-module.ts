import { randomUUID } from 'node:crypto';
import type { Database } from '@azure/cosmos';
import { ServiceBusClient } from '@azure/service-bus';
import { topology } from '@ballast/contracts';
import type { ParkedListEvents } from '@ballast/contracts/parked';
import { ContainerStore, connectCosmos } from '@ballast/cosmos';
import { connectServiceBus, observe } from '@ballast/service-bus';
import { Global, Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationShutdown, Provider } from '@nestjs/common';
import type { JSONWebKeySet } from 'jose';
import { AnsweredWrites } from './answered-writes.js';
import { Clock } from './clock.js';
import { ParkedList } from './parked-list.js';
import { ParkingController } from './parking.controller.js';
import { Parking } from './parking.js';
import type { PlatformSettings } from './platform-settings.js';
import { Readiness } from './readiness.js';
import { Relays } from './relays.js';
import { RevokedSessions, revokedSessionsAt } from './revoked-sessions.js';
import { ServiceLog } from './service-log.js';
import { SERVICE_NAME, leasesOf } from './service-name.js';
import { TokenKeys, keysAt } from './token-keys.js';
import { TokenVerifier } from './token-verifier.js';

/** A container that the service owns. */
export interface OwnedContainer {
  readonly name: string;
  /** Whether its event rows are published to the service's topic. */
  readonly relayed?: boolean;
}

/** The container with a service's parked messages, and what is published of them. */
export interface ParkedIn {
  readonly container: string;
  /** Absent where the service publishes nothing; then no message may be given up either, as nobody would learn of it. */
  readonly events?: ParkedListEvents;
}

/** What a service uses of Azure. */
export interface AzureOptions {
  readonly settings: PlatformSettings;
  /** The service's name, as the topology declares its containers. */
  readonly service: string;
  /** The topic it publishes to. */
  readonly topic?: string;
  readonly containers: readonly OwnedContainer[];
  /** Where messages wait that could not be handled; absent, they are dead-lettered. */
  readonly parked?: ParkedIn;
  /** The keys of tokens where they are known here; absent, they are asked of accounts. */
  readonly tokenKeys?: JSONWebKeySet;
}

/** The injection token of a container's `ContainerStore`. */
export function storeToken(container: string): string {
  return `ballast:store:${container}`;
}

/** Injects the `ContainerStore` of a container of this service. */
export const InjectStore = (container: string): ParameterDecorator => Inject(storeToken(container));

const DATABASE = 'ballast:database';
const AZURE = 'ballast:azure';

/**
 * Gives a service its `ServiceBusClient`, a `ContainerStore` per container, the relays of the relayed ones and the
 * `TokenVerifier`. Throws where the topology does not declare a container as the service's own.
 */
@Global()
@Module({})
export class AzureModule implements OnApplicationShutdown {
  constructor(
    @Inject(AZURE) options: AzureOptions,
    @Inject(ServiceBusClient) private readonly bus: ServiceBusClient,
    @Inject(Relays) private readonly relays: Relays,
    @Inject(DATABASE) private readonly database: Database | undefined,
    @Inject(Readiness) readiness: Readiness,
  ) {
    const [first] = options.containers;
    if (first !== undefined && database !== undefined) {
      readiness.add({
        name: 'store',
        check: storeCheck(new ContainerStore(database.container(first.name)), first.name),
      });
    }
  }

  static forRoot(options: AzureOptions): DynamicModule {
    for (const container of options.containers) requireOwned(container, options);
    const stores = options.containers.map(({ name }) => storeProvider(name));
    const { parked } = options;
    return {
      module: AzureModule,
      controllers: parked === undefined ? [] : [ParkingController],
      providers: [
        { provide: AZURE, useValue: options },
        databaseProvider,
        busProvider,
        relaysProvider,
        verifierProvider,
        answeredWritesProvider,
        ...stores,
        { provide: SERVICE_NAME, useValue: options.service },
        parked === undefined ? { provide: Parking, useValue: undefined } : parkingProvider(parked),
      ],
      exports: [
        ServiceBusClient,
        Relays,
        TokenVerifier,
        AnsweredWrites,
        ...options.containers.map(({ name }) => storeToken(name)),
        Parking,
      ],
    };
  }

  /** The last thing of a shutdown: HTTP and the consumers are done, so nothing commits any more. */
  async onApplicationShutdown(): Promise<void> {
    await this.relays.stop();
    await this.bus.close();
    this.database?.client.dispose();
  }
}

const databaseProvider: Provider = {
  provide: DATABASE,
  inject: [AZURE],
  useFactory: async ({ settings, containers }: AzureOptions) =>
    containers.length === 0 ? undefined : connectCosmos(settings.cosmos),
};

const busProvider: Provider = {
  provide: ServiceBusClient,
  inject: [AZURE],
  useFactory: ({ settings }: AzureOptions) => connectServiceBus(settings.serviceBus),
};

const answeredWritesProvider: Provider = {
  provide: AnsweredWrites,
  inject: [AZURE, DATABASE, Clock],
  useFactory: ({ service }: AzureOptions, database: Database | undefined, clock: Clock) =>
    database && new AnsweredWrites(new ContainerStore(database.container(leasesOf(service))), clock),
};

const storeProvider = (name: string): Provider => ({
  provide: storeToken(name),
  inject: [DATABASE, Relays],
  useFactory: (database: Database, relays: Relays) => {
    const store = new ContainerStore(database.container(name));
    store.onCommit(() => relays.wake(name));
    return store;
  },
});

const relaysProvider: Provider = {
  provide: Relays,
  inject: [AZURE, DATABASE, ServiceBusClient, ServiceLog, Readiness],
  useFactory: (
    { service, topic, containers }: AzureOptions,
    database: Database,
    client: ServiceBusClient,
    log: ServiceLog,
    readiness: Readiness,
  ) => {
    const names = containers.filter(({ relayed }) => relayed === true).map(({ name }) => name);
    return new Relays({ database, client, topic: topic ?? '', names, service, owner: randomUUID(), log, readiness });
  },
};

const verifierProvider: Provider = {
  provide: TokenVerifier,
  inject: [AZURE, Clock, Readiness],
  useFactory: ({ settings, tokenKeys }: AzureOptions, clock: Clock, readiness: Readiness) => {
    const verifier =
      tokenKeys === undefined
        ? verifierAt(settings.accountsUrl, clock)
        : new TokenVerifier(new TokenKeys(async () => tokenKeys, clock), clock);
    readiness.add({ name: 'token-keys', check: async () => ({ ok: await verifier.canVerify() }) });
    return verifier;
  },
};

function verifierAt(accountsUrl: string, clock: Clock): TokenVerifier {
  const revoked = new RevokedSessions(revokedSessionsAt(accountsUrl), clock);
  return new TokenVerifier(new TokenKeys(keysAt(accountsUrl), clock), clock, revoked);
}

const parkingProvider = (parked: ParkedIn): Provider => ({
  provide: Parking,
  inject: [storeToken(parked.container), Clock, Readiness],
  useFactory: (store: ContainerStore, clock: Clock, readiness: Readiness) => {
    const { container, events } = parked;
    const [product = '', second = ''] = partitionPathsOf(container).map((path) => path.slice(1));
    const list = new ParkedList({
      ...{ store, partitionFields: [product, second], clock },
      ...(events !== undefined && { events }),
    });
    observe(
      'ballast.parked.messages',
      { description: 'Messages that could not be handled.', unit: '1' },
      () => list.count,
    );
    readiness.add({ name: 'parked', check: () => ({ ok: true, detail: { messages: list.count } }) });
    return new Parking(list, events !== undefined);
  },
});

function requireOwned({ name, relayed }: OwnedContainer, { service, topic }: AzureOptions): void {
  const declared = topology.containers.find((container) => container.name === name);
  if (declared?.owner !== service) throw new Error(`the topology does not give the container ${name} to ${service}`);
  if (relayed === true && topic === undefined) throw new Error(`${name} is relayed, but ${service} names no topic`);
}

function partitionPathsOf(container: string): readonly string[] {
  return topology.containers.find(({ name }) => name === container)?.partitionKeyPaths ?? [];
}

/** Reading a document that is never there proves that the container answers, for one request unit. */
function storeCheck(store: ContainerStore, container: string): () => Promise<{ ok: boolean }> {
  const partition = partitionPathsOf(container).map(() => '_ready');
  return async () => {
    await store.read('_ready', partition);
    return { ok: true };
  };
}
