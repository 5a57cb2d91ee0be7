import type { ServiceBusClient } from '@azure/service-bus';
import { Failure } from '@ballast/contracts';
import { startLocalAzure } from '@ballast/local-azure';
import { BusFixture, Gate, event, placed, until } from './bus-fixture.js';
import { EventListener } from './event-listener.js';
import type { EventListenerOptions } from './event-listener.js';
import { EventSender } from './event-sender.js';

/** Milliseconds after which a listener must hear again when the bus is back; the SDK alone may take 30 000. */
const RESUME_MS_MAX = 12_000;

describe('a listener', () => {
  let bus: BusFixture;
  let client: ServiceBusClient;
  let sender: EventSender;

  beforeEach(async () => {
    bus = await BusFixture.start(startLocalAzure);
    client = await bus.connect();
    sender = bus.closeAtEnd(new EventSender(client, 'orders'));
  });
  afterEach(() => bus.close());

  async function listen(
    handle: EventListenerOptions['handle'],
    change: Partial<EventListenerOptions> = {},
  ): Promise<EventListener> {
    const options = { topic: 'orders', subscription: 'ledger', events: [placed], log: bus.log, handle, ...change };
    const listener = bus.closeAtEnd(new EventListener(client, options));
    await listener.start();
    return listener;
  }

  it('hears again soon after a restart of the bus', async () => {
    const heard: number[] = [];
    const listener = await listen(async ([one]) => void heard.push(one!.sequence!));
    await sender.send([event('prf_1', 1)]);
    await until('the first', () => heard.includes(1) && listener.health().inHand === 0);
    expect(listener.health().connected).toBe(true);

    await bus.stopServer();
    await until('noticing that the bus is away', () => !listener.health().connected);
    // Long enough away for the waits between two tries to have grown to their maximum.
    const back = Date.now() + 4_000;
    await until('the outage', () => Date.now() > back);
    await bus.startServer();
    const startedMs = Date.now();
    await until('being connected again', () => listener.health().connected, 30_000);
    expect(Date.now() - startedMs).toBeLessThan(RESUME_MS_MAX);
    await sender.send([event('prf_1', 2)]);
    await until('the second', () => heard.includes(2));
  });

  it('handles what was in hand when the connection broke, and has no more in hand than before', async () => {
    let gate = new Gate();
    const handled = new Set<string>();
    const listener = await listen(
      async ([one]) => {
        await gate.pass();
        handled.add(one!.partitionkey);
      },
      { concurrency: 4 },
    );
    const profiles = Array.from({ length: 40 }, (_, index) => `prf_${index}`);
    await sender.send(profiles.map((profile) => event(profile, 1)));
    await until('four in hand', () => gate.reached === 4);
    await bus.stopServer();
    await until('noticing that the bus is away', () => !listener.health().connected);
    await bus.startServer();
    // The link is new and so are its credits; the four in hand have to be given up with theirs.
    await until('four others in hand', () => listener.health().inHand === 8);
    gate.open();
    await until('all', () => handled.size === profiles.length && listener.health().inHand === 0, 20_000);

    gate = new Gate();
    handled.clear();
    await sender.send(profiles.map((profile) => event(profile, 2)));
    await until('four in hand', () => gate.reached === 4);
    expect(listener.health().inHand).toBe(4);
    const later = Date.now() + 300;
    await until('time for a fifth', () => Date.now() > later);
    expect(listener.health().inHand).toBe(4);
    gate.open();
    await until('all', () => handled.size === profiles.length);
  });

  it('starts while the bus is away and hears when it comes', async () => {
    await bus.stopServer();
    const heard: number[] = [];
    const listener = await listen(async ([one]) => void heard.push(one!.sequence!));
    expect(listener.health().connected).toBe(false);
    await bus.startServer();
    await sender.send([event('prf_1', 1)]);
    await until('hearing it', () => heard.length === 1);
  });

  it('closes while the bus is away', async () => {
    const listener = await listen(async () => undefined);
    await until('being connected', () => listener.health().connected);
    await bus.stopServer();
    await until('noticing that the bus is away', () => !listener.health().connected);
    await listener.close();
    expect(listener.health()).toEqual({ connected: false, inHand: 0, deadLettered: 0 });
    await bus.startServer();
  });

  it('keeps trying for a subscription that does not exist, and says so once', async () => {
    const warnings: string[] = [];
    const log = { ...bus.log, warn: (_: object, text: string) => void warnings.push(text) };
    const listener = await listen(async () => undefined, { subscription: 'nobody', log });
    await until('the warning', () => warnings.length > 0);
    const later = Date.now() + 1_500;
    await until('some more tries', () => Date.now() > later);
    expect(warnings).toHaveLength(1);
    expect(listener.health().connected).toBe(false);
  });

  it('lets the handlers in hand finish when it closes, and gives back the rest at once', async () => {
    const gate = new Gate();
    const first: number[] = [];
    const listener = await listen(async ([one]) => {
      if (one!.sequence === 9) throw new Failure('not-yet', 'not yet', { retryAfterMs: 25_000 });
      await gate.pass();
      first.push(one!.sequence!);
    });
    await sender.send([event('prf_2', 9)]);
    await sender.send([event('prf_1', 1), event('prf_1', 2), event('prf_1', 3)]);
    await until('all in hand', () => gate.reached === 1 && listener.health().inHand === 4);
    const closing = listener.close();
    const second: number[] = [];
    const other = await bus.connect();
    const successor = new EventListener(other, {
      topic: 'orders',
      subscription: 'ledger',
      events: [placed],
      log: bus.log,
      handle: async ([one]) => void second.push(one!.sequence!),
    });
    await bus.closeAtEnd(successor).start();
    // Far sooner than the minute that a lock lasts.
    await until('the successor to have what only waited', () => second.length === 3);
    expect(first).toEqual([]);
    gate.open();
    await closing;
    expect(first).toEqual([1]);
    expect([...second].sort()).toEqual([2, 3, 9]);
    expect(listener.health().inHand).toBe(0);
  });

  describe('that gathers', () => {
    /** A call begins when it is full, however long its messages take to come. */
    const gatherOf = (max: number) => ({ ms: 60_000, max });

    it('hands on the events of one lane together, in order', async () => {
      const calls: string[][] = [];
      await listen(async (events) => void calls.push(events.map((one) => `${one.partitionkey}#${one.sequence}`)), {
        gather: gatherOf(3),
      });
      await sender.send([1, 2, 3].flatMap((number) => [event('a', number), event('b', number)]));
      await until('two calls', () => calls.length === 2);
      expect(calls.sort()).toEqual([
        ['a#1', 'a#2', 'a#3'],
        ['b#1', 'b#2', 'b#3'],
      ]);
    });

    it('keeps the order when a batch fails, and lets its lane wait', async () => {
      const calls: number[][] = [];
      await listen(
        async (events) => {
          calls.push(events.map((one) => one.sequence!));
          if (calls.length < 3) throw new Failure('throttled', 'slow down');
        },
        { gather: gatherOf(3) },
      );
      await sender.send([1, 2, 3, 4, 5, 6].map((number) => event('a', number)));
      await until('all', () => calls.length === 4);
      const batch = [1, 2, 3];
      expect(calls).toEqual([batch, batch, batch, [4, 5, 6]]);
    });

    it('dead-letters only the culprit of a batch that has a bug', async () => {
      const handled: number[] = [];
      const listener = await listen(
        async (events) => {
          if (events.some((one) => one.sequence === 3)) throw new TypeError('three');
          handled.push(...events.map((one) => one.sequence!));
        },
        { gather: gatherOf(5) },
      );
      await sender.send([1, 2, 3, 4, 5].map((number) => event('a', number)));
      await until('the dead letter', () => listener.health().deadLettered === 1 && handled.length === 4);
      expect(handled).toEqual([1, 2, 4, 5]);
      const [letter] = await bus.deadLetters('ledger', 1);
      expect(letter?.messageId).toBe(event('a', 3).id);
    });
  });
});
