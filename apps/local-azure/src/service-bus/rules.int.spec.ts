import { ServiceBusFixture } from './service-bus-fixture.js';

const TOPICS = [{ name: 'orders', subscriptions: [{ name: 'ledger' }] }];

describe('rules of a subscription', () => {
  let bus: ServiceBusFixture;

  beforeEach(async () => {
    bus = await ServiceBusFixture.start(TOPICS);
  });

  afterEach(() => bus.dispose());

  const onlyRule = async (...rule: [filter: object, action?: string]) => {
    const [filter, sqlExpression] = rule;
    const action = sqlExpression === undefined ? undefined : { sqlExpression };
    const admin = bus.administration();
    await admin.createRule('orders', 'ledger', 'only', filter as never, action as never);
    await admin.deleteRule('orders', 'ledger', '$Default');
  };
  const bodies = async () => (await bus.receiveAll('orders', 'ledger')).map(({ body }) => body as unknown);

  it('are added, listed by name and removed by the rule manager', async () => {
    const rules = bus.client.createRuleManager('orders', 'ledger');
    await rules.createRule('z', { sqlExpression: 'a > 1' }, { sqlExpression: "SET b = 'c'" });
    const applicationProperties = { text: 'x', number: 5, flag: true };
    await rules.createRule('b', { subject: 'buy', correlationId: 'c1', applicationProperties });
    const listed = [];
    for await (const rule of rules.listRules()) listed.push(rule);
    expect(listed).toMatchObject([
      { name: '$Default', filter: { sqlExpression: '1=1' } },
      { name: 'b', filter: { subject: 'buy', correlationId: 'c1', applicationProperties } },
      { name: 'z', filter: { sqlExpression: 'a > 1' }, action: { sqlExpression: "SET b = 'c'" } },
    ]);
    await expect(rules.createRule('B', { sqlExpression: '1=1' })).rejects.toMatchObject({
      code: 'MessagingEntityAlreadyExists',
    });
    await rules.deleteRule('z');
    await expect(rules.deleteRule('z')).rejects.toMatchObject({ code: 'MessagingEntityNotFound' });
  });

  it('are described by the administration as they were made, and changed', async () => {
    const admin = bus.administration();
    const sqlParameters = { '@min': 5, '@kind': 'a & b' };
    const filter = { sqlExpression: 'size >= @min AND kind = @kind', sqlParameters };
    await admin.createRule('orders', 'ledger', 'sql', filter);
    expect(await admin.getRule('orders', 'ledger', 'sql')).toMatchObject({ name: 'sql', filter });
    const correlation = { subject: 's', applicationProperties: { a: 1, b: 'x', c: false } };
    const made = await admin.getRule('orders', 'ledger', 'sql');
    await admin.updateRule('orders', 'ledger', { ...made, filter: correlation });
    expect((await admin.getRule('orders', 'ledger', 'sql')).filter).toMatchObject(correlation);
    const names: string[] = [];
    for await (const { name } of admin.listRules('orders', 'ledger')) names.push(name);
    expect(names).toEqual(['$Default', 'sql']);
  });

  it('let through what their SQL filter with parameters is true for', async () => {
    await onlyRule({ sqlExpression: 'size >= @min', sqlParameters: { '@min': 5 } });
    await bus.send('orders', { body: 1, applicationProperties: { size: 4 } });
    await bus.send('orders', { body: 2, applicationProperties: { size: 5 } });
    expect(await bodies()).toEqual([2]);
  });

  it('let through what equals every property of a correlation filter', async () => {
    await onlyRule({ subject: 'buy', applicationProperties: { venue: 'x', lot: 2 } });
    await bus.send('orders', { body: 1, subject: 'buy', applicationProperties: { venue: 'x', lot: 2 } });
    await bus.send('orders', { body: 2, subject: 'sell', applicationProperties: { venue: 'x', lot: 2 } });
    await bus.send('orders', { body: 3, subject: 'buy', applicationProperties: { venue: 'x' } });
    expect(await bodies()).toEqual([1]);
  });

  it('change application properties by their action', async () => {
    await onlyRule({ sqlExpression: '1=1' }, "SET [kind] = 'big;' + kind; SET size = size * 2; REMOVE gone");
    await bus.send('orders', { body: 1, applicationProperties: { kind: 'a', size: 4, gone: 1, stays: true } });
    const [message] = await bus.receiveAll('orders', 'ledger');
    expect(message!.applicationProperties).toEqual({ kind: 'big;a', size: 8, stays: true });
  });

  it('change properties of the message by their action, for good', async () => {
    const set =
      "SET sys.Label = 'new ' + sys.Label; SET sys.CorrelationId = kind; SET sys.ContentType = 'text'; SET n = 1";
    await onlyRule({ sqlExpression: '1=1' }, set);
    const untouched = { messageId: 'm', to: 't', replyTo: 'r', contentType: 'json' };
    await bus.send('orders', { body: 1, subject: 'label', applicationProperties: { kind: 'k' }, ...untouched });
    await bus.restart();
    const receiver = bus.client.createReceiver('orders', 'ledger');
    const changed = { ...untouched, subject: 'new label', correlationId: 'k', contentType: 'text' };
    const [message] = await receiver.receiveMessages(1);
    expect(message).toMatchObject({ ...changed, applicationProperties: { kind: 'k', n: 1 } });
    await receiver.abandonMessage(message!, { n: 2 });
    const [again] = await receiver.receiveMessages(1);
    expect(again).toMatchObject({ ...changed, body: 1, applicationProperties: { kind: 'k', n: 2 } });
  });

  it('make one copy together without an action, and one each with an action, also after a restart', async () => {
    const admin = bus.administration();
    await admin.createRule('orders', 'ledger', 'same', { sqlExpression: '1=1' });
    await admin.createRule('orders', 'ledger', 'one', { sqlExpression: '1=1' }, { sqlExpression: 'SET n = 1' });
    await admin.createRule('orders', 'ledger', 'two', { sqlExpression: '1=1' }, { sqlExpression: 'SET n = 2' });
    await bus.send('orders', { body: 'x' });
    await bus.restart();
    const received = await bus.receiveAll('orders', 'ledger');
    expect(received.map(({ applicationProperties: properties }) => properties?.['n'])).toEqual([undefined, 1, 2]);
    expect(new Set(received.map(({ sequenceNumber }) => String(sequenceNumber))).size).toBe(3);
  });
});

describe('the status of an entity', () => {
  let bus: ServiceBusFixture;
  const disabled = { code: 'MessagingEntityDisabled' };

  beforeEach(async () => {
    bus = await ServiceBusFixture.start(TOPICS, { queues: [{ name: 'jobs' }] });
  });

  afterEach(() => bus.dispose());

  const setStatus = async (status: 'Active' | 'Disabled' | 'SendDisabled' | 'ReceiveDisabled') => {
    const admin = bus.administration();
    await admin.updateQueue({ ...(await admin.getQueue('jobs')), status });
  };
  const receive = () => bus.client.createReceiver('jobs').receiveMessages(1, { maxWaitTimeInMs: 300 });

  it('refuses senders, those with an open link too', async () => {
    const sender = bus.client.createSender('jobs');
    await sender.sendMessages({ body: 1 });
    await setStatus('SendDisabled');
    await expect(sender.sendMessages({ body: 2 })).rejects.toMatchObject(disabled);
    await expect(bus.send('jobs', { body: 3 })).rejects.toMatchObject(disabled);
    expect(await receive()).toHaveLength(1);
  });

  it('refuses receivers and ends the links they have', async () => {
    const ended = new Promise<Error>((resolve) => {
      const processMessage = async () => undefined;
      const processError = async ({ error }: { error: Error }) => resolve(error);
      bus.client.createReceiver('jobs').subscribe({ processMessage, processError });
    });
    await bus.client.createReceiver('jobs').receiveMessages(1, { maxWaitTimeInMs: 100 });
    await setStatus('ReceiveDisabled');
    expect(await ended).toMatchObject(disabled);
    await bus.send('jobs', { body: 1 });
    await expect(receive()).rejects.toMatchObject(disabled);
  });

  it('refuses both when disabled, also after a restart, until it is active again', async () => {
    await setStatus('Disabled');
    await bus.restart();
    await expect(bus.send('jobs', { body: 1 })).rejects.toMatchObject(disabled);
    await expect(receive()).rejects.toMatchObject(disabled);
    await setStatus('Active');
    await bus.send('jobs', { body: 2 });
    expect(await receive()).toMatchObject([{ body: 2 }]);
  });
});
