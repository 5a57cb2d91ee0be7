import { Failure } from '@ballast/contracts';
import { startLocalAzure } from '@ballast/local-azure';
import { BusFixture, event, until } from './bus-fixture.js';
import { EventListener } from './event-listener.js';
import { EventSender } from './event-sender.js';

describe('sending events', () => {
  let bus: BusFixture;
  beforeEach(async () => (bus = await BusFixture.start(startLocalAzure)));
  afterEach(() => bus.close());

  it('arrives as it was sent, in order, at those whose filter lets it pass', async () => {
    const client = await bus.connect();
    const sender = bus.closeAtEnd(new EventSender(client, 'orders'));
    const entry = event('prf_1', 1, {
      intent: 'entry',
      ownerid: 'usr_1',
      causationid: 'evt',
      traceparent: TRACEPARENT,
    });
    const exit = event('prf_1', 2, { intent: 'exit' });
    const heard = { ledger: [] as unknown[], exits: [] as unknown[] };
    for (const subscription of ['ledger', 'exits'] as const) {
      const listener = new EventListener(client, {
        topic: 'orders',
        subscription,
        events: [],
        log: bus.log,
        handle: async (events) => void heard[subscription].push(...events),
      });
      await bus.closeAtEnd(listener).start();
    }
    await sender.send([entry, exit]);
    await until('hearing all', () => heard.ledger.length === 2 && heard.exits.length === 1);
    expect(heard).toStrictEqual({ ledger: [entry, exit], exits: [exit] });
  });

  it('is one message however often it is sent', async () => {
    const client = await bus.connect();
    const sender = bus.closeAtEnd(new EventSender(client, 'orders'));
    await sender.send([event('prf_1', 1), event('prf_1', 1), event('prf_1', 2)]);
    await sender.send([event('prf_1', 2), event('prf_1', 1), event('prf_1', 3)]);
    const heard: unknown[] = [];
    const listener = new EventListener(client, {
      topic: 'orders',
      subscription: 'ledger',
      events: [],
      log: bus.log,
      handle: async ([one]) => void heard.push(one?.sequence),
    });
    await bus.closeAtEnd(listener).start();
    await until('hearing the last', () => heard.includes(3));
    expect(heard).toEqual([1, 2, 3]);
  });

  it('splits into as many batches as are needed, and keeps the order', async () => {
    const client = await bus.connect();
    const sender = bus.closeAtEnd(new EventSender(client, 'orders'));
    const name = 'x'.repeat(60_000);
    const numbers = Array.from({ length: 12 }, (_, index) => index + 1);
    await sender.send(numbers.map((number) => event('prf_1', number, { data: { name } })));
    await sender.send([]);
    const heard: unknown[] = [];
    const listener = new EventListener(client, {
      topic: 'orders',
      subscription: 'ledger',
      events: [],
      log: bus.log,
      handle: async ([one]) => void heard.push(one?.sequence),
    });
    await bus.closeAtEnd(listener).start();
    await until('hearing all', () => heard.length === numbers.length);
    expect(heard).toEqual(numbers);
  });

  it.each([
    ['alone', []],
    ['with others', [event('prf_1', 2)]],
  ])('says which event is too large, %s, which is no failure that passes', async (_, others) => {
    const sender = bus.closeAtEnd(new EventSender(await bus.connect(), 'orders'));
    const sending = sender.send([event('prf_1', 1, { data: { name: 'x'.repeat(300_000) } }), ...others]);
    await expect(sending).rejects.toThrow('orders:ord_prf_1_1:1');
    await expect(sending).rejects.not.toBeInstanceOf(Failure);
  });

  it('sends one event as it is, without a batch that repeats its properties', async () => {
    const sender = bus.closeAtEnd(new EventSender(await bus.connect(), 'orders'));
    await sender.send([event('prf_1', 1)]);
    const alone = bus.sentBytes;
    await sender.send([event('prf_1', 2), event('prf_1', 3)]);
    expect(alone).toBeGreaterThan(0);
    expect(bus.sentBytes - alone).toBeGreaterThan(2 * alone);
  });

  it('fails while the bus is away and works again when it is back', async () => {
    const sender = bus.closeAtEnd(new EventSender(await bus.connect(), 'orders'));
    await sender.send([event('prf_1', 1)]);
    await bus.stopServer();
    const failure: unknown = await sender.send([event('prf_1', 2)]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({ code: 'bus-unavailable' });
    await bus.startServer();
    await sender.send([event('prf_1', 2)]);
  });
});

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
