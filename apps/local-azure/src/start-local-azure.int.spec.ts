import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CosmosClient } from '@azure/cosmos';
import { ServiceBusClient } from '@azure/service-bus';
import type { Topology } from '@ballast/contracts';
import { ServiceBusServer } from './service-bus/service-bus-server.js';
import { startLocalAzure } from './start-local-azure.js';

describe('local Azure', () => {
  const topology: Topology = {
    database: 'ballast',
    replicaSubscriptions: [],
    topics: [{ name: 'orders', subscriptions: [{ name: 'ledger' }] }],
    containers: [{ name: 'things', owner: 'orders', partitionKeyPaths: ['/id'], indexedPaths: ['/kind/?'] }],
  };
  let dataDir: string;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'local-azure-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  it('serves both SDKs with the keys it made, keeps its data over a restart, and counts', async () => {
    const first = await startLocalAzure({ dataDir, topology });
    expect(statSync(join(dataDir, 'keys.json')).mode & 0o777).toBe(0o600);
    const bus = new ServiceBusClient(first.serviceBusConnectionString);
    const sender = bus.createSender('orders');
    await sender.sendMessages({ body: { hello: 1 }, messageId: 'm1' });
    await bus.close();
    const client = new CosmosClient({ endpoint: first.cosmosEndpoint, key: first.cosmosKey });
    await client.database(first.database).container('things').items.create({ id: 'a', kind: 'x' });
    client.dispose();
    const { cosmos, serviceBus } = first.usage.snapshot();
    expect([cosmos.total.dataPlaneRequests, serviceBus.total.sends]).toEqual([1, 1]);
    await first.close();

    const second = await startLocalAzure({ dataDir, topology });
    expect(second.cosmosKey).toBe(first.cosmosKey);
    const again = new CosmosClient({ endpoint: second.cosmosEndpoint, key: second.cosmosKey });
    expect((await again.database('ballast').container('things').item('a', 'a').read()).resource).toMatchObject({
      kind: 'x',
    });
    again.dispose();
    await second.close();
  });

  it('makes a key for each policy, keeps it, and lets it do what it permits', async () => {
    const policies = [{ name: 'ledger', rights: ['Listen' as const], entities: ['orders'] }];
    const first = await startLocalAzure({ dataDir, topology, policies });
    const connectionString = first.serviceBusConnectionStringOf('ledger').replace(/:\d+;/, ':0;');
    expect(() => first.serviceBusConnectionStringOf('nobody')).toThrow(/There is no Service Bus policy/);
    await first.close();

    const second = await startLocalAzure({ dataDir, topology, policies });
    expect(second.serviceBusConnectionStringOf('ledger').replace(/:\d+;/, ':0;')).toBe(connectionString);
    const retryOptions = { maxRetries: 0 };
    const bus = new ServiceBusClient(second.serviceBusConnectionStringOf('ledger'), { retryOptions });
    expect(await bus.createReceiver('orders', 'ledger').peekMessages(1)).toEqual([]);
    await expect(bus.createSender('orders').sendMessages({ body: 1 })).rejects.toMatchObject({
      code: 'UnauthorizedAccess',
    });
    await bus.close();
    await second.close();
  });

  it('adds the keys that the file of an older version lacks', async () => {
    await (await startLocalAzure({ dataDir, topology })).close();
    const file = join(dataDir, 'keys.json');
    const { cosmosKey, serviceBusSharedAccessKey } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    writeFileSync(file, JSON.stringify({ cosmosKey, serviceBusSharedAccessKey }));
    const azure = await startLocalAzure({ dataDir, topology, faultControlPort: 0 });
    expect(azure.cosmosKey).toBe(cosmosKey);
    const keys = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    for (const name of ['cosmosKey', 'cosmosSecondaryKey', 'cosmosReadOnlyKey', 'cosmosSecondaryReadOnlyKey']) {
      const client = new CosmosClient({ endpoint: azure.cosmosEndpoint, key: keys[name]! });
      await expect(client.database(azure.database).read()).resolves.toMatchObject({ statusCode: 200 });
      const create = client.databases.create({ id: name }).then(({ statusCode }) => statusCode);
      expect(await create.catch(({ code }: { code: number }) => code)).toBe(name.includes('ReadOnly') ? 401 : 201);
      client.dispose();
    }
    expect(azure.serviceBusConnectionString).toContain(serviceBusSharedAccessKey);
    const headers = { authorization: `Bearer ${azure.faultControl!.key}` };
    expect((await fetch(azure.faultControl!.endpoint, { headers })).status).toBe(200);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await azure.close();
  });

  it('lets go of its folder also where a server does not close well', async () => {
    const first = await startLocalAzure({ dataDir, topology });
    const close = ServiceBusServer.prototype.close;
    const failing = jest.spyOn(ServiceBusServer.prototype, 'close').mockImplementation(async function (
      this: ServiceBusServer,
    ) {
      await close.call(this);
      throw new Error('not well');
    });
    await expect(first.close()).rejects.toThrow('not well');
    failing.mockRestore();
    await (await startLocalAzure({ dataDir, topology })).close();
  });

  it('takes over a changed declaration and fills new indexes from what is stored', async () => {
    const first = await startLocalAzure({ dataDir, topology });
    const client = new CosmosClient({ endpoint: first.cosmosEndpoint, key: first.cosmosKey });
    await client.database('ballast').container('things').items.create({ id: 'a', kind: 'x', n: 2 });
    await client.database('ballast').container('things').items.create({ id: 'b', kind: 'x', n: 1 });
    client.dispose();
    await first.close();

    const containers = [{ ...topology.containers[0]!, indexedPaths: ['/kind/?', '/n/?'] }];
    const second = await startLocalAzure({ dataDir, topology: { ...topology, containers } });
    const again = new CosmosClient({ endpoint: second.cosmosEndpoint, key: second.cosmosKey });
    const query = again
      .database('ballast')
      .container('things')
      .items.query<string>('SELECT VALUE c.id FROM c ORDER BY c.n');
    expect((await query.fetchAll()).resources).toEqual(['b', 'a']);
    again.dispose();
    await second.close();
  });
});
