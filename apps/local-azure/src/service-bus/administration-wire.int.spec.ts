import { tokenFor } from './raw-client-fixture.js';
import { ServiceBusFixture } from './service-bus-fixture.js';

const TOPICS = [{ name: 'orders', subscriptions: [{ name: 'ledger' }, { name: 'audit' }] }];
const API = '?api-version=2021-05';
const NAMESPACE = 'http://schemas.microsoft.com/netservices/2010/10/servicebus/connect';
const INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';

describe('the administration below its client', () => {
  let bus: ServiceBusFixture;

  beforeEach(async () => {
    bus = await ServiceBusFixture.start(TOPICS);
  });

  afterEach(() => bus.dispose());

  async function ask(method: string, path: string, description = '', ifMatch?: string) {
    const address = `http://127.0.0.1:${bus.port}/${path}`;
    const headers = {
      authorization: tokenFor(address, bus.key),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    };
    const body = `<entry xmlns="http://www.w3.org/2005/Atom"><content type="application/xml">${description}</content></entry>`;
    return fetch(address + API, { method, headers, ...(description === '' ? {} : { body }) });
  }
  const queue = (maxDeliveryCount: number) =>
    `<QueueDescription xmlns="${NAMESPACE}"><MaxDeliveryCount>${maxDeliveryCount}</MaxDeliveryCount></QueueDescription>`;
  const rule = (filter: string) =>
    `<RuleDescription xmlns="${NAMESPACE}" xmlns:i="${INSTANCE}"><Filter i:type="${filter}"/><Name>only</Name></RuleDescription>`;
  const deliveries = async () => (await bus.administration().getQueue('jobs')).maxDeliveryCount;

  it('gives every version of an entity a tag, and changes only the version that is named', async () => {
    const made = await ask('PUT', 'jobs', queue(3));
    const first = made.headers.get('etag')!;
    expect((await ask('GET', 'jobs')).headers.get('etag')).toBe(first);
    const changed = await ask('PUT', 'jobs', queue(4), first);
    expect([changed.status, changed.headers.get('etag') === first]).toEqual([200, false]);
    expect((await ask('PUT', 'jobs', queue(5), first)).status).toBe(412);
    expect(await deliveries()).toBe(4);
    expect((await ask('PUT', 'jobs', queue(6), '*')).status).toBe(200);
    expect(await deliveries()).toBe(6);
    expect((await ask('PUT', 'jobs', queue(7))).status).toBe(409);
  });

  it('lets one of several have its way who change the same version at once', async () => {
    const tag = (await ask('PUT', 'jobs', queue(3))).headers.get('etag')!;
    const answers = await Promise.all([4, 5, 6, 7].map((count) => ask('PUT', 'jobs', queue(count), tag)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412, 412, 412]);
  });

  it('makes rules that are true, or false, for every message', async () => {
    const rules = 'orders/Subscriptions/ledger/Rules';
    for (const [name, filter] of [
      ['everything', 'TrueFilter'],
      ['nothing', 'FalseFilter'],
    ] as const) {
      expect((await ask('PUT', `${rules}/${name}`, rule(filter))).status).toBe(201);
    }
    expect((await ask('DELETE', `${rules}/$Default`)).status).toBe(200);
    await bus.send('orders', { body: 1 });
    expect((await ask('DELETE', `${rules}/everything`)).status).toBe(200);
    await bus.send('orders', { body: 2 });
    expect((await bus.receiveAll('orders', 'audit')).map(({ body }) => body as number)).toEqual([1, 2]);
    expect((await bus.receiveAll('orders', 'ledger')).map(({ body }) => body as number)).toEqual([1]);
  });

  it('goes through long lists page by page, each entity once', async () => {
    const admin = bus.administration();
    const names = Array.from({ length: 7 }, (_, index) => `queue-${index}`);
    for (const name of names) await admin.createQueue(name);
    const pages: string[][] = [];
    for await (const page of admin.listQueues().byPage({ maxPageSize: 3 })) pages.push(page.map(({ name }) => name));
    expect(pages.map(({ length }) => length).slice(0, 3)).toEqual([3, 3, 1]);
    expect(pages.flat()).toEqual(names);
  });

  it('has the duplicate window that an entity says', async () => {
    const admin = bus.administration();
    await admin.createQueue('once', { requiresDuplicateDetection: true, duplicateDetectionHistoryTimeWindow: 'PT20S' });
    await admin.createQueue('twice');
    for (const name of ['once', 'twice'])
      await bus.send(name, { body: 1, messageId: 'm' }, { body: 2, messageId: 'm' });
    const counts = ['once', 'twice'].map(
      async (name) => (await admin.getQueueRuntimeProperties(name)).activeMessageCount,
    );
    expect(await Promise.all(counts)).toEqual([1, 2]);
  });
});
