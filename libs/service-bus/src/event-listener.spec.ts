/** @jest-environment ./apps/launcher/jest-own-context.mjs */
import type {
  MessageHandlers,
  ServiceBusClient,
  ServiceBusReceivedMessage,
  ServiceBusReceiver,
  SubscribeOptions,
} from '@azure/service-bus';
import { Failure } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { toMessage } from './event-message.js';
import { EventListener } from './event-listener.js';
import type { EventListenerOptions } from './event-listener.js';

/** Plays the SDK: hands over messages, and writes down how they are settled. */
class FakeBus {
  readonly settled: string[] = [];
  readonly options: SubscribeOptions[] = [];
  renewals = 0;
  receivers = 0;
  locksAreLost = false;
  private handlers: MessageHandlers | undefined;

  readonly client = { createReceiver: () => this.receiver() } as unknown as ServiceBusClient;

  deliver(event: EventEnvelope): Promise<void> {
    return this.handlers!.processMessage({ ...toMessage(event) } as ServiceBusReceivedMessage);
  }

  giveUp(): Promise<void> {
    const error = Object.assign(new Error('closed for good'), { name: 'AbortError' });
    const args = {
      error,
      errorSource: 'receive',
      entityPath: '',
      fullyQualifiedNamespace: '',
      identifier: '',
    } as const;
    return this.handlers!.processError(args);
  }

  /** A new link takes the place of one that broke. */
  openLink(): Promise<void> {
    return (this.handlers as MessageHandlers & { preInitialize(): Promise<void> }).preInitialize();
  }

  private receiver(): ServiceBusReceiver {
    this.receivers += 1;
    const settle =
      (how: string) =>
      async ({ messageId }: ServiceBusReceivedMessage): Promise<void> => {
        if (this.locksAreLost) throw Object.assign(new Error('lock lost'), { code: 'MessageLockLost' });
        this.settled.push(`${how} ${String(messageId)}`);
      };
    const receiver = {
      subscribe: (handlers: MessageHandlers, options: SubscribeOptions) => {
        this.handlers = handlers;
        this.options.push(options);
        return { close: async () => undefined };
      },
      completeMessage: settle('complete'),
      abandonMessage: settle('abandon'),
      deadLetterMessage: settle('dead-letter'),
      renewMessageLock: async () => {
        this.renewals += 1;
        if (this.locksAreLost) throw Object.assign(new Error('lock lost'), { code: 'MessageLockLost' });
      },
      close: async () => undefined,
    };
    return receiver as unknown as ServiceBusReceiver;
  }
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

function event(id: string, partitionkey = 'prf_1'): EventEnvelope {
  const time = '2026-01-02T03:04:05.678Z';
  const named = { id, type: 'a.happened.v1', source: '/a', subject: id, time };
  return { ...named, partitionkey, correlationid: 'req', data: {} };
}

async function listening(handle: EventListenerOptions['handle']): Promise<{ bus: FakeBus; listener: EventListener }> {
  const bus = new FakeBus();
  const options = { topic: 'a', subscription: 'b', events: [], log: silent, handle };
  const listener = new EventListener(bus.client, options);
  await listener.start();
  return { bus, listener };
}

describe('a listener', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('takes explicit settlement and no more messages than it may', async () => {
    const { bus } = await listening(async () => undefined);
    expect(bus.options).toMatchObject([{ autoCompleteMessages: false, maxConcurrentCalls: 64 }]);
  });

  it('gives an event that failed for thirty seconds back to the bus, its lock renewed in the meantime', async () => {
    let tries = 0;
    const { bus, listener } = await listening(async () => {
      tries += 1;
      throw new Failure('not-yet', 'not yet');
    });
    const delivered = bus.deliver(event('a'));
    await jest.advanceTimersByTimeAsync(29_999);
    expect(bus.settled).toEqual([]);
    expect(bus.renewals).toBe(11);
    await jest.advanceTimersByTimeAsync(1);
    await delivered;
    expect(bus.settled).toEqual(['abandon a']);
    expect(tries).toBe(13);
    expect(listener.health().inHand).toBe(0);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('renews the lock of what waits behind its lane, and of a handler only for thirty seconds', async () => {
    const { bus } = await listening(() => new Promise(() => undefined));
    void bus.deliver(event('a'));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(bus.renewals).toBe(12);
    void bus.deliver(event('b'));
    await jest.advanceTimersByTimeAsync(10_000);
    expect(bus.renewals).toBe(16);
  });

  it('lets go of an event whose lock is lost while it waits: it will come again', async () => {
    let tries = 0;
    const { bus, listener } = await listening(async () => {
      tries += 1;
      throw new Failure('not-yet', 'not yet', { retryAfterMs: 20_000 });
    });
    const delivered = bus.deliver(event('a'));
    bus.locksAreLost = true;
    await jest.advanceTimersByTimeAsync(2_500);
    await delivered;
    expect(listener.health().inHand).toBe(0);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(tries).toBe(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('survives a lock that was lost before settling', async () => {
    const { bus, listener } = await listening(async () => undefined);
    bus.locksAreLost = true;
    await bus.deliver(event('a'));
    expect(listener.health()).toMatchObject({ inHand: 0, deadLettered: 0 });
  });

  it('does not settle over a new link what came over one that broke: it will come again', async () => {
    let end = (): void => undefined;
    const { bus, listener } = await listening(([one]) =>
      one!.id === 'a' ? new Promise((resolve) => (end = resolve)) : Promise.resolve(),
    );
    const delivered = bus.deliver(event('a'));
    await bus.openLink();
    end();
    await delivered;
    await bus.deliver(event('b'));
    expect(bus.settled).toEqual(['complete b']);
    expect(listener.health().inHand).toBe(0);
  });

  it('makes a new receiver when the SDK gave one up, until it is closed', async () => {
    const { bus, listener } = await listening(async () => undefined);
    await bus.giveUp();
    expect(bus.receivers).toBe(1);
    await jest.advanceTimersByTimeAsync(500);
    expect(bus.receivers).toBe(2);
    await bus.deliver(event('a'));
    expect(bus.settled).toEqual(['complete a']);
    await listener.close();
    await bus.giveUp();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(bus.receivers).toBe(2);
  });

  it('gives back what still comes while it closes', async () => {
    const { bus, listener } = await listening(async () => undefined);
    await listener.close();
    await bus.deliver(event('a'));
    expect(bus.settled).toEqual(['abandon a']);
  });

  it('waits twenty seconds for a handler that does not end when it closes, and no longer', async () => {
    const { bus, listener } = await listening(() => new Promise(() => undefined));
    void bus.deliver(event('a'));
    let isClosed = false;
    const closing = listener.close().then(() => (isClosed = true));
    await jest.advanceTimersByTimeAsync(19_999);
    expect(isClosed).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    await closing;
    expect(listener.health().inHand).toBe(0);
    expect(jest.getTimerCount()).toBe(0);
  });
});
