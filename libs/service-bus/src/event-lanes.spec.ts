/** @jest-environment ./apps/launcher/jest-own-context.mjs */
import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { Failure } from '@ballast/contracts';
import { Delivery } from './delivery.js';
import { EventLanes } from './event-lanes.js';
import type { HandleEvents, LaneKey } from './event-lanes.js';
import type { Gather } from './lanes.js';

const GATHER: Gather = { ms: 200, max: 10 };

/** Lanes, and deliveries that write down where and how they are settled. */
class Bench {
  readonly calls: string[][] = [];
  readonly settled: string[] = [];
  /** Ids behind parked messages. */
  readonly parked = new Set<string>();
  /** Parking lasts until this has resolved. */
  parking = Promise.resolve();
  readonly lanes: EventLanes;

  constructor(behave: HandleEvents, gather?: Gather, lane?: LaneKey) {
    this.lanes = new EventLanes(
      (events) => {
        this.calls.push(events.map(({ id }) => id));
        return behave(events);
      },
      gather,
      lane,
    );
  }

  add(origin: string, id: string): Delivery {
    const time = '2026-01-02T03:04:05.678Z';
    const named = { id, type: 'a.happened.v1', source: '/a', subject: id, time };
    const event = { ...named, partitionkey: 'prf_1', correlationid: 'req', data: {} };
    const delivery = new Delivery({} as ServiceBusReceivedMessage, event, {
      mustWait: () => this.parked.has(id),
      settle: async (_, { kind }) => {
        if (kind === 'park') await this.parking;
        this.settled.push(`${kind} ${id} at ${origin}`);
      },
    });
    this.lanes.add(delivery);
    return delivery;
  }
}

describe('lanes of several subscriptions', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('hand the events of all of them to one call at a time and settle each where it came from', async () => {
    const ends: (() => void)[] = [];
    const bench = new Bench(() => new Promise((end) => ends.push(end)));
    bench.add('orders', 'a');
    bench.add('ledger', 'b');
    expect(bench.calls).toEqual([['a']]);
    ends[0]?.();
    await jest.advanceTimersByTimeAsync(0);
    expect(bench.calls).toEqual([['a'], ['b']]);
    ends[1]?.();
    await jest.advanceTimersByTimeAsync(0);
    expect(bench.settled).toEqual(['complete a at orders', 'complete b at ledger']);
  });

  it('hand the events of an aggregate to one call at a time, and those of others of the profile meanwhile', async () => {
    const ends: (() => void)[] = [];
    const bench = new Bench(() => new Promise((end) => ends.push(end)), undefined, 'subject');
    for (const id of ['a', 'b', 'a']) bench.add('orders', id);
    expect(bench.calls).toEqual([['a'], ['b']]);
    ends[0]?.();
    await jest.advanceTimersByTimeAsync(0);
    expect(bench.calls).toEqual([['a'], ['b'], ['a']]);
  });

  it('give the turn of what backs off to the next, from wherever it came', async () => {
    let isReady = false;
    const bench = new Bench(async ([one]) => {
      if (one!.id === 'a' && !isReady) throw new Failure('not-yet', 'not yet');
      isReady = true;
    });
    bench.add('orders', 'a');
    bench.add('ledger', 'b');
    await jest.advanceTimersByTimeAsync(50);
    expect(bench.calls).toEqual([['a'], ['b'], ['a']]);
  });

  it('gather over all of them, from the first on, and let the lane wait while the call backs off', async () => {
    let isWell = false;
    const bench = new Bench(async () => {
      if (!isWell) throw new Failure('throttled', 'slow down', { retryAfterMs: 1_000 });
    }, GATHER);
    bench.add('orders', 'a');
    await jest.advanceTimersByTimeAsync(150);
    bench.add('ledger', 'b');
    await jest.advanceTimersByTimeAsync(50);
    expect(bench.calls).toEqual([['a', 'b']]);
    bench.add('accounts', 'c');
    await jest.advanceTimersByTimeAsync(999);
    expect(bench.calls).toHaveLength(1);
    isWell = true;
    await jest.advanceTimersByTimeAsync(1);
    expect(bench.calls).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    await jest.advanceTimersByTimeAsync(GATHER.ms);
    expect(bench.calls.at(-1)).toEqual(['c']);
    expect(bench.settled).toEqual(['complete a at orders', 'complete b at ledger', 'complete c at accounts']);
  });

  it('leave out of a call that is tried again what was lost in the meantime', async () => {
    let isWell = false;
    const bench = new Bench(async () => {
      if (!isWell) throw new Failure('throttled', 'slow down');
    }, GATHER);
    const lost = bench.add('orders', 'a');
    bench.add('ledger', 'b');
    await jest.advanceTimersByTimeAsync(200);
    lost.end();
    isWell = true;
    await jest.advanceTimersByTimeAsync(50);
    expect(bench.calls).toEqual([['a', 'b'], ['b']]);
    expect(bench.settled).toEqual(['complete b at ledger']);
  });

  it('give back, where it came from, what waits and what backs off when they close', async () => {
    const failing: HandleEvents = () => Promise.reject(new Failure('throttled', 'slow down'));
    const bench = new Bench(failing, GATHER);
    bench.add('orders', 'a');
    bench.add('ledger', 'b');
    await jest.advanceTimersByTimeAsync(200);
    bench.add('accounts', 'c');
    await bench.lanes.close();
    await jest.advanceTimersByTimeAsync(0);
    expect([...bench.settled].sort()).toEqual(['abandon a at orders', 'abandon b at ledger', 'abandon c at accounts']);
    expect(bench.calls).toEqual([['a', 'b']]);
    expect(bench.lanes.isClosed).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('begin nothing more in a lane until its poison is parked', async () => {
    const bench = new Bench(async ([one]) => {
      if (one!.id === 'a') throw new TypeError('a bug');
    });
    let parked = (): void => undefined;
    bench.parking = new Promise((resolve) => (parked = resolve));
    bench.add('orders', 'a');
    await jest.advanceTimersByTimeAsync(1_000);
    bench.add('orders', 'b');
    await jest.advanceTimersByTimeAsync(1_000);
    expect(bench.calls).toEqual([['a'], ['a'], ['a']]);
    parked();
    await jest.advanceTimersByTimeAsync(0);
    expect(bench.calls.at(-1)).toEqual(['b']);
    expect(bench.settled).toEqual(['park a at orders', 'complete b at orders']);
  });

  it.each([undefined, GATHER])(
    'put what has to wait behind parked messages there, unhandled, gathering %p',
    async (gather) => {
      const bench = new Bench(async () => undefined, gather);
      bench.parked.add('a');
      bench.add('orders', 'a');
      bench.add('ledger', 'b');
      await jest.advanceTimersByTimeAsync(200);
      expect(bench.calls).toEqual([['b']]);
      expect([...bench.settled].sort()).toEqual(['complete b at ledger', 'queue a at orders']);
    },
  );
});
