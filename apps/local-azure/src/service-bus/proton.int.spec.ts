import { ProtonClient, type ProtonAnswer, pythonWithProton } from './proton-fixture.js';
import { tokenFor } from './raw-client-fixture.js';
import { receiveOne, ServiceBusFixture } from './service-bus-fixture.js';

const TOPICS = [{ name: 'orders', subscriptions: [{ name: 'ledger' }] }];
const LEDGER = 'orders/Subscriptions/ledger';
const QUEUES = [{ name: 'jobs' }, { name: 'sessions', requiresSession: true }];
const UNRENEWED = { maxAutoLockRenewalDurationInMs: 0 };
const python = pythonWithProton();

if (python === undefined) {
  process.stderr.write('Skipped: Qpid Proton is not installed (Debian: python3-qpid-proton).\n');
}

(python === undefined ? describe.skip : describe)('Qpid Proton, another AMQP client', () => {
  let bus: ServiceBusFixture;
  let proton: ProtonClient;

  beforeAll(async () => {
    bus = await ServiceBusFixture.start(TOPICS, { queues: QUEUES });
    proton = new ProtonClient(python!);
    await proton.do('connect', { url: `amqp://127.0.0.1:${bus.port}` });
    for (const entity of ['jobs', 'jobs/$DeadLetterQueue', 'sessions', 'orders', LEDGER]) {
      expect(await token(entity)).toEqual({ value: 202 });
    }
  });

  afterAll(async () => {
    await proton.close();
    await bus.dispose();
  });

  function token(entity: string, key = bus.key) {
    const audience = `sb://127.0.0.1:${bus.port}/${entity}`;
    return proton.do('token', { audience, token: tokenFor(audience, key) });
  }
  const send = (address: string, messages: object[], settled = false) =>
    proton.do('send', { address, messages, settled });
  const receive = async (address: string, session?: string) =>
    wordOf(await proton.do('receive', { address, ...(session === undefined ? {} : { session }) }));
  const settle = (address: string, outcome: string, session?: string) =>
    proton.do('settle', { address, outcome, ...(session === undefined ? {} : { session }) });
  const close = (address: string, session?: string) =>
    proton.do('close', { address, ...(session === undefined ? {} : { session }) });
  const jobs = () => bus.client.createReceiver('jobs', { receiveMode: 'receiveAndDelete' });

  it('sends what the SDK receives', async () => {
    const properties = { text: 'ü', whole: 7, yes: true };
    const body = { list: [1, 'two', null], large: 'x'.repeat(200_000) };
    await send('jobs', [{ id: 'm', subject: 's', correlation_id: 'c', durable: true, ttl: 60, body, properties }]);
    const message = await receiveOne(jobs());
    expect(message).toMatchObject({ messageId: 'm', subject: 's', correlationId: 'c', timeToLive: 60_000, body });
    expect(message.applicationProperties).toEqual(properties);
  });

  it('sends to a topic what its subscription receives, also without waiting for an outcome', async () => {
    expect(await send('orders', [{ body: 1 }, { body: 2 }], true)).toEqual({ value: null });
    const receiver = bus.client.createReceiver('orders', 'ledger', { receiveMode: 'receiveAndDelete' });
    expect([(await receiveOne(receiver)).body, (await receiveOne(receiver)).body]).toEqual([1, 2]);
  });

  it('receives and accepts what the SDK sends', async () => {
    const applicationProperties = { text: 'ü', whole: 7, yes: true };
    await bus.client.createSender('orders').sendMessages({
      properties: { messageId: 'm', subject: 's' },
      body: 'text',
      bodyType: 'value',
      applicationProperties,
    });
    const found = await receive(LEDGER);
    expect(found).toMatchObject({
      id: 'm',
      subject: 's',
      body: 'text',
      deliveryCount: 0,
      properties: applicationProperties,
    });
    expect((found as { enqueued: number }).enqueued).toBeGreaterThan(0);
    await settle(LEDGER, 'accept');
    await until(async () => (await bus.client.createReceiver('orders', 'ledger').peekMessages(1)).length === 0);
  });

  it.each(['release', 'modify'])('gives a message back (%s), which comes again, one failure older', async (outcome) => {
    await send('jobs', [{ id: 'm', body: 'text' }]);
    expect(await receive('jobs')).toMatchObject({ id: 'm', deliveryCount: 0 });
    await settle('jobs', outcome);
    expect(await receive('jobs')).toMatchObject({ id: 'm', deliveryCount: 1 });
    await settle('jobs', 'accept');
    await close('jobs');
  });

  it('rejects a message, which is a dead letter then, and takes it from there', async () => {
    await send('jobs', [{ id: 'bad', body: 'text' }]);
    await receive('jobs');
    await settle('jobs', 'reject');
    expect(await receive('jobs/$DeadLetterQueue')).toMatchObject({ id: 'bad', body: 'text' });
    await settle('jobs/$DeadLetterQueue', 'accept');
    for (const address of ['jobs', 'jobs/$DeadLetterQueue']) await close(address);
  });

  it('has a session, which nobody else has until it closes its link', async () => {
    await send('sessions', [
      { group_id: 'a', body: 1 },
      { group_id: 'b', body: 2 },
      { group_id: 'a', body: 3 },
    ]);
    expect(await receive('sessions', 'a')).toMatchObject({ body: 1, session: 'a' });
    await expect(bus.client.acceptSession('sessions', 'a')).rejects.toMatchObject({ code: 'SessionCannotBeLocked' });
    await settle('sessions', 'accept', 'a');
    expect(await receive('sessions', 'a')).toMatchObject({ body: 3 });
    await close('sessions', 'a');
    const session = await bus.client.acceptSession('sessions', 'a', UNRENEWED);
    expect(await session.receiveMessages(1)).toMatchObject([{ body: 3, deliveryCount: 0 }]);
  });

  it('is refused with a wrong key, and without a token', async () => {
    expect(await token('jobs', Buffer.alloc(32, 1).toString('base64'))).toEqual({ value: 401 });
    expect(await send('nobody', [{ body: 1 }])).toEqual({ condition: 'amqp:unauthorized-access' });
    expect(await proton.do('receive', { address: 'other' })).toEqual({ condition: 'amqp:unauthorized-access' });
  });
});

/** What was answered; fails where it was a refusal. */
function wordOf({ value, condition }: ProtonAnswer): unknown {
  expect(condition).toBeUndefined();
  return value;
}

async function until(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 5));
}
