import type { ServiceBusClient } from '@azure/service-bus';
import { Failure } from '@ballast/contracts';
import { startLocalAzure } from '@ballast/local-azure';
import { BusFixture, event, placed, until } from './bus-fixture.js';
import { DeadLetters } from './dead-letters.js';
import { EventListeners } from './event-listener.js';
import type { EventListenersOptions } from './event-listener.js';
import { EventSender } from './event-sender.js';
import { ParkingFull } from './parking.js';
import type { ParkedMessage, ParkingCause, ParkingLot } from './parking.js';

/** A parked list that forgets everything; what it is told to throw is thrown. */
class PaperLot implements ParkingLot {
  readonly lists = new Map<string, { message: ParkedMessage; cause?: ParkingCause }[]>();
  readonly attempts: string[] = [];
  trouble: Error | undefined;

  holds(subject: string): boolean {
    return this.lists.has(subject);
  }

  async park(message: ParkedMessage, cause: ParkingCause): Promise<void> {
    this.attempts.push(message.messageId);
    if (this.trouble !== undefined) throw this.trouble;
    this.lists.set(message.subject, [...(this.lists.get(message.subject) ?? []), { message, cause }]);
  }

  async queue(message: ParkedMessage): Promise<boolean> {
    this.lists.get(message.subject)?.push({ message });
    return this.lists.has(message.subject);
  }

  ids(subject: string): string[] {
    return (this.lists.get(subject) ?? []).map(({ message }) => message.messageId);
  }
}

describe('parking', () => {
  let bus: BusFixture;
  let client: ServiceBusClient;
  let sender: EventSender;
  let lot: PaperLot;
  let isRepaired: boolean;
  const heard: string[] = [];

  beforeEach(async () => {
    bus = await BusFixture.start(startLocalAzure);
    client = await bus.connect();
    sender = bus.closeAtEnd(new EventSender(client, 'orders'));
    lot = new PaperLot();
    isRepaired = false;
    heard.length = 0;
  });
  afterEach(() => bus.close());

  /** Hears the subscription of the ledger; an event named `poison` has a bug until it is repaired. */
  async function listen(change: Partial<EventListenersOptions> = {}): Promise<EventListeners> {
    const subscriptions = [{ topic: 'orders', subscription: 'ledger' }];
    const handle: EventListenersOptions['handle'] = async (events) => {
      for (const { id, data } of events) {
        if ((data as { name: string }).name === 'poison' && !isRepaired) throw new TypeError('no balance of 1234.50');
        heard.push(id);
      }
    };
    const listeners = bus.closeAtEnd(
      new EventListeners(client, { subscriptions, events: [placed], log: bus.log, parking: lot, handle, ...change }),
    );
    await listeners.start();
    return listeners;
  }

  const poison = (number: number, subject: string) => event('prf_1', number, { subject, data: { name: 'poison' } });
  const sound = (number: number, subject: string) => event('prf_1', number, { subject });

  it.each([undefined, { ms: 20, max: 10 }])(
    'parks an event with a bug and later ones of its aggregate behind it; everything else flows (gathering: %p)',
    async (gather) => {
      const listeners = await listen(gather === undefined ? {} : { gather });
      await sender.send([poison(1, 'ord_bad')]);
      await until('the parking', () => lot.holds('ord_bad'));
      await sender.send([sound(2, 'ord_bad'), sound(3, 'ord_good'), sound(4, 'ord_bad')]);
      await until('the rest', () => lot.ids('ord_bad').length === 3 && heard.length === 1);
      await until('their settlement', () => listeners.health().inHand === 0);
      expect(lot.ids('ord_bad')).toEqual([1, 2, 4].map((number) => event('prf_1', number).id));
      expect(heard).toEqual([event('prf_1', 3).id]);
      const [first] = lot.lists.get('ord_bad') ?? [];
      expect(first?.cause?.reason).toBe('TypeError');
      expect(first?.cause?.description).not.toContain('1234.50');
      expect(await bus.left('ledger')).toEqual([]);
      expect(listeners.health().deadLettered).toBe(0);
    },
  );

  it('handles a parked event again when it is redriven, and says how that ended', async () => {
    const listeners = await listen();
    await sender.send([poison(1, 'ord_bad')]);
    await until('the parking', () => lot.holds('ord_bad'));
    const [parked] = lot.lists.get('ord_bad')!;
    expect(await listeners.redrive(parked!.message)).toMatchObject({ kind: 'parked', reason: 'TypeError' });
    isRepaired = true;
    expect(await listeners.redrive(parked!.message)).toEqual({ kind: 'handled' });
    expect(heard).toEqual([event('prf_1', 1).id]);
  });

  it('does not wait for a precondition when a parked event is redriven', async () => {
    const listeners = await listen({
      handle: async () => {
        throw new Failure('not-yet', 'not yet');
      },
    });
    const parked: ParkedMessage = {
      ...{ topic: 'orders', subscription: 'ledger', messageId: 'm', subject: 'ord_1', partitionkey: 'prf_1' },
      contentType: 'application/json',
      properties: Object.fromEntries(
        Object.entries({ specversion: '1.0', ...event('prf_1', 1) })
          .filter(([name]) => name !== 'data')
          .map(([name, value]) => [`cloudEvents_${name}`, value as string]),
      ),
      body: { json: { name: 'a' } },
    };
    expect(await listeners.redrive(parked)).toEqual({ kind: 'later' });
  });

  it('parks what it cannot read, when it says what it is about, and dead-letters it when it does not', async () => {
    const listeners = await listen();
    await sender.send([event('prf_1', 1, { subject: 'ord_bad', data: { name: 7 } })]);
    const foreign = client.createSender('orders');
    await foreign.sendMessages({ messageId: 'foreign', body: 'hello' });
    await until('both', () => lot.holds('ord_bad') && listeners.health().deadLettered === 1);
    const [parked] = lot.lists.get('ord_bad')!;
    expect(parked?.cause).toEqual({ reason: 'UnreadableEvent', description: expect.stringContaining('name') });
    expect(await listeners.redrive(parked!.message)).toMatchObject({ kind: 'parked', reason: 'UnreadableEvent' });
    const letters = new DeadLetters(client, [{ topic: 'orders', subscription: 'ledger' }]);
    expect(await letters.list(10)).toMatchObject([
      { messageId: 'foreign', subject: undefined, reason: 'UnreadableEvent' },
    ]);
  });

  it('dead-letters what the list has no room for, and keeps what could only not be stored now', async () => {
    lot.trouble = new Failure('store-unavailable', 'away');
    const listeners = await listen();
    await sender.send([poison(1, 'ord_bad')]);
    await until('two attempts', () => lot.attempts.length >= 2);
    expect(listeners.health().deadLettered).toBe(0);
    lot.trouble = new ParkingFull('1 000 aggregates are parked');
    await until('the dead letter', () => listeners.health().deadLettered === 1);
    const letters = new DeadLetters(client, [{ topic: 'orders', subscription: 'ledger' }]);
    const [letter] = await letters.list(10);
    expect(letter).toMatchObject({ subject: 'ord_bad', reason: 'TypeError' });
    expect(letter?.description).toContain('1 000 aggregates are parked');
  });

  it('redrives dead letters in order, keeping later ones of an aggregate whose first is not handled', async () => {
    lot.trouble = new ParkingFull('no room');
    const listeners = await listen();
    await sender.send([poison(1, 'ord_bad'), poison(2, 'ord_worse'), poison(3, 'ord_bad'), poison(4, 'ord_worse')]);
    await until('the dead letters', () => listeners.health().deadLettered === 4);
    const letters = new DeadLetters(client, [{ topic: 'orders', subscription: 'ledger' }]);
    isRepaired = true;
    const worse = 'ord_worse';
    const one = await letters.redrive(10, async (message) =>
      message.subject === worse ? { kind: 'later' } : listeners.redrive(message),
    );
    expect(one).toEqual({ redriven: 2, left: 2 });
    expect(heard).toEqual([1, 3].map((number) => event('prf_1', number).id));
    const [first, second] = await letters.list(10);
    expect([first?.subject, second?.subject]).toEqual([worse, worse]);
    const source = { topic: 'orders', subscription: 'ledger' };
    expect(await letters.drop(source, second!.sequenceNumber, 10)).toBe(true);
    expect(await letters.drop(source, second!.sequenceNumber, 10)).toBe(false);
    expect(await letters.drop({ ...source, subscription: 'audit' }, first!.sequenceNumber, 10)).toBe(false);
    expect(await letters.redrive(10, (message) => listeners.redrive(message))).toEqual({ redriven: 1, left: 0 });
    expect(heard.at(-1)).toBe(event('prf_1', 2).id);
  });
});
