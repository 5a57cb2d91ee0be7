import type { ServiceBusClient } from '@azure/service-bus';
import { Failure } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { startLocalAzure } from '@ballast/local-azure';
import { BusFixture, Gate, LOCK_DURATION_MS, Placed, event, placed, until } from './bus-fixture.js';
import { EventListener } from './event-listener.js';
import type { EventListenerOptions } from './event-listener.js';
import { EventSender } from './event-sender.js';
import { currentTrace } from './trace.js';
import type { Trace } from './trace.js';

describe('hearing events', () => {
  let bus: BusFixture;
  let client: ServiceBusClient;
  let sender: EventSender;

  beforeEach(async () => {
    bus = await BusFixture.start(startLocalAzure);
    client = await bus.connect();
    sender = bus.closeAtEnd(new EventSender(client, 'orders'));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await bus.close();
  });

  type Handle = EventListenerOptions['handle'];
  async function listen(handle: Handle, change: Partial<EventListenerOptions> = {}): Promise<EventListener> {
    const options = { topic: 'orders', subscription: 'ledger', events: [placed], log: bus.log, handle, ...change };
    const listener = bus.closeAtEnd(new EventListener(client, options));
    await listener.start();
    return listener;
  }

  /** The events that nobody has settled yet are heard by a second listener; none may be left. */
  async function expectNothingLeft(): Promise<void> {
    const marker = event('marker', 1);
    await sender.send([marker]);
    const left: string[] = [];
    await listen(async ([one]) => void left.push(one?.id ?? ''));
    await until('hearing the marker', () => left.includes(marker.id));
    expect(left).toEqual([marker.id]);
  }

  it('decodes the data and completes what was handled', async () => {
    const heard: EventEnvelope[] = [];
    const listener = await listen(async (events) => void heard.push(...events));
    await sender.send([event('prf_1', 1)]);
    await until('hearing it', () => heard.length === 1 && listener.health().inHand === 0);
    expect(heard[0]?.data).toBeInstanceOf(Placed);
    expect(listener.health()).toEqual({ connected: true, inHand: 0, deadLettered: 0 });
    await listener.close();
    await expectNothingLeft();
  });

  it('runs each handler in the trace of its event', async () => {
    const traces: (Trace | undefined)[] = [];
    await listen(async () => void traces.push(currentTrace()));
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await sender.send([event('prf_1', 1, { traceparent, correlationid: 'req_7' })]);
    await until('hearing it', () => traces.length === 1);
    expect(traces[0]).toEqual({
      correlationId: 'req_7',
      causationId: event('prf_1', 1).id,
      traceparent: expect.stringMatching(/^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/),
    });
  });

  it('handles one event of a profile at a time, in order, and ten profiles at once', async () => {
    const gate = new Gate();
    const busy = new Set<string>();
    const heard = new Map<string, number[]>();
    let overlaps = 0;
    await listen(
      async ([one]) => {
        const { partitionkey, sequence } = one!;
        if (busy.has(partitionkey)) overlaps += 1;
        busy.add(partitionkey);
        await gate.pass();
        heard.set(partitionkey, [...(heard.get(partitionkey) ?? []), sequence!]);
        busy.delete(partitionkey);
      },
      { concurrency: 100 },
    );
    const numbers = Array.from({ length: 10 }, (_, index) => index + 1);
    await sender.send(numbers.flatMap((number) => numbers.map((profile) => event(`prf_${profile}`, number))));
    // Ten are in the handler and wait for each other; the other ninety are in hand and wait for their lane.
    await until('ten at once', () => gate.reached === 10);
    expect(busy.size).toBe(10);
    gate.open();
    await until('all to be handled', () => [...heard.values()].flat().length === 100);
    expect(overlaps).toBe(0);
    expect(heard.size).toBe(10);
    for (const sequences of heard.values()) expect(sequences).toEqual(numbers);
  });

  it('never has more in hand than its concurrency', async () => {
    const gate = new Gate();
    const listener = await listen(() => gate.pass(), { concurrency: 3 });
    await sender.send([1, 2, 3, 4, 5, 6].map((profile) => event(`prf_${profile}`, 1)));
    await until('three at once', () => gate.reached === 3);
    expect(listener.health().inHand).toBe(3);
    gate.open();
    await until('all', () => gate.reached === 6);
  });

  it('lets the next event of a profile go first while one waits for its precondition', async () => {
    const heard: number[] = [];
    await listen(async ([one]) => {
      if (one!.sequence === 1 && !heard.includes(3)) throw new Failure('not-yet', 'the others come first');
      heard.push(one!.sequence!);
    });
    await sender.send([event('prf_1', 1), event('prf_1', 2), event('prf_1', 3)]);
    await until('hearing all', () => heard.length === 3);
    expect(heard).toEqual([2, 3, 1]);
  });

  it('keeps the lock of an event that waits for longer than the lock lasts', async () => {
    let isReady = false;
    let tries = 0;
    const listener = await listen(async () => {
      tries += 1;
      if (!isReady) throw new Failure('not-yet', 'not yet', { retryAfterMs: 1_000 });
    });
    await sender.send([event('prf_1', 1)]);
    const now = Date.now.bind(Date);
    for (const renewals of [1, 2]) {
      await until('a renewal', () => bus.renewals('ledger') >= renewals);
      // The minute of the first lock is over after the second time.
      const aheadMs = (renewals * LOCK_DURATION_MS * 2) / 3;
      jest.spyOn(Date, 'now').mockImplementation(() => now() + aheadMs);
    }
    isReady = true;
    await until('the last try', () => listener.health().inHand === 0 && tries > 1);
    expect(bus.deliveries).toBe(1);
    await listener.close();
    await expectNothingLeft();
  });

  it('dead-letters an event after three tries that ended with a bug, and goes on', async () => {
    const heard: number[] = [];
    const listener = await listen(async ([one]) => {
      heard.push(one!.sequence!);
      if (one!.sequence === 1) throw new TypeError('no balance of 1234.50');
    });
    await sender.send([event('prf_1', 1), event('prf_1', 2)]);
    await until('the dead letter', () => listener.health().deadLettered === 1 && heard.includes(2));
    expect(heard.filter((sequence) => sequence === 1)).toHaveLength(3);
    const [letter] = await bus.deadLetters('ledger', 1);
    expect(letter?.messageId).toBe(event('prf_1', 1).id);
    expect(letter?.deadLetterReason).toBe('TypeError');
    expect(letter?.deadLetterErrorDescription).not.toContain('1234.50');
    await listener.close();
    await expectNothingLeft();
  });

  it('dead-letters what it cannot read, naming what is wrong, and goes on', async () => {
    const heard: number[] = [];
    const listener = await listen(async ([one]) => void heard.push(one!.sequence!));
    await sender.send([event('prf_1', 1, { data: { name: 7 } }), event('prf_1', 2)]);
    const foreign = client.createSender('orders');
    await foreign.sendMessages({ messageId: 'foreign', body: 'hello' });
    await until('the dead letters', () => listener.health().deadLettered === 2 && heard.length === 1);
    expect(heard).toEqual([2]);
    const letters = await bus.deadLetters('ledger', 2);
    expect(letters.map((letter) => letter.deadLetterReason)).toEqual(['UnreadableEvent', 'UnreadableEvent']);
    expect(letters.map((letter) => letter.deadLetterErrorDescription)).toEqual([
      expect.stringContaining('name'),
      expect.stringContaining('specversion'),
    ]);
  });

  it('hears again what a crashed listener had in hand', async () => {
    const crashing = await bus.connect();
    const gate = new Gate();
    const listener = new EventListener(crashing, {
      topic: 'orders',
      subscription: 'brief',
      events: [placed],
      log: bus.log,
      handle: () => gate.pass(),
    });
    await listener.start();
    await sender.send([event('prf_1', 1), event('prf_1', 2)]);
    await until('both in hand', () => gate.reached === 1 && listener.health().inHand === 2);
    await crashing.close();
    const heard = new Set<number>();
    await listen(async ([one]) => void heard.add(one!.sequence!), { subscription: 'brief' });
    await until('hearing both again', () => heard.size === 2, 30_000);
    gate.open();
    await listener.close();
  });
});
