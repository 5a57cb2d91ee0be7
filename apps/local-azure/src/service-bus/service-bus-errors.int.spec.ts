import type { ServiceBusErrorCode, ServiceBusReceiver } from '@azure/service-bus';
import Long from 'long';
import { receiveOne, ServiceBusFixture } from './service-bus-fixture.js';

const KILOBYTE = 1_024;
const QUEUES = [
  { name: 'jobs' },
  { name: 'sessions', requiresSession: true },
  { name: 'tight', messageBytesMax: KILOBYTE },
  { name: 'small', entityBytesMax: KILOBYTE },
];
const TOPICS = [{ name: 'orders', subscriptions: [{ name: 'ledger' }] }];
const UNRENEWED = { maxAutoLockRenewalDurationInMs: 0 };
const WRONG_KEY = Buffer.alloc(32, 1).toString('base64');
/** How long a client waits for a session that does not come. */
const BRIEF_WAIT_MS = 500;

/** What brings an error about, and whether the SDK tries again. */
interface Situation {
  readonly when: string;
  readonly retryable: boolean;
  readonly produce: () => Promise<unknown>;
}

describe('the client is told', () => {
  let bus: ServiceBusFixture;

  beforeEach(async () => {
    bus = await ServiceBusFixture.start(TOPICS, { queues: QUEUES });
  });

  afterEach(() => bus.dispose());

  /** A client that tries once. */
  const once = (timeoutInMs = 30_000) => bus.connect(bus.key, bus.port, { maxRetries: 0, timeoutInMs });
  const send = (queue: string, body: string) => once().createSender(queue).sendMessages({ body });
  const jobs = (): ServiceBusReceiver => once().createReceiver('jobs', UNRENEWED);
  const accept = () => once().acceptSession('sessions', 'a', UNRENEWED);

  const situations: Readonly<Record<ServiceBusErrorCode, Situation>> = {
    UnauthorizedAccess: {
      when: 'its key is wrong',
      retryable: true,
      produce: () =>
        bus.connectAs('RootManageSharedAccessKey', WRONG_KEY).createSender('jobs').sendMessages({ body: 1 }),
    },
    MessagingEntityNotFound: {
      when: 'there is no entity of the name',
      retryable: false,
      produce: () => send('nobody', 'x'),
    },
    MessagingEntityDisabled: {
      when: 'the entity is disabled',
      retryable: false,
      produce: async () => {
        await bus.administration().createQueue('disabled', { status: 'SendDisabled' });
        await send('disabled', 'x');
      },
    },
    MessagingEntityAlreadyExists: {
      when: 'a rule of the name is there already',
      retryable: false,
      produce: () => once().createRuleManager('orders', 'ledger').createRule('$Default', { sqlExpression: '1 = 1' }),
    },
    MessageSizeExceeded: {
      when: 'a message is larger than the entity takes',
      retryable: false,
      produce: () => send('tight', 'x'.repeat(KILOBYTE)),
    },
    QuotaExceeded: {
      when: 'the entity is full',
      retryable: false,
      produce: async () => {
        await send('small', 'x'.repeat(KILOBYTE / 2));
        await send('small', 'x'.repeat(KILOBYTE / 2));
      },
    },
    MessageLockLost: {
      when: 'the lock of the message it settles is over',
      retryable: false,
      produce: async () => {
        await send('jobs', 'x');
        const receiver = jobs();
        const message = await receiveOne(receiver);
        await bus.faults.order({ kind: 'lock-expiry', target: 'jobs' });
        await receiver.completeMessage(message);
      },
    },
    MessageNotFound: {
      when: 'no deferred message has the number',
      retryable: false,
      produce: () => jobs().receiveDeferredMessages(Long.fromNumber(4_711)),
    },
    SessionCannotBeLocked: {
      when: 'another receiver has the session',
      retryable: false,
      produce: async () => {
        await accept();
        await accept();
      },
    },
    SessionLockLost: {
      when: 'the lock of its session is over',
      retryable: false,
      produce: async () => {
        await bus.send('sessions', { body: 1, sessionId: 'a' });
        const session = await accept();
        const [message] = await session.receiveMessages(1);
        await bus.faults.order({ kind: 'lock-expiry', target: 'sessions' });
        await accept();
        await session.completeMessage(message!);
      },
    },
    ServiceTimeout: {
      when: 'no session becomes free in the time it waits',
      retryable: true,
      produce: () => once(BRIEF_WAIT_MS).acceptNextSession('sessions'),
    },
    ServiceBusy: {
      when: 'the server is busy',
      retryable: true,
      produce: async () => {
        await bus.faults.order({ kind: 'server-busy', target: 'jobs' });
        await send('jobs', 'x');
      },
    },
    ServiceCommunicationProblem: {
      when: 'the namespace fails over',
      retryable: false,
      produce: async () => {
        await bus.faults.order({ kind: 'unreachable', target: 'jobs' });
        await send('jobs', 'x');
      },
    },
    GeneralError: {
      when: 'it does what the entity does not permit',
      retryable: false,
      produce: () => receiveOne(once().createReceiver('sessions')),
    },
  };

  const cases = Object.entries(situations).map(([code, situation]) => ({ code, ...situation }));

  it.each(cases)('$code when $when', async ({ code, produce, retryable }) => {
    await expect(produce()).rejects.toMatchObject({ name: 'ServiceBusError', code, retryable });
  });
});
