import { ServiceBusFixture, receiveOne } from './service-bus-fixture.js';

describe('the status page', () => {
  let bus: ServiceBusFixture;

  beforeAll(async () => {
    const topics = [{ name: 'orders', subscriptions: [{ name: 'ledger' }] }];
    bus = await ServiceBusFixture.start(topics, { queues: [{ name: 'jobs' }] });
  });

  afterAll(() => bus.dispose());

  const read = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${bus.port}${path}`);
    return { status: response.status, text: await response.text() };
  };

  it('shows every entity with its messages, those locked and those dead-lettered with their reason', async () => {
    await bus.send('orders', { body: 'locked' }, { body: 'bad' }, { body: { text: '<script>' }, messageId: 'm-3' });
    const receiver = bus.client.createReceiver('orders', 'ledger');
    await receiveOne(receiver);
    const why = { deadLetterReason: 'unreadable', deadLetterErrorDescription: 'it is <bad>' };
    await receiver.deadLetterMessage(await receiveOne(receiver), why);

    const { text } = await read('/$status');
    const cells = /<tr><td><a[^>]*>orders\/ledger<.*?<\/tr>/.exec(text)![0].replace(/<[^>]+>/g, '|');
    expect(cells.split('|').filter((cell) => cell !== '')).toEqual(['orders/ledger', 'Active', '2', '1', '1']);
    expect(text).toContain('>jobs</a>');

    const dead = await read(`/$status?entity=${encodeURIComponent('orders/ledger/$DeadLetterQueue')}`);
    expect(dead.text).toContain('unreadable: it is &lt;bad&gt;');
    const active = await read('/$status?entity=orders%2Fledger');
    expect(active.text).toContain('m-3');
    expect(active.text).toContain('{&quot;text&quot;:&quot;&lt;script&gt;&quot;}');
    expect(await bus.client.createReceiver('orders', 'ledger').peekMessages(5)).toHaveLength(2);
  });

  it('does not know an entity that is not there', async () => {
    expect((await read('/$status?entity=nobody')).status).toBe(404);
  });
});
