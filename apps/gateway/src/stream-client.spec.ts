import { newProfileId, newUserId } from '@ballast/contracts';
import { Clock } from '@ballast/service-host';
import type { OwnerStreams } from './adapters/owner-streams.js';
import type { Wire } from './adapters/wire.js';
import { EventFrame, Frame, QuoteFrame } from './domain/frame.js';
import { OUTBOX_MESSAGES_MAX } from './domain/outbox.js';
import { MESSAGES_PER_SECOND_MAX } from './domain/pace.js';
import type { QuoteFeed } from './quote-feed.js';
import { SUBSCRIPTIONS_MAX, StreamClient } from './stream-client.js';
import { StreamHub, quotesRoom } from './stream-hub.js';
import { StreamMetrics } from './stream-metrics.js';
import { eventually } from '../test/eventually.js';
import { someEvent } from '../test/events.js';

/** A connection that is as slow as the test wants. */
class TestWire implements Wire {
  isCongested = false;
  readonly sent: Frame[] = [];
  /** What it says as soon as a message is gone. */
  onDrain = (): void => undefined;
  send(frames: readonly Frame[]): void {
    for (const frame of frames) {
      this.sent.push(frame);
      this.onDrain();
    }
  }
  close(): void {
    this.isCongested = true;
  }
  get names(): string[] {
    return this.sent.map(({ name }) => name);
  }
}

const profileId = newProfileId(1);
const caller = { userId: newUserId(1), role: 'operator' as const, expiresAtMs: 0 };
/** The sequence of the profile's last event, as orders says. */
let committed = 0;
const owners = {
  snapshot: async () => ({
    orders: { sequence: committed, orders: [], positions: [] },
    ledger: { sequence: 0, capital: {} },
  }),
} as unknown as OwnerStreams;
/** Milliseconds that pass when a test says so. */
let nowMs = 0;
const SECOND_MS = 1_000;
const quoteOf = (symbol: string, bid: number): QuoteFrame =>
  new QuoteFrame({ symbol, bid: String(bid), ask: String(bid + 1), at: '2026-11-02T10:00:00.000Z' });

describe('a client that is too slow', () => {
  let hub: StreamHub;
  beforeEach(() => {
    committed = 0;
    nowMs += SECOND_MS;
    hub = new StreamHub();
  });

  const connect = (): { wire: TestWire; client: StreamClient } => {
    const wire = new TestWire();
    const onBug = (error: unknown): never => {
      throw error;
    };
    const quotes: Pick<QuoteFeed, 'begin'> = {
      begin: async (client, symbol, answer) => {
        hub.join(client, quotesRoom(symbol));
        answer(quoteOf(symbol, 0).body);
        return true;
      },
    };
    const parts = { hub, owners, quotes, onBug, nowMs: () => nowMs };
    return { wire, client: new StreamClient(parts, wire, { caller, token: '' }) };
  };

  /** Lets the hub pass on so many events of the profile, from this sequence on. */
  const publish = (count: number, first = 1): void => {
    for (let index = 0; index < count; index += 1) {
      const sequence = first + index;
      const frame = new EventFrame('orders', someEvent({ partitionkey: profileId, ownerid: caller.userId, sequence }));
      hub.toFollowers(frame);
      hub.toOthers(frame, caller.userId);
    }
  };

  it('gets in order what has waited when it is ready again, and the others do not wait for it', async () => {
    const [slow, fast] = [connect(), connect()];
    for (const { client } of [slow, fast]) await client.subscribe({ room: 'profile', profileId }, () => undefined);
    slow.wire.isCongested = true;
    publish(5);
    expect([slow.wire.sent.length, slow.client.waiting, fast.wire.sent.length]).toEqual([0, 5, 5]);
    slow.wire.isCongested = false;
    publish(1, 6);
    expect([slow.wire.sent.length, slow.client.waiting]).toEqual([0, 6]);
    slow.client.flush();
    expect(slow.wire.sent).toEqual(fast.wire.sent);
    publish(1, 7);
    expect(slow.wire.sent).toHaveLength(7);
  });

  it('is told what was dropped, and to begin anew with what it followed', async () => {
    const { wire, client } = connect();
    await client.subscribe({ room: 'profile', profileId }, () => undefined);
    wire.isCongested = true;
    publish(OUTBOX_MESSAGES_MAX + 5);
    expect(client.follows(profileId)).toBe(false);
    wire.isCongested = false;
    client.flush();
    expect(wire.sent.map(({ name, body }) => ({ name, body }))).toEqual([
      { name: 'dropped', body: { topic: 'orders', count: OUTBOX_MESSAGES_MAX + 1 } },
      { name: 'resync', body: { room: 'profile', profileId } },
    ]);
    expect(hub.counts).toMatchObject({ dropped: OUTBOX_MESSAGES_MAX + 1, resyncs: 1 });
  });

  it('hears of a user’s events what comes after those that were dropped', () => {
    const { wire, client } = connect();
    client.hearUser(caller.userId);
    wire.isCongested = true;
    publish(OUTBOX_MESSAGES_MAX + 2);
    wire.isCongested = false;
    client.flush();
    publish(1, OUTBOX_MESSAGES_MAX + 3);
    expect(wire.names).toEqual(['dropped', 'resync', 'event']);
    expect(wire.sent[1]?.body).toEqual({ room: 'user' });
  });

  it('begins anew without what still waits for it of that profile, which is in the snapshot', async () => {
    const { wire, client } = connect();
    const room = { room: 'profile', profileId };
    await client.subscribe(room, () => undefined);
    wire.isCongested = true;
    publish(3);
    committed = 3;
    await client.subscribe(room, () => undefined);
    wire.isCongested = false;
    publish(1, 4);
    client.flush();
    expect(wire.sent.map(({ body }) => (body as { sequence: number }).sequence)).toEqual([4]);
  });

  it('is in so many rooms at most', async () => {
    const { client } = connect();
    const answers: object[] = [];
    for (let index = 0; index <= SUBSCRIPTIONS_MAX; index += 1) {
      await client.subscribe({ room: 'user', userId: newUserId(index) }, (answer) => answers.push(answer));
    }
    expect(answers.at(-2)).toEqual({ ok: true });
    expect(answers.at(-1)).toEqual({ ok: false, code: 'too-many-subscriptions' });
    client.leave();
    publish(1);
    expect(client.waiting).toBe(0);
  });

  it('is counted in what admins are told, who get of several reports the last when they are slow themselves', () => {
    const [slow, admin] = [connect(), connect()];
    slow.client.hearUser(caller.userId);
    admin.client.hearAll();
    for (const { client } of [slow, admin]) hub.admit(client);
    const clock = new Clock();
    const metrics = new StreamMetrics(hub, clock);
    slow.wire.isCongested = true;
    publish(3);
    metrics.tell();
    expect(admin.wire.sent.at(-1)).toMatchObject({
      name: 'metrics',
      body: { clients: 2, slowClients: 1, waiting: 3, events: 3, sent: 3, dropped: 0, resyncs: 0 },
    });
    admin.wire.isCongested = true;
    publish(OUTBOX_MESSAGES_MAX - 2, 4);
    admin.wire.isCongested = false;
    for (; admin.client.waiting > 0; nowMs += SECOND_MS) admin.client.flush();
    admin.wire.isCongested = true;
    metrics.tell();
    publish(1, OUTBOX_MESSAGES_MAX + 2);
    metrics.tell();
    admin.wire.isCongested = false;
    admin.client.flush();
    const reports = admin.wire.sent.filter(({ name }) => name === 'metrics');
    expect(reports.map(({ body }) => body)).toMatchObject([{ dropped: 0 }, { events: 1, dropped: 1 }]);
  });

  it('hears so much in a second at most and the rest after it, in order and all of it; others do not wait for it', async () => {
    const [busy, other] = [connect(), connect()];
    await busy.client.subscribe({ room: 'profile', profileId }, () => undefined);
    const userId = newUserId(2);
    await other.client.subscribe({ room: 'user', userId }, () => undefined);
    publish(MESSAGES_PER_SECOND_MAX + 30);
    expect([busy.wire.sent.length, busy.client.waiting]).toEqual([MESSAGES_PER_SECOND_MAX, 30]);
    hub.toOthers(new EventFrame('orders', someEvent({ ownerid: userId })), userId);
    expect(other.wire.sent).toHaveLength(1);
    nowMs += SECOND_MS - 1;
    busy.client.flush();
    expect(busy.wire.sent).toHaveLength(MESSAGES_PER_SECOND_MAX);
    nowMs += 1;
    busy.client.flush();
    expect(busy.wire.sent.map(({ body }) => (body as { sequence: number }).sequence)).toEqual(
      Array.from({ length: MESSAGES_PER_SECOND_MAX + 30 }, (_, index) => index + 1),
    );
    expect(hub.counts).toMatchObject({ dropped: 0, resyncs: 0 });
    busy.client.leave();
  });

  it('gets what has waited in order and no faster where its connection has room again while it is written to', async () => {
    const { wire, client } = connect();
    wire.onDrain = () => client.flush();
    await client.subscribe({ room: 'profile', profileId }, () => undefined);
    const count = 2 * MESSAGES_PER_SECOND_MAX + 30;
    publish(count);
    nowMs += SECOND_MS;
    client.flush();
    expect(wire.sent).toHaveLength(2 * MESSAGES_PER_SECOND_MAX);
    nowMs += SECOND_MS;
    client.flush();
    expect(wire.sent.map(({ body }) => (body as { sequence: number }).sequence)).toEqual(
      Array.from({ length: count }, (_, index) => index + 1),
    );
    client.leave();
  });

  it('hears no more in a second where one message is written to many at once', async () => {
    const { wire, client } = connect();
    const group = { broadcast: (frame: Frame): void => void wire.sent.push(frame) };
    Object.assign(wire, { group });
    await client.subscribe({ room: 'profile', profileId }, () => undefined);
    publish(MESSAGES_PER_SECOND_MAX + 1);
    expect([wire.sent.length, client.waiting]).toEqual([MESSAGES_PER_SECOND_MAX, 1]);
    client.leave();
  });

  it('goes on by itself when the second is over', async () => {
    const { wire, client } = connect();
    await client.subscribe({ room: 'profile', profileId }, () => undefined);
    publish(MESSAGES_PER_SECOND_MAX);
    nowMs += SECOND_MS - 10;
    publish(1, MESSAGES_PER_SECOND_MAX + 1);
    expect(wire.sent).toHaveLength(MESSAGES_PER_SECOND_MAX);
    nowMs += 10;
    await eventually(
      async () => wire.sent.length,
      (sent) => sent === MESSAGES_PER_SECOND_MAX + 1,
    );
    client.leave();
  });

  it('gets of quotes the newest, is told how many it did not get, and the others get each', async () => {
    const [slow, fast] = [connect(), connect()];
    for (const { client } of [slow, fast]) {
      for (const symbol of ['AAPL', 'MSFT']) await client.subscribe({ room: 'quotes', symbol }, () => undefined);
    }
    slow.wire.isCongested = true;
    for (const bid of [1, 2, 3]) hub.toQuoted(quoteOf('AAPL', bid));
    hub.toQuoted(quoteOf('MSFT', 7));
    expect(fast.wire.sent).toHaveLength(4);
    slow.wire.isCongested = false;
    slow.client.flush();
    expect(slow.wire.sent.map(({ body }) => body)).toEqual([
      quoteOf('AAPL', 3).body,
      quoteOf('MSFT', 7).body,
      { topic: 'quotes', count: 2 },
    ]);
    expect(hub.counts).toMatchObject({ quotes: 4, dropped: 2, resyncs: 0 });
  });

  it('hears no quotes of a symbol that it has left, or that it was still waiting for when it went', async () => {
    const { wire, client } = connect();
    const room = { room: 'quotes', symbol: 'AAPL' };
    const begun = client.subscribe(room, () => undefined);
    expect(client.unsubscribe(room)).toEqual({ ok: true });
    await begun;
    expect([hub.inRoom(quotesRoom('AAPL')).size, client.rooms]).toEqual([0, 0]);
    await client.subscribe(room, () => undefined);
    client.leave();
    hub.toQuoted(quoteOf('AAPL', 1));
    expect([hub.inRoom(quotesRoom('AAPL')).size, wire.sent]).toEqual([0, []]);
  });
});
