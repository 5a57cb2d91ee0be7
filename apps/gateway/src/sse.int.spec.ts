import { newProfileId, newUserId } from '@ballast/contracts';
import { eventually } from '../test/eventually.js';
import { someEvent } from '../test/events.js';
import { startGatewayPlatform } from '../test/gateway-platform.js';
import type { GatewayPlatform } from '../test/gateway-platform.js';
import { SseReader } from '../test/sse-reader.js';
import { SNAPSHOTS, StreamOwners } from '../test/stream-owners.js';
import { StreamReader } from '../test/stream-reader.js';
import { StreamHub } from './stream-hub.js';

const SESSION = `ses_${'0'.repeat(26)}`;

let platform: GatewayPlatform;
let owners: StreamOwners;
let count = 0;
let alice: string;
let profileId: string;
const readers: SseReader[] = [];

beforeAll(async () => {
  platform = await startGatewayPlatform();
  owners = new StreamOwners(platform.owners);
});
beforeEach(() => {
  count += 1;
  [alice, profileId] = [newUserId(count), newProfileId(count)];
  owners.open(profileId, alice);
});
afterEach(() => readers.splice(0).forEach((reader) => reader.close()));
afterAll(() => platform.close());

async function open(query = '', headers: Record<string, string> = {}): Promise<SseReader> {
  const authorization = `Bearer ${await platform.token({ userId: alice })}`;
  const reader = await SseReader.open(`${platform.service.url}/v1/stream${query}`, { authorization, ...headers });
  readers.push(reader);
  return reader;
}

const heard = (reader: SseReader, length: number): Promise<unknown> =>
  eventually(
    async () => reader.messages.length,
    (so) => so >= length,
  );

describe('server-sent events', () => {
  it('are a snapshot of a profile and every event after it, each with the id from which it is resumed', async () => {
    owners.commit(profileId, 'orders');
    const reader = await open(`?profileId=${profileId}`);
    expect([reader.status, reader.headers['content-type']]).toEqual([200, 'text/event-stream']);
    expect(reader.headers['x-request-id']).toMatch(/^req_/);
    const event = owners.commit(profileId, 'orders');
    await platform.send(event, owners.commit(profileId, 'ledger'));
    await heard(reader, 3);
    const [first, ...events] = reader.messages;
    expect(first).toEqual({
      id: 'orders=1,ledger=0',
      event: 'subscribed',
      data: {
        sequences: { orders: 1, ledger: 0 },
        snapshot: { orders: SNAPSHOTS.orders, capital: SNAPSHOTS.ledger.capital },
      },
    });
    expect(events.at(-1)?.id).toBe('orders=2,ledger=1');
    expect(events.find(({ data }) => data['id'] === event.id)?.data).toMatchObject({ sequence: 2, data: event.data });
  });

  it('go on after the Last-Event-ID, wherever the client comes back', async () => {
    const missed = [owners.commit(profileId, 'orders'), owners.commit(profileId, 'orders')];
    const reader = await open(`?profileId=${profileId}`, { 'last-event-id': 'orders=1,ledger=0' });
    await platform.send(...missed, owners.commit(profileId, 'orders'));
    await heard(reader, 3);
    expect([reader.messages[0]?.data, reader.sequences('orders')]).toEqual([
      { sequences: { orders: 1, ledger: 0 } },
      [2, 3],
    ]);
  });

  it('are ended where one is lost for good, so that the client comes back and begins anew', async () => {
    const reader = await open(`?profileId=${profileId}`);
    owners.lose(owners.commit(profileId, 'orders'));
    await platform.send(owners.commit(profileId, 'orders'));
    await eventually(
      async () => reader.isOver,
      (isOver) => isOver,
    );
    expect(reader.messages.at(-1)).toMatchObject({ event: 'resync', data: { room: 'profile', profileId } });
    const again = await open(`?profileId=${profileId}`, { 'last-event-id': reader.messages.at(-1)?.id ?? '' });
    await heard(again, 1);
    expect(again.messages[0]?.data).toMatchObject({ resync: true, sequences: { orders: 2 } });
  });

  it('are a user’s own where no profile is named, and nobody else’s', async () => {
    const reader = await open();
    await heard(reader, 1);
    await platform.send(someEvent({ ownerid: newUserId(0) }), someEvent({ ownerid: alice, data: { mine: true } }));
    await heard(reader, 2);
    expect(reader.messages.map(({ event, data }) => [event, data['data']])).toEqual([
      ['subscribed', undefined],
      ['event', { mine: true }],
    ]);
  });

  it('and sockets hear the newest quote of a symbol and every newer one, whoever’s token asks for it', async () => {
    const quote = (bid: string) => ({ symbol: 'BTC/USD', bid, ask: '9.5', at: '2026-11-02T10:00:00.000Z' });
    owners.quotes.set('BTC/USD', quote('9.1'));
    const reader = await open('?symbol=BTC%2FUSD');
    const { socket, ...socketReader } = await StreamReader.connect(
      `${platform.service.url}/trading`,
      await platform.token({ userId: newUserId(0) }),
    );
    const say = (name: string, symbol: string): Promise<unknown> =>
      socket.emitWithAck(name, { room: 'quotes', symbol });
    expect(await say('subscribe', 'BTC/USD')).toEqual({ ok: true, snapshot: { quote: quote('9.1') } });
    expect(await say('subscribe', 'NOSUCH')).toEqual({ ok: false, code: 'not-found' });
    owners.quotes.set('BTC/USD', quote('9.2'));
    await eventually(
      async () => [socketReader.quotes.length, reader.messages.length],
      ([bySocket, bySse]) => bySocket === 1 && bySse === 2,
    );
    expect(socketReader.quotes).toEqual([quote('9.2')]);
    expect(reader.messages).toEqual([
      { event: 'subscribed', data: { snapshot: { quote: quote('9.1') } } },
      { event: 'quote', data: quote('9.2') },
    ]);
    socket.disconnect();
  });

  it.each([
    ['without a token', '', { authorization: '' }, 401],
    ['of nobody’s profile', `?profileId=${newProfileId(0)}`, {}, 404],
    ['of what is no profile', '?profileId=x', {}, 400],
    ['of quotes of what there is not', '?symbol=NOSUCH', {}, 404],
  ])('are refused %s', async (_case, query, headers, status) => {
    const reader = await open(query, headers);
    expect([reader.status, reader.headers['content-type']]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ]);
  });

  it('and sockets end with the session of their token, and no others do', async () => {
    const token = await platform.token({ userId: alice, claims: { sid: SESSION } });
    const mine = await open('', { authorization: `Bearer ${token}` });
    const others = await open();
    const socket = await StreamReader.connect(`${platform.service.url}/trading`, token);
    await platform.send(
      someEvent({ id: `accounts:${SESSION}:2`, type: 'session.revoked.v1', source: '/accounts', subject: SESSION }),
    );
    await eventually(
      async () => mine.isOver && socket.socket.disconnected,
      (isOver) => isOver,
    );
    expect([mine.messages.at(-1)?.data, socket.closings]).toEqual([{ code: 'revoked' }, [{ code: 'revoked' }]]);
    expect(others.isOver).toBe(false);
  });

  it('and sockets take an API key, and go on with it when the token in its place ends', async () => {
    const secret = `bk_${'0'.repeat(26)}_${'A'.repeat(43)}`;
    const keyId = `key_${'0'.repeat(26)}`;
    let asked = 0;
    platform.owners.accounts.answer('POST /internal/api-keys/exchange', async () => {
      asked += 1;
      const claims = { sid: keyId, scope: 'events:read' };
      const accessToken = await platform.token({ userId: alice, expiresInSeconds: asked === 1 ? 7 : 300, claims });
      return { body: { accessToken, keyId, ownerId: alice, usageSubject: alice } };
    });
    const socket = await StreamReader.connect(`${platform.service.url}/trading`, secret);
    const stream = await open('', { authorization: `Bearer ${secret}` });
    expect(stream.status).toBe(200);
    await eventually(
      async () => asked,
      (times) => times >= 2,
    );
    const clients = platform.service.app.get(StreamHub, { strict: false }).clients;
    await eventually(
      async () =>
        clients.filter(({ caller }) => caller.sessionId === keyId && caller.expiresAtMs > Date.now() + 60_000),
      ({ length }) => length === 2,
    );
    await platform.send(someEvent({ type: 'key.revoked.v1', source: '/accounts', subject: keyId }));
    await eventually(
      async () => stream.isOver && socket.socket.disconnected,
      (isOver) => isOver,
    );
  });
});
