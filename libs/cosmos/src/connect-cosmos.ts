import { CosmosClient } from '@azure/cosmos';
import type { CosmosClientOptions, Database } from '@azure/cosmos';

/** Milliseconds after which an unanswered request is given up. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Times the SDK repeats a request that was throttled (429) before the caller hears of it. */
const THROTTLE_RETRIES_MAX = 5;
/** Seconds the SDK spends waiting on throttled requests before the caller hears of it. */
const THROTTLE_WAIT_SECONDS_MAX = 5;

/** Where the database is and how to sign in. */
export interface CosmosConnection {
  readonly endpoint: string;
  /** The account key; absent means `DefaultAzureCredential`. */
  readonly key?: string;
  readonly database: string;
}

/**
 * Opens the one client of this process, with Session consistency and explicit limits. Makes no request: a wrong address
 * or key shows at the first operation. Connections are kept alive by the agent that the SDK shares in the process.
 *
 * Endpoint discovery is off. Every request goes to the given address, which on Azure follows the write region; with it
 * on, the SDK would repeat a write after a broken connection for up to two minutes, and nobody could tell whether an
 * outcome is unknown.
 */
export async function connectCosmos(connection: CosmosConnection): Promise<Database> {
  const options: CosmosClientOptions = {
    endpoint: connection.endpoint,
    consistencyLevel: 'Session',
    connectionPolicy: {
      requestTimeout: REQUEST_TIMEOUT_MS,
      enableEndpointDiscovery: false,
      enableBackgroundEndpointRefreshing: false,
      enablePartitionLevelFailover: false,
      enablePartitionLevelCircuitBreaker: false,
      retryOptions: {
        maxRetryAttemptCount: THROTTLE_RETRIES_MAX,
        fixedRetryIntervalInMilliseconds: 0,
        maxWaitTimeInSeconds: THROTTLE_WAIT_SECONDS_MAX,
      },
    },
  };
  if (connection.key === undefined) {
    const { DefaultAzureCredential } = await import('@azure/identity');
    options.aadCredentials = new DefaultAzureCredential();
  } else {
    options.key = connection.key;
  }
  return new CosmosClient(options).database(connection.database);
}
