import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import rhea from 'rhea';
import { RawClient, tokenFor } from './raw-client-fixture.js';
import { refusedToReceive, refusedToSend, sendEncoded } from './raw-links-fixture.js';
import { ServiceBusFixture } from './service-bus-fixture.js';

const QUEUE = 'jobs';
const TOPICS = [{ name: 'orders', subscriptions: [{ name: 'ledger' }] }];
const COORDINATOR = 0x30;
const STRANGE_FORMAT = 7;
const NOT_IMPLEMENTED = 'amqp:not-implemented';
const README = join(__dirname, '../../README.md');

/** What a client is told. */
interface Refusal {
  /** A condition of AMQP, or the status of an answer. */
  readonly code: string | number | undefined;
  readonly text: string;
}

describe('what the server does not do', () => {
  let bus: ServiceBusFixture;
  let raw: RawClient;

  beforeAll(async () => {
    bus = await ServiceBusFixture.start(TOPICS, { queues: [{ name: QUEUE }] });
    raw = await RawClient.connect(bus.port);
    await raw.putToken(`sb://127.0.0.1:${bus.port}/${QUEUE}`, bus.key);
  });

  afterAll(async () => {
    await raw.close();
    await bus.dispose();
  });

  const link = async (error: Promise<{ condition?: string; description?: string }>): Promise<Refusal> => {
    const { condition, description = '' } = await error;
    return { code: condition, text: description };
  };
  const http = async (method: string, path: string): Promise<Refusal> => {
    const address = `http://127.0.0.1:${bus.port}${path}`;
    const answer = await fetch(address, { method, headers: { authorization: tokenFor(address, bus.key) } });
    return { code: answer.status, text: await answer.text() };
  };
  const rule = async (sqlExpression: string, action?: string): Promise<Refusal> => {
    const made = bus
      .administration()
      .createRule(
        'orders',
        'ledger',
        'r',
        { sqlExpression },
        action === undefined ? undefined : ({ sqlExpression: action } as never),
      );
    const { statusCode, message } = (await made.catch((error: unknown) => error)) as {
      statusCode: number;
      message: string;
    };
    return { code: statusCode, text: message };
  };

  const rows: Readonly<Record<string, readonly [situation: () => Promise<Refusal>, told: Refusal | object]>> = {
    transactions: [
      async () => {
        // The library tells of what it does not know before the server refuses it.
        const told = jest.spyOn(console, 'warn').mockImplementation();
        const refused = await link(refusedToSend(raw, { target: rhea.types.wrap_described([[]], COORDINATOR) }));
        told.mockRestore();
        return refused;
      },
      { code: NOT_IMPLEMENTED, text: expect.stringContaining('transactions') as string },
    ],
    'dynamic and anonymous nodes': [
      () => link(refusedToReceive(raw, { dynamic: true })),
      { code: NOT_IMPLEMENTED, text: expect.stringContaining('a dynamic or an anonymous node') as string },
    ],
    'sending via another entity': [
      () => {
        const properties = { 'com.microsoft:transfer-destination-address': 'orders' };
        return link(refusedToSend(raw, {}, { target: { address: QUEUE }, properties }));
      },
      { code: NOT_IMPLEMENTED, text: expect.stringContaining('by way of another entity') as string },
    ],
    'filters of a receiver': [
      () => link(refusedToReceive(raw, { address: QUEUE, filter: rhea.filter.selector('a = 1') })),
      { code: NOT_IMPLEMENTED, text: expect.stringContaining('selector') as string },
    ],
    'browsing by a link': [
      () => link(refusedToReceive(raw, { address: QUEUE, distribution_mode: 'copy' })),
      { code: NOT_IMPLEMENTED, text: expect.stringContaining('distribution mode copy') as string },
    ],
    'other message formats': [
      async () => ({ code: await sendEncoded(raw, QUEUE, Buffer.from('x'), STRANGE_FORMAT), text: '' }),
      { code: NOT_IMPLEMENTED },
    ],
    'other requests to `$management`': [
      async () => {
        const { status, description } = await raw.ask(`${QUEUE}/$management`, 'com.microsoft:paint', {});
        return { code: status, text: description };
      },
      { code: 501, text: expect.stringContaining('"paint"') as string },
    ],
    'AMQP over WebSocket': [
      () => http('GET', '/$servicebus/websocket'),
      { code: 501, text: expect.stringContaining('AMQP over WebSocket') as string },
    ],
    'messages over HTTP': [
      () => http('POST', `/${QUEUE}/messages`),
      { code: 501, text: expect.stringContaining('messages over HTTP') as string },
    ],
    'changing the namespace': [
      () => http('DELETE', '/$namespaceinfo'),
      { code: 501, text: expect.stringContaining('$namespaceinfo') as string },
    ],
    'actions that set `sys.MessageId`, `sys.SessionId`': [
      () => rule('1 = 1', "SET sys.SessionId = 'x'"),
      { code: 400, text: expect.stringContaining('sys.SessionId is not supported') as string },
    ],
    'SASL but `ANONYMOUS`': [
      async () => {
        const options = { host: '127.0.0.1', port: bus.port, username: 'RootManageSharedAccessKey', password: bus.key };
        const connection = rhea.create_container().connect({ ...options, reconnect: false });
        const error = await new Promise<Error>((resolve) => {
          connection.on('disconnected', () => resolve(new Error('It was cut.')));
          connection.on('connection_error', ({ error: why }) => resolve(why as Error));
        });
        return { code: undefined, text: error.message };
      },
      { text: expect.stringContaining('ANONYMOUS') as string },
    ],
  };

  it.each(Object.entries(rows))('is refused by name: %s', async (_, [situation, told]) => {
    expect(await situation()).toMatchObject(told);
  });

  it('is what the README lists', () => {
    const [, ours = ''] = readFileSync(README, 'utf8').split('## Service Bus\n');
    const listed = [...ours.matchAll(/^\| (?<what>[^|]+?) +\| no[ :,]/gm)];
    expect(listed.map(({ groups }) => groups!['what']!).toSorted()).toEqual(Object.keys(rows).toSorted());
  });
});
