import type { ChildProcess } from 'node:child_process';
import { ServiceBusClient, type ServiceBusReceivedMessage, type ServiceBusReceiver } from '@azure/service-bus';
import { BundledProcesses, nextMessage } from './bundled-process-fixture.js';
import { CrashLedger, type CrashNotes, type Place } from './crash-ledger-fixture.js';
import { LOAD_ENTITIES } from './crash-load-fixture.js';

/** How often the server is killed; for more: `CRASH_ROUNDS=50 npx jest --selectProjects integration -- service-bus/crash`. */
const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 5);
/** Requests answered before the first kill, and how many more before each after it, at most so many. */
const ANSWERS_FIRST = 200;
const ANSWERS_MORE = 100;
const ANSWERS_MAX = 700;
const SENT_PER_ROUND_MIN = 50;
const SECONDS_PER_ROUND_MAX = 60;
const PEEKED_AT_A_TIME = 250;
const RECEIVED_AT_A_TIME = 100;
const RECEIVE_WAIT_MS = 10_000;
const KEY = Buffer.from('a key for tests').toString('base64');

const SERVER = `
import { ServiceBusServer } from './service-bus-server.ts';
import { Usage } from '../usage.ts';
process.once('message', async (options) => {
  const server = await ServiceBusServer.start({ ...options, usage: new Usage() });
  process.send(server.port);
});
process.on('disconnect', () => process.exit(1));
`;
const LOAD = `
import { runCrashLoad } from './crash-load-fixture.ts';
process.once('message', runCrashLoad);
process.on('disconnect', () => process.exit(1));
`;

describe('a server that is killed again and again under load', () => {
  const processes = new BundledProcesses();
  const programs = { server: processes.bundle('server', SERVER), load: processes.bundle('load', LOAD) };
  let notes: CrashNotes = { messages: [], contradictions: [] };
  let connectionString = '';
  let client: ServiceBusClient;

  beforeAll(
    async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        await killUnderLoad(Math.min(ANSWERS_FIRST + round * ANSWERS_MORE, ANSWERS_MAX));
      }
      ({ connectionString } = await startServer());
    },
    ROUNDS * SECONDS_PER_ROUND_MAX * 1_000,
  );

  afterAll(() => processes.dispose());

  // A client goes on peeking where it stopped, so that every test has its own.
  beforeEach(() => {
    client = new ServiceBusClient(connectionString);
  });

  afterEach(() => client.close());

  async function startServer(): Promise<{ child: ChildProcess; connectionString: string }> {
    const options = { ...LOAD_ENTITIES, sharedAccessKey: KEY, host: '127.0.0.1', port: 0 };
    const { child, first: port } = await processes.start<number>(programs.server, {
      ...options,
      file: processes.path('service-bus.db'),
    });
    const connectionString = `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=${KEY};UseDevelopmentEmulator=true`;
    return { child, connectionString };
  }

  /** The load says when it has had its answers, goes on until the server is dead, and then hands over its notes. */
  async function killUnderLoad(answers: number): Promise<void> {
    const { child: server, ...address } = await startServer();
    const { child: load, first: failure } = await processes.start<string>(programs.load, {
      ...address,
      answers,
      notes,
    });
    expect(failure).toBe('');
    await processes.kill(server);
    const handedOver = nextMessage<CrashNotes>(load);
    load.send('killed');
    notes = await handedOver;
    await processes.kill(load);
  }

  async function peekAll(receiver: ServiceBusReceiver): Promise<ServiceBusReceivedMessage[]> {
    const all: ServiceBusReceivedMessage[] = [];
    for (;;) {
      const next = all.at(-1)?.sequenceNumber?.add(1);
      const page = await receiver.peekMessages(
        PEEKED_AT_A_TIME,
        next === undefined ? {} : { fromSequenceNumber: next },
      );
      if (page.length === 0) return all;
      all.push(...page);
    }
  }

  async function receive(receiver: ServiceBusReceiver, count: number): Promise<ServiceBusReceivedMessage[]> {
    const all: ServiceBusReceivedMessage[] = [];
    while (all.length < count) {
      const options = { maxWaitTimeInMs: RECEIVE_WAIT_MS };
      const page = await receiver.receiveMessages(Math.min(count - all.length, RECEIVED_AT_A_TIME), options);
      if (page.length === 0) break;
      all.push(...page);
    }
    return all;
  }

  const idsOf = (messages: readonly ServiceBusReceivedMessage[]) =>
    messages.map(({ messageId }) => messageId as string).sort();

  /** Every place of each message, with its delivery count compared. */
  async function placesOf(ledger: CrashLedger, receivers: readonly [ServiceBusReceiver, Place][]) {
    const found = new Map<string, Place[]>();
    for (const [receiver, where] of receivers) {
      for (const { messageId, state, deliveryCount } of await peekAll(receiver)) {
        const place = state === 'active' ? where : state;
        ledger.seen(messageId as string, place, deliveryCount!);
        found.set(messageId as string, [...(found.get(messageId as string) ?? []), place]);
      }
    }
    return found;
  }

  it('gave nothing while it ran that contradicts what it had answered', () => {
    expect(notes.contradictions).toEqual([]);
    expect(notes.messages.length).toBeGreaterThan(ROUNDS * SENT_PER_ROUND_MIN);
  });

  it.each(['jobs', 'steps', 'later', 'orders'])(
    'has what was sent to %s once at most, where it was said to be, failed as often as was said',
    async (entity) => {
      const ledger = new CrashLedger({ ...notes, contradictions: [] });
      const open = (subQueue: object): ServiceBusReceiver =>
        entity === 'orders'
          ? client.createReceiver(entity, 'ledger', subQueue)
          : client.createReceiver(entity, subQueue);
      const receivers = [open({}), open({ subQueueType: 'deadLetter' })] as const;
      ledger.compare(
        entity,
        await placesOf(ledger, [
          [receivers[0], 'ready'],
          [receivers[1], 'dead'],
        ]),
      );
      expect(ledger.contradictions).toEqual([]);
    },
  );

  it('has everything accepted in the subscription that nobody received from', async () => {
    const found = idsOf(await peekAll(client.createReceiver('orders', 'audit')));
    const sent = notes.messages.filter(({ entity }) => entity === 'orders');
    const accepted = sent.filter((known) => known.accepted).map(({ id }) => id);
    expect(new Set(found).size).toBe(found.length);
    expect(accepted.filter((id) => !found.includes(id))).toEqual([]);
    expect(found.filter((id) => !sent.some((known) => known.id === id))).toEqual([]);
  });

  it('gives out at once what was locked when it was killed, what was deferred and what was dead-lettered', async () => {
    const [jobs, dead] = [client.createReceiver('jobs'), client.createReceiver('jobs', { subQueueType: 'deadLetter' })];
    const peeked = await peekAll(jobs);
    const [active, deferred] = [
      peeked.filter(({ state }) => state === 'active'),
      peeked.filter(({ state }) => state === 'deferred'),
    ];
    expect(active.length).toBeGreaterThan(0);
    expect(idsOf(await receive(jobs, active.length))).toEqual(idsOf(active));
    expect(deferred.length).toBeGreaterThan(0);
    const numbers = deferred.map(({ sequenceNumber }) => sequenceNumber!);
    expect(idsOf(await jobs.receiveDeferredMessages(numbers))).toEqual(idsOf(deferred));
    const buried = await peekAll(dead);
    expect(buried.length).toBeGreaterThan(0);
    expect(idsOf(await receive(dead, buried.length))).toEqual(idsOf(buried));
  });

  it('gives what is left of every session in its order', async () => {
    const ledger = new CrashLedger({ ...notes, contradictions: [] });
    const left = notes.messages.filter(
      ({ entity, place, accepted }) => entity === 'steps' && place === 'ready' && accepted,
    );
    for (const sessionId of new Set(left.map((known) => known.sessionId))) {
      const session = await client.acceptSession('steps', sessionId);
      const peeked = await session.peekMessages(PEEKED_AT_A_TIME);
      const received = await receive(session, peeked.length);
      ledger.inTurn(
        received.map(({ messageId, deliveryCount }) => ledger.seen(messageId as string, 'ready', deliveryCount!)),
      );
      await session.close();
    }
    expect(left.length).toBeGreaterThan(0);
    expect(ledger.contradictions).toEqual([]);
  });
});
