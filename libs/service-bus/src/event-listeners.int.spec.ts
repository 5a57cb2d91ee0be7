import type { ServiceBusClient } from '@azure/service-bus';
import { Failure } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { startLocalAzure } from '@ballast/local-azure';
import { BusFixture, Gate, event, placed, until } from './bus-fixture.js';
import { EventListeners } from './event-listener.js';
import type { EventListenersOptions } from './event-listener.js';
import { EventSender } from './event-sender.js';

/** A call begins when it is full, however long its messages take to come; the time is only there to be too long. */
const gatherOf = (max: number) => ({ ms: 60_000, max });

/** The `number`th event of a profile in the topic `ledger`. */
const posted = (profile: string, number: number): EventEnvelope =>
  event(profile, number, { id: `ledger:${profile}:${number}`, source: '/ledger' });

describe('hearing two topics', () => {
  let bus: BusFixture;
  let client: ServiceBusClient;
  let orders: EventSender;
  let ledger: EventSender;

  beforeEach(async () => {
    bus = await BusFixture.start(startLocalAzure);
    client = await bus.connect();
    orders = bus.closeAtEnd(new EventSender(client, 'orders'));
    ledger = bus.closeAtEnd(new EventSender(client, 'ledger'));
  });
  afterEach(() => bus.close());

  async function listen(
    handle: EventListenersOptions['handle'],
    change: Partial<EventListenersOptions> = {},
  ): Promise<EventListeners> {
    const subscriptions = ['orders', 'ledger'].map((topic) => ({ topic, subscription: 'audit' }));
    const options = { subscriptions, events: [placed], log: bus.log, handle, ...change };
    const listeners = bus.closeAtEnd(new EventListeners(client, options));
    await listeners.start();
    return listeners;
  }

  /** The events that nobody has settled yet are heard by somebody else; only the markers may be left. */
  async function expectNothingLeft(): Promise<void> {
    const left: string[] = [];
    await listen(async ([one]) => void left.push(one!.partitionkey));
    await Promise.all([orders.send([event('marker', 1)]), ledger.send([posted('marker', 1)])]);
    await until('hearing the markers', () => left.filter((profile) => profile === 'marker').length === 2);
    expect(left).toEqual(['marker', 'marker']);
  }

  it('handles one event of a profile at a time, whichever topic it came over, and other profiles at once', async () => {
    const gate = new Gate();
    const busy = new Map<string, number>();
    const most = new Map<string, number>();
    const listeners = await listen(async ([one]) => {
      const { partitionkey } = one!;
      busy.set(partitionkey, (busy.get(partitionkey) ?? 0) + 1);
      most.set(partitionkey, Math.max(most.get(partitionkey) ?? 0, busy.get(partitionkey)!));
      await gate.pass();
      busy.set(partitionkey, busy.get(partitionkey)! - 1);
    });
    const numbers = [1, 2, 3];
    await orders.send(numbers.flatMap((number) => [event('a', number), event('b', number)]));
    await ledger.send(numbers.flatMap((number) => [posted('a', number), posted('b', number)]));
    // All twelve have come; two are in the handler and ten wait for their lane.
    await until('all in hand', () => listeners.health().inHand === 12);
    expect(gate.reached).toBe(2);
    gate.open();
    await until('all to be handled', () => gate.reached === 12 && listeners.health().inHand === 0);
    expect(Object.fromEntries(most)).toEqual({ a: 1, b: 1 });
    await listeners.close();
    await expectNothingLeft();
  });

  it('lets an event of one topic go first while one of the other waits for it', async () => {
    const heard: string[] = [];
    await listen(async ([one]) => {
      if (one!.source === '/orders' && heard.length === 0) throw new Failure('not-yet', 'the posting comes first');
      heard.push(one!.source);
    });
    await orders.send([event('a', 1)]);
    await ledger.send([posted('a', 1)]);
    await until('hearing both', () => heard.length === 2);
    expect(heard).toEqual(['/ledger', '/orders']);
  });

  it('holds as many messages of each topic as its concurrency says', async () => {
    const gate = new Gate();
    const listeners = await listen(() => gate.pass(), {
      subscriptions: [
        { topic: 'orders', subscription: 'audit', concurrency: 3 },
        { topic: 'ledger', subscription: 'audit', concurrency: 2 },
      ],
    });
    const numbers = [1, 2, 3, 4, 5];
    await orders.send(numbers.map((number) => event(`o${number}`, number)));
    await ledger.send(numbers.map((number) => posted(`l${number}`, number)));
    await until('five at once', () => gate.reached === 5);
    expect(listeners.health().inHand).toBe(5);
    gate.open();
    await until('all', () => gate.reached === 10);
  });

  describe('that are gathered', () => {
    it('gets the events of one profile in one call, and completes all of them', async () => {
      const calls: string[][] = [];
      const listeners = await listen(async (events) => void calls.push(events.map(({ id }) => id)), {
        gather: gatherOf(3),
      });
      await orders.send([event('a', 1), event('b', 1)]);
      await ledger.send([posted('a', 1), posted('a', 2)]);
      await until('the call', () => calls.length === 1 && listeners.health().inHand === 1);
      expect(calls[0]?.sort()).toEqual(['ledger:a:1', 'ledger:a:2', event('a', 1).id]);
      await orders.send([event('b', 2)]);
      await ledger.send([posted('b', 1)]);
      await until('the other call', () => calls.length === 2 && listeners.health().inHand === 0);
      await listeners.close();
      await expectNothingLeft();
    });

    it('never has two calls of one profile at once', async () => {
      const gate = new Gate();
      const listeners = await listen(() => gate.pass(), { gather: gatherOf(2) });
      await orders.send([1, 2, 3].map((number) => event('a', number)));
      await ledger.send([1, 2, 3].map((number) => posted('a', number)));
      // Either topic alone would fill a call.
      await until('all in hand', () => listeners.health().inHand === 6);
      expect(gate.reached).toBe(1);
      gate.open();
      await until('all to be handled', () => gate.reached === 3 && listeners.health().inHand === 0);
    });

    it('tries a call that failed again as a whole', async () => {
      const calls: string[][] = [];
      const listeners = await listen(
        async (events) => {
          calls.push(events.map(({ id }) => id));
          if (calls.length < 3) throw new Failure('throttled', 'slow down');
        },
        { gather: gatherOf(2) },
      );
      await orders.send([event('a', 1)]);
      await ledger.send([posted('a', 1)]);
      await until('the third try', () => calls.length === 3 && listeners.health().inHand === 0);
      expect(calls[0]).toHaveLength(2);
      expect(calls).toEqual([calls[0], calls[0], calls[0]]);
      expect(bus.deliveries).toBe(2);
      await listeners.close();
      await expectNothingLeft();
    });

    it('dead-letters only the culprit, where it came from', async () => {
      const handled: string[] = [];
      const listeners = await listen(
        async (events) => {
          if (events.some(({ source }) => source === '/ledger')) throw new TypeError('posting');
          handled.push(...events.map(({ id }) => id));
        },
        { gather: gatherOf(2) },
      );
      await orders.send([event('a', 1)]);
      await ledger.send([posted('a', 1)]);
      await until('the dead letter', () => listeners.health().deadLettered === 1 && listeners.health().inHand === 0);
      expect(handled).toEqual([event('a', 1).id]);
      const [letter] = await bus.deadLetters('audit', 1, 'ledger');
      expect(letter?.messageId).toBe('ledger:a:1');
    });

    it('gives back what only waited, each where it came from, when it closes', async () => {
      const listeners = await listen(async () => undefined, { gather: gatherOf(10) });
      await orders.send([event('a', 1)]);
      await ledger.send([posted('a', 1)]);
      await until('both in hand', () => listeners.health().inHand === 2);
      await listeners.close();
      const heard: string[] = [];
      await listen(async ([one]) => void heard.push(one!.source));
      // Far sooner than the minute that a lock lasts.
      await until('the successor to have both', () => heard.length === 2);
    });
  });
});
