import type { RetryOptions, ServiceBusAdministrationClient, ServiceBusClient } from '@azure/service-bus';
import type { Connection } from 'rhea';
import { endWaitsOfBroken } from './broken-connections.js';
import { endTimersOfClosed } from './closed-connections.js';

/** Where the bus is and how to be let in: a connection string, or a namespace with this process's Azure identity. */
export interface ServiceBusConnection {
  readonly connectionString?: string;
  /** Fully qualified, for example `name.servicebus.windows.net`; used with `DefaultAzureCredential`. */
  readonly namespace?: string;
}

/**
 * Small, because the SDK's own default waits 30 s between two tries: after a restart of the broker a listener would be
 * deaf for half a minute. `mode` 0 is `RetryMode.Exponential`.
 */
const RETRY: RetryOptions = {
  maxRetries: 3,
  retryDelayInMs: 100,
  maxRetryDelayInMs: 1_000,
  timeoutInMs: 10_000,
  mode: 0,
};

/**
 * A client of the bus. Nothing is connected before it is used; the caller closes it. Throws an `Error` where the
 * connection names neither a connection string nor a namespace.
 */
export async function connectServiceBus(connection: ServiceBusConnection): Promise<ServiceBusClient> {
  const { ServiceBusClient } = await import('@azure/service-bus');
  await mendConnections();
  const options = { retryOptions: { ...RETRY } };
  if (connection.connectionString !== undefined) {
    return new ServiceBusClient(connection.connectionString, options);
  }
  if (connection.namespace === undefined) {
    throw new Error('Service Bus: neither a connection string nor a namespace is given');
  }
  const { DefaultAzureCredential } = await import('@azure/identity');
  return new ServiceBusClient(connection.namespace, new DefaultAzureCredential(), options);
}

/**
 * A client that makes and deletes subscriptions, over HTTPS; over HTTP where the connection string is one of a local bus,
 * for which the SDK has no setting. Throws an `Error` where the connection names nothing.
 */
export async function administerServiceBus(connection: ServiceBusConnection): Promise<ServiceBusAdministrationClient> {
  const { ServiceBusAdministrationClient } = await import('@azure/service-bus');
  const { connectionString, namespace } = connection;
  const options = { retryOptions: { maxRetries: ADMINISTRATION_RETRIES_MAX } };
  if (connectionString === undefined) {
    if (namespace === undefined) throw new Error('Service Bus: neither a connection string nor a namespace is given');
    const { DefaultAzureCredential } = await import('@azure/identity');
    return new ServiceBusAdministrationClient(namespace, new DefaultAzureCredential(), options);
  }
  const client = new ServiceBusAdministrationClient(connectionString, options);
  if (!/;UseDevelopmentEmulator=true(;|$)/i.test(connectionString)) return client;
  client.pipeline.addPolicy({
    name: 'plain-http',
    sendRequest: (request, next) => {
      request.url = request.url.replace(/^https:/, 'http:');
      request.allowInsecureConnection = true;
      return next(request);
    },
  });
  return client;
}

/** Few: who cannot make its subscription now is asked again by the SDK, which tries to open the link for ever. */
const ADMINISTRATION_RETRIES_MAX = 1;

let isMended = false;

/** Changes the class that all connections of the SDK are of, once. */
async function mendConnections(): Promise<void> {
  if (isMended) return;
  isMended = true;
  const { default: rhea } = await import('rhea');
  const connections = Object.getPrototypeOf(rhea.create_connection({ port: 5671, reconnect: false })) as Connection;
  switchNagleOff(connections);
  endWaitsOfBroken(connections);
  endTimersOfClosed(connections);
}

/**
 * The SDK writes the frames of one step one by one and leaves Nagle's algorithm on, so that each step may wait 40 ms for
 * a delayed acknowledgement. It has no setting for it, but rhea, its AMQP library, has one. Setting it there reaches
 * exactly the AMQP sockets, and those over TLS too, which `diagnostics_channel` does not announce.
 */
function switchNagleOff(connections: Connection): void {
  const getOption = connections.get_option;
  connections.get_option = function (this: Connection, name: string, fallback: unknown): unknown {
    return getOption.call(this, name, name === 'tcp_no_delay' ? true : fallback) as unknown;
  };
}
