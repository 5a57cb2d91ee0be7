import { Controller, Module } from '@nestjs/common';
import type { INestApplication, INestMicroservice } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { Failure } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { Observable, of, throwError, timer } from 'rxjs';
import { mergeMap } from 'rxjs/operators';
import { startLocalAzure } from '@ballast/local-azure';
import { BusFixture, Placed, event, until } from './bus-fixture.js';
import { placed } from './bus-fixture.js';
import { EventSender } from './event-sender.js';
import { EventTransport } from './event-transport.js';
import type { EventTransportOptions } from './event-transport.js';
import { currentTrace } from './trace.js';

const heard: string[] = [];
let behave: (event: EventEnvelope) => unknown = () => undefined;

@Controller()
class Placements {
  @EventPattern('order.placed.v1')
  async handle(@Payload() one: EventEnvelope<Placed>): Promise<unknown> {
    heard.push(`${one.subject} ${one.data.constructor.name} ${currentTrace()?.causationId === one.id}`);
    return behave(one);
  }
}

@Controller()
class Everything {
  @EventPattern('*')
  handle(@Payload() events: EventEnvelope | EventEnvelope[]): void {
    const all = Array.isArray(events) ? `together ${events.map((one) => one.subject).join()}` : events.type;
    heard.push(`* ${all}`);
  }
}

@Module({ controllers: [Placements] })
class PlacementsModule {}

@Module({ controllers: [Placements, Everything] })
class EverythingModule {}

@Module({ controllers: [Everything] })
class GatheringModule {}

const CANCELLED = { type: 'order.cancelled.v1' };

describe('the Nest transport', () => {
  let bus: BusFixture;
  let sender: EventSender;
  let app: INestMicroservice | INestApplication | undefined;
  let transport: EventTransport;

  beforeEach(async () => {
    heard.length = 0;
    behave = () => undefined;
    bus = await BusFixture.start(startLocalAzure);
    sender = bus.closeAtEnd(new EventSender(await bus.connect(), 'orders'));
  });
  afterEach(async () => {
    await app?.close();
    await bus.close();
  });

  async function start(module: new () => object, change: Partial<EventTransportOptions> = {}): Promise<void> {
    const client = await bus.connect();
    const listeners = [{ topic: 'orders', subscription: 'ledger' }];
    transport = new EventTransport({ client, listeners, events: [placed], log: bus.log, ...change });
    const testing = await Test.createTestingModule({ imports: [module] }).compile();
    const service = testing.createNestMicroservice({ strategy: transport, logger: false });
    app = service;
    await service.listen();
  }

  const settled = (): Promise<void> => until('nothing in hand', () => transport.health().inHand === 0);

  it('hands each event to the handler of its type, decoded, in its trace, and completes it', async () => {
    await start(PlacementsModule);
    await sender.send([event('prf_1', 1)]);
    await until('hearing it', () => heard.length === 1);
    await settled();
    expect(heard).toEqual(['ord_prf_1_1 Placed true']);
    expect(transport.health()).toEqual({ connected: true, inHand: 0, deadLettered: 0, unheard: 0 });
    expect(transport.unwrap()).toBeDefined();
    expect(() => transport.on()).toThrow('health()');
  });

  it('completes and counts what nobody wants to hear, without reading it', async () => {
    await start(PlacementsModule);
    await sender.send([event('prf_1', 1, { ...CANCELLED, data: null }), event('prf_1', 2)]);
    await until('hearing the second', () => heard.length === 1);
    await settled();
    expect(transport.health()).toMatchObject({ unheard: 1, deadLettered: 0 });
  });

  it('gives what has no handler of its own to the one for everything else, or to the default', async () => {
    await start(EverythingModule);
    await sender.send([event('prf_1', 1, CANCELLED), event('prf_1', 2)]);
    await until('hearing both', () => heard.length === 2);
    expect(heard).toEqual(['* order.cancelled.v1', 'ord_prf_1_2 Placed true']);
    await app?.close();

    const byDefault: string[] = [];
    await start(PlacementsModule, {
      defaultHandler: async (events) => void byDefault.push(...events.map((e) => e.type)),
    });
    await sender.send([event('prf_1', 3, CANCELLED)]);
    await until('the default', () => byDefault.length === 1);
    expect(transport.health().unheard).toBe(0);
  });

  it('gives a gathered lane to the handler for everything else as one array', async () => {
    await start(GatheringModule, {
      listeners: [{ topic: 'orders', subscription: 'audit', gather: { ms: 60_000, max: 2 } }],
    });
    await sender.send([event('a', 1), event('b', 1), event('a', 2), event('b', 2)]);
    await until('both lanes', () => heard.length === 2);
    expect(heard.sort()).toEqual(['* together ord_a_1,ord_a_2', '* together ord_b_1,ord_b_2']);
  });

  it('gives the events of one lane together, over all its listeners, which must gather alike', async () => {
    const gather = { ms: 60_000, max: 2 };
    const listeners = ['orders', 'ledger'].map((topic) => ({ topic, subscription: 'audit', gather }));
    await start(GatheringModule, { listeners });
    const ledger = bus.closeAtEnd(new EventSender(await bus.connect(), 'ledger'));
    await sender.send([event('a', 1)]);
    await until('the first in hand', () => transport.health().inHand === 1);
    await ledger.send([event('a', 2)]);
    await until('the call', () => heard.length === 1);
    expect(heard).toEqual(['* together ord_a_1,ord_a_2']);
    await settled();

    const client = transport.unwrap<EventTransportOptions['client']>();
    const mixed = [{ topic: 'orders', subscription: 'ledger' }, ...listeners];
    expect(() => new EventTransport({ client, listeners: mixed, events: [], log: bus.log })).toThrow('gather alike');
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Failure('not-yet', 'not yet');
      },
    ],
    ['rejects', () => Promise.reject(new Failure('not-yet', 'not yet'))],
    ['ends its stream with an error', () => throwError(() => new Failure('not-yet', 'not yet'))],
    [
      'ends its stream with an error later',
      () => timer(20).pipe(mergeMap(() => throwError(() => new Failure('no', 'no')))),
    ],
  ])('tries an event again whose handler %s a failure, and completes it only when it is handled', async (_, fail) => {
    let failures = 0;
    behave = () => (failures++ < 4 ? fail() : undefined);
    await start(PlacementsModule);
    await sender.send([event('prf_1', 1)]);
    await until('the fifth try', () => heard.length === 5);
    await settled();
    expect(transport.health()).toMatchObject({ deadLettered: 0, inHand: 0 });
  });

  it('waits for the end of the stream that a handler returns', async () => {
    let finish = (): void => undefined;
    behave = () =>
      new Observable((subscriber) => {
        finish = () => subscriber.complete();
      });
    await start(PlacementsModule);
    const first = event('prf_1', 1);
    await sender.send([first, event('prf_1', 2, { subject: first.subject })]);
    await until('both in hand', () => transport.health().inHand === 2);
    await until('the first', () => heard.length === 1);
    behave = () => of(1, 2, 3);
    finish();
    await until('the second', () => heard.length === 2);
    await settled();
  });

  it('handles what happened to other aggregates of the profile meanwhile', async () => {
    const ends: (() => void)[] = [];
    behave = () => new Promise<void>((end) => ends.push(end));
    await start(PlacementsModule);
    await sender.send([event('prf_1', 1), event('prf_1', 2)]);
    await until('both', () => ends.length === 2);
    for (const end of ends) end();
    await settled();
    expect(heard).toHaveLength(2);
  });

  it('dead-letters an event whose handler has a bug, under the name of the bug', async () => {
    behave = () => {
      throw new TypeError('bug');
    };
    await start(PlacementsModule);
    await sender.send([event('prf_1', 1)]);
    await until('the dead letter', () => transport.health().deadLettered === 1);
    expect(heard).toHaveLength(3);
    const [letter] = await bus.deadLetters('ledger', 1);
    expect(letter?.deadLetterReason).toBe('TypeError');
  });

  it('listens in a hybrid application too, and stops with it', async () => {
    const client = await bus.connect();
    const listeners = [{ topic: 'orders', subscription: 'ledger' }];
    transport = new EventTransport({ client, listeners, events: [placed], log: bus.log });
    const testing = await Test.createTestingModule({ imports: [PlacementsModule] }).compile();
    const { FastifyAdapter } = await import('@nestjs/platform-fastify');
    const hybrid = testing.createNestApplication(new FastifyAdapter(), { logger: false });
    app = hybrid;
    hybrid.connectMicroservice({ strategy: transport }, { inheritAppConfig: true });
    await hybrid.startAllMicroservices();
    await sender.send([event('prf_1', 1)]);
    await until('hearing it', () => heard.length === 1);
    await hybrid.close();
    expect(transport.health().connected).toBe(false);
  });
});
