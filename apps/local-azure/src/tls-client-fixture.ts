import { CosmosClient } from '@azure/cosmos';
import { ServiceBusAdministrationClient, ServiceBusClient } from '@azure/service-bus';

const TOKEN_MS = 600_000;

/** What the client in its own process is given. */
export interface TlsOrder {
  readonly connectionString: string;
  readonly cosmosEndpoint: string;
  readonly cosmosKey: string;
  /** Of a principal that may read items. */
  readonly entraToken: string;
}

/** What it found. */
export interface TlsFindings {
  readonly received: unknown;
  readonly topics: readonly string[];
  readonly item: unknown;
  /** The item as it was read with the Entra token. */
  readonly itemByToken: unknown;
}

process.once('message', (order: TlsOrder) => {
  void found(order).then(
    (findings) => process.send!(findings, () => process.disconnect()),
    (error: unknown) => process.send!({ error: String(error) }, () => process.disconnect()),
  );
});

/** As at Azure: connection string, endpoint and key, and nothing said of TLS. */
async function found({ connectionString, cosmosEndpoint, cosmosKey, entraToken }: TlsOrder): Promise<TlsFindings> {
  const retryOptions = { maxRetries: 0 };
  const bus = new ServiceBusClient(connectionString, { retryOptions });
  await bus.createSender('orders').sendMessages({ body: 'over TLS' });
  const [message] = await bus.createReceiver('orders', 'ledger').receiveMessages(1, { maxWaitTimeInMs: 30_000 });
  await bus.close();
  const topics: string[] = [];
  const administration = new ServiceBusAdministrationClient(connectionString, { retryOptions });
  for await (const { name } of administration.listTopics()) topics.push(name);
  const cosmos = new CosmosClient({ endpoint: cosmosEndpoint, key: cosmosKey });
  const { container } = await cosmos
    .database('ballast')
    .containers.createIfNotExists({ id: 'made', partitionKey: '/id' });
  const { resource } = await container.items.create({ id: 'a' });
  cosmos.dispose();
  const getToken = async () => ({ token: entraToken, expiresOnTimestamp: Date.now() + TOKEN_MS });
  const byToken = new CosmosClient({ endpoint: cosmosEndpoint, aadCredentials: { getToken } });
  const read = await byToken.database('ballast').container('made').item('a', 'a').read<{ id: string }>();
  byToken.dispose();
  return { received: message?.body as unknown, topics, item: resource?.id, itemByToken: read.resource?.id };
}
