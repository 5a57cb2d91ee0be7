import { CosmosClient } from '@azure/cosmos';
import { ServiceBusAdministrationClient, ServiceBusClient } from '@azure/service-bus';

/** What the client in its own process is given. */
export interface TlsOrder {
  readonly connectionString: string;
  readonly cosmosEndpoint: string;
  readonly cosmosKey: string;
}

/** What it found. */
export interface TlsFindings {
  readonly received: unknown;
  readonly topics: readonly string[];
  readonly item: unknown;
}

process.once('message', (order: TlsOrder) => {
  void found(order).then(
    (findings) => process.send!(findings, () => process.disconnect()),
    (error: unknown) => process.send!({ error: String(error) }, () => process.disconnect()),
  );
});

/** As at Azure: connection string, endpoint and key, and nothing said of TLS. */
async function found({ connectionString, cosmosEndpoint, cosmosKey }: TlsOrder): Promise<TlsFindings> {
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
  return { received: message?.body as unknown, topics, item: resource?.id };
}
