import type { ServiceBusClient } from '@azure/service-bus';
import Long from 'long';
import { Failure } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { startLocalAzure } from '@ballast/local-azure';
import { BusFixture, Gate, event, placed, until } from './bus-fixture.js';
import { EventListener } from './event-listener.js';
import { EventSender } from './event-sender.js';

/** Its locks are short, so that what could not be settled comes again soon. */
const SUBSCRIPTION = 'brief';
const TARGET = 'orders/brief';
const PROFILES = ['a', 'b', 'c', 'd'];
const WAIT_MS = 40_000;
const FIRST = Long.ONE;

describe('a listener whose bus has faults', () => {
  let bus: BusFixture;
  let client: ServiceBusClient;
  let listener: EventListener;
  let handled: Map<string, number>;
  let overlaps: number;
  let gate: Gate;
  let number: number;

  beforeEach(async () => {
    bus = await BusFixture.start(startLocalAzure);
    client = await bus.connect();
    [handled, overlaps, number, gate] = [new Map(), 0, 0, new Gate()];
    gate.open();
    const busy = new Set<string>();
    const handle = async ([one]: EventEnvelope[]): Promise<void> => {
      const { id, partitionkey } = one!;
      if (busy.has(partitionkey)) overlaps += 1;
      busy.add(partitionkey);
      await gate.pass();
      busy.delete(partitionkey);
      handled.set(id, (handled.get(id) ?? 0) + 1);
    };
    const options = { topic: 'orders', subscription: SUBSCRIPTION, events: [placed], log: bus.log, handle };
    listener = bus.closeAtEnd(new EventListener(client, options));
    await listener.start();
  });
  afterEach(() => bus.close());

  /** One event per profile, sent again until the bus has taken it, as the relay does. */
  async function send(): Promise<string[]> {
    number += 1;
    const events = PROFILES.map((profile) => event(profile, number));
    const sender = new EventSender(client, 'orders');
    for (;;) {
      try {
        await sender.send(events);
        return events.map(({ id }) => id);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
      }
    }
  }

  async function sendMany(times: number): Promise<string[]> {
    const ids: string[] = [];
    for (let time = 0; time < times; time += 1) ids.push(...(await send()));
    return ids;
  }

  /** All have been handled, none at the same time as another of its profile, and nothing is left on the bus. */
  async function expectAllHandled(ids: readonly string[]): Promise<void> {
    await until('all to be handled', () => ids.every((id) => handled.has(id)), WAIT_MS);
    const peeker = (await bus.connect()).createReceiver('orders', SUBSCRIPTION);
    const endMs = Date.now() + WAIT_MS;
    while ((await peeker.peekMessages(1, { fromSequenceNumber: FIRST })).length > 0) {
      if (Date.now() > endMs) throw new Error('Something is left on the bus.');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await until('nothing in hand', () => listener.health().inHand === 0, WAIT_MS);
    expect(listener.health()).toMatchObject({ connected: true, deadLettered: 0 });
    expect(overlaps).toBe(0);
  }

  it.each([
    ['connections are cut', 'connection-drop'],
    ['links are detached', 'link-detach'],
    ['locks are lost', 'lock-expiry'],
  ])('handles every event when %s while it is at work', async (_, kind) => {
    const ids: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      gate = new Gate();
      ids.push(...(await send()), ...(await send()));
      await until('events at work', () => gate.reached > 0, WAIT_MS);
      expect((await bus.order({ kind, target: TARGET })).hits).toBeGreaterThan(0);
      gate.open();
    }
    await expectAllHandled(ids);
  });

  it.each([
    ['the server is busy', { kind: 'server-busy', target: TARGET, count: 8 }],
    ['settlements are slow', { kind: 'slow-settle', target: TARGET, count: 12, delayMs: 300 }],
    ['completed messages come again', { kind: 'duplicate-delivery', target: TARGET, count: 12 }],
    ['sends are refused now and then', { kind: 'server-busy', target: 'orders', percent: 30, seed: 2 }],
  ])('handles every event when %s', async (_, fault) => {
    const warmUp = await send();
    await until('the first', () => warmUp.every((id) => handled.has(id)), WAIT_MS);
    await bus.order(fault);
    const ids = await sendMany(8);
    await expectAllHandled(ids);
    await bus.clearFaults();
  });

  it('hears nothing while its subscription is paused, and everything afterwards', async () => {
    await bus.order({ kind: 'pause', target: TARGET });
    const ids = await sendMany(3);
    const peeker = (await bus.connect()).createReceiver('orders', SUBSCRIPTION);
    expect(await peeker.peekMessages(20)).toHaveLength(ids.length);
    expect(handled.size).toBe(0);
    await bus.clearFaults();
    await expectAllHandled(ids);
  });
});
