import { ServiceBusFixture, receiveOne } from './service-bus-fixture.js';
import { expectOpensForItsKeyAlone } from '../pages/expect-key-alone.js';

describe('the Service Bus page', () => {
  let bus: ServiceBusFixture;

  beforeAll(async () => {
    const topics = [{ name: 'orders', subscriptions: [{ name: 'ledger' }] }];
    bus = await ServiceBusFixture.start(topics, { queues: [{ name: 'jobs' }] });
  });
  afterAll(() => bus.dispose());

  const read = async (query: Record<string, string> = {}, path = '/$status') => {
    const address = new URL(bus.pages.address('status', '127.0.0.1'));
    address.pathname = path;
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
    const response = await fetch(address);
    return { status: response.status, text: await response.text() };
  };
  const json = async (query: Record<string, string> = {}) =>
    JSON.parse((await read(query, '/$status.json')).text) as Record<string, Record<string, unknown>[]>;
  const entity = async (name: string) => (await json())['entities']!.find((each) => each['name'] === name);

  it('shows every entity with its messages, those locked and those dead-lettered with their reason', async () => {
    const properties = { applicationProperties: { weight: 7, note: '<b>' }, subject: 'order.placed' };
    await bus.send(
      'orders',
      { body: 'locked' },
      { body: 'bad' },
      { body: { text: '<script>alert(1)</script>' }, messageId: 'm-3', ...properties },
    );
    const receiver = bus.client.createReceiver('orders', 'ledger');
    await receiveOne(receiver);
    const why = { deadLetterReason: 'unreadable', deadLetterErrorDescription: 'it is <bad>' };
    await receiver.deadLetterMessage(await receiveOne(receiver), why);

    const counts = { active: 2, locked: 1, deadLetters: 1 };
    expect(await entity('orders/ledger')).toMatchObject({ kind: 'subscription', status: 'Active', ...counts });
    expect(await entity('orders')).toMatchObject({ kind: 'topic', scheduled: 0 });
    expect(await entity('jobs')).toMatchObject({ kind: 'queue', active: 0 });
    const { text } = await read();
    for (const name of ['orders', 'orders/ledger', 'jobs']) expect(text).toContain(`>${name}<`);

    const dead = { entity: 'orders/ledger/$DeadLetterQueue' };
    expect((await read(dead)).text).toContain('unreadable: it is &lt;bad&gt;');
    const [failed] = (await json(dead))['messages']!;
    expect(failed).toMatchObject({ deadLetterReason: 'unreadable', deadLetterDescription: 'it is <bad>' });

    const list = await read({ entity: 'orders/ledger' });
    expect(list.text).toContain('m-3');
    expect(list.text).toContain('{&quot;text&quot;:&quot;&lt;script&gt;alert(1)&lt;/script&gt;&quot;}');
    expect(list.text).not.toContain('<script');
    const third = (await json({ entity: 'orders/ledger' }))['messages']!.at(-1)!;
    expect(third).toMatchObject({
      messageId: 'm-3',
      properties: { subject: 'order.placed' },
      applicationProperties: properties.applicationProperties,
    });
    expect(await bus.client.createReceiver('orders', 'ledger').peekMessages(5)).toHaveLength(2);
  });

  it('shows a message alone with its whole body, and the next ones from a number on', async () => {
    await bus.send(
      'jobs',
      { body: 'x'.repeat(10_000) },
      ...Array.from({ length: 51 }, (_, n) => ({ body: `job ${n}` })),
    );
    const first = await json({ entity: 'jobs' });
    expect(first['messages']).toHaveLength(50);
    expect(String(first['messages']![0]!['body']).length).toBeLessThan(3_000);
    const { sequence } = first['messages']![0]!;
    expect((await read({ entity: 'jobs', message: String(sequence) })).text).toContain('x'.repeat(10_000));
    const from = /from=(\d+)/.exec((await read({ entity: 'jobs' })).text)![1]!;
    expect((await json({ entity: 'jobs', from }))['messages']!.map(({ body }) => body)).toEqual([
      '"job 49"',
      '"job 50"',
    ]);
  });

  it('shows how many messages came and went per second over the last minute', async () => {
    const before = await entity('orders');
    await bus.send('orders', ...Array.from({ length: 30 }, () => ({ body: 1 })));
    expect(await entity('orders')).toMatchObject({ inPerSecond: expect.any(Number) });
    expect(bus.usage.serviceBusRate('orders', 'send')).toBeGreaterThan(0);
    expect(before).toMatchObject({ kind: 'topic' });
    await receiveOne(bus.client.createReceiver('orders', 'ledger'));
    expect(Number((await entity('orders/ledger'))!['outPerSecond'])).toBeGreaterThan(0);
  });

  it('does not know an entity or a message that is not there', async () => {
    expect((await read({ entity: 'nobody' })).status).toBe(404);
    expect((await read({ entity: 'jobs', message: '999999' })).status).toBe(404);
  });

  it('opens for its key alone', () => expectOpensForItsKeyAlone(bus.pages.address('status', '127.0.0.1')));
});
