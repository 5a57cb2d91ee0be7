import { newProfileId, newUserId } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { eventually } from '../test/eventually.js';
import { someEvent } from '../test/events.js';
import { startGatewayPlatform } from '../test/gateway-platform.js';
import type { GatewayPlatform } from '../test/gateway-platform.js';
import { SNAPSHOTS, StreamOwners } from '../test/stream-owners.js';
import { StreamReader } from '../test/stream-reader.js';
import { CONNECTIONS_PER_USER_MAX } from './stream-hub.js';

let platform: GatewayPlatform;
let owners: StreamOwners;
let count = 0;
let alice: string;
let profileId: string;
const readers: StreamReader[] = [];

beforeAll(async () => {
  platform = await startGatewayPlatform();
  owners = new StreamOwners(platform.owners);
});
beforeEach(() => {
  count += 1;
  [alice, profileId] = [newUserId(count), newProfileId(count)];
  owners.open(profileId, alice);
});
afterEach(() => readers.splice(0).forEach(({ socket }) => socket.disconnect()));
afterAll(() => platform.close());

async function reader(as: Parameters<GatewayPlatform['token']>[0] = {}, namespace = '/trading'): Promise<StreamReader> {
  const token = await platform.token({ userId: alice, ...as });
  const one = await StreamReader.connect(platform.service.url + namespace, token);
  readers.push(one);
  return one;
}

const commit = (topic: 'orders' | 'ledger' = 'orders', given: Partial<EventEnvelope> = {}): EventEnvelope =>
  owners.commit(profileId, topic, given);

/** Resolves once the reader has heard as many events of the profile as this. */
const heard = (one: StreamReader, length: number): Promise<unknown> =>
  eventually(
    async () => one.events.length,
    (so) => so >= length,
  );

const PROFILE = (): object => ({ room: 'profile', profileId });

describe('a subscription of a profile', () => {
  it('begins with a snapshot, and goes on with every event after it, once and in order', async () => {
    const before = [commit(), commit('ledger'), commit()];
    const one = await reader();
    expect(await one.subscribe(PROFILE())).toEqual({
      ok: true,
      sequences: { orders: 2, ledger: 1 },
      snapshot: { orders: SNAPSHOTS.orders, capital: SNAPSHOTS.ledger.capital },
    });
    const after = [commit(), commit(), commit('ledger'), commit()];
    const [third, fourth, posting, fifth] = after as [EventEnvelope, EventEnvelope, EventEnvelope, EventEnvelope];
    await platform.send(...before, fourth, posting);
    await platform.send(third, fifth);
    await heard(one, 4);
    expect([one.sequences('orders'), one.sequences('ledger')]).toEqual([[3, 4, 5], [2]]);
    expect(one.events.find(({ id }) => id === third.id)).toEqual({
      id: third.id,
      type: third.type,
      topic: 'orders',
      subject: third.subject,
      profileId,
      sequence: 3,
      time: third.time,
      correlationId: third.correlationid,
      data: third.data,
    });
  });

  it('misses nothing that is published while the snapshot is on its way, and repeats nothing that is in it', async () => {
    let answer = (): void => undefined;
    owners.before = new Promise((resolve) => (answer = resolve));
    const one = await reader();
    const other = await reader();
    const subscribed = one.subscribe(PROFILE());
    await other.subscribe({ room: 'user' });
    const inIt = [commit(), commit()];
    await platform.send(...inIt);
    await heard(other, 2);
    answer();
    expect(await subscribed).toMatchObject({ ok: true, sequences: { orders: 2 } });
    await platform.send(commit());
    await heard(one, 1);
    expect(one.sequences()).toEqual([3]);
  });

  it('replays what was missed since the last sequences, and goes on', async () => {
    const missed = [commit(), commit(), commit(), commit('ledger')];
    const one = await reader();
    const after = { orders: 1, ledger: 0 };
    expect(await one.subscribe({ ...PROFILE(), after })).toEqual({ ok: true, sequences: after });
    await platform.send(...missed, commit());
    await heard(one, 4);
    expect([one.sequences('orders'), one.sequences('ledger')]).toEqual([[2, 3, 4], [1]]);
    expect(one.events.find(({ sequence }) => sequence === 2)?.data).toEqual(missed[1]?.data);
  });

  it.each([
    ['its owner has not all of it any more', { orders: 0, ledger: 0 }],
    ['it claims to know the future', { orders: 9, ledger: 0 }],
  ])('begins anew with a snapshot where %s', async (_case, after) => {
    owners.lose(commit());
    commit();
    const one = await reader();
    expect(await one.subscribe({ ...PROFILE(), after })).toMatchObject({
      ok: true,
      resync: true,
      sequences: { orders: 2, ledger: 0 },
      snapshot: { orders: SNAPSHOTS.orders },
    });
  });

  it('asks the owner for an event that never comes', async () => {
    const one = await reader();
    await one.subscribe(PROFILE());
    const [, second, third] = [commit(), commit(), commit()] as [EventEnvelope, EventEnvelope, EventEnvelope];
    await platform.send(third, second);
    await heard(one, 3);
    expect(one.sequences()).toEqual([1, 2, 3]);
  });

  it('ends with a resync where an event is lost for good', async () => {
    const one = await reader();
    await one.subscribe(PROFILE());
    owners.lose(commit());
    await platform.send(commit());
    await eventually(
      async () => one.resyncs,
      ({ length }) => length > 0,
    );
    expect(one.resyncs).toEqual([{ room: 'profile', profileId }]);
    expect(one.events).toEqual([]);
    expect(await one.subscribe(PROFILE())).toMatchObject({ ok: true, sequences: { orders: 2 } });
  });

  it('of one symbol has its orders and what becomes of them, and nothing of others', async () => {
    const one = await reader();
    expect(await one.subscribe({ room: 'symbol', profileId, symbol: 'AAPL' })).toMatchObject({
      snapshot: { orders: { orders: [{ symbol: 'AAPL' }], positions: [{ symbol: 'AAPL' }] } },
    });
    await platform.send(
      commit('orders', { subject: 'ord_live_msft', data: { orderId: 'ord_live_msft' } }),
      commit('orders', { subject: 'ord_live_aapl', data: { orderId: 'ord_live_aapl' } }),
      commit('orders', { subject: 'ord_new', data: { orderId: 'ord_new', symbol: 'AAPL' } }),
      commit('orders', { subject: 'ord_other', data: { orderId: 'ord_other', symbol: 'MSFT' } }),
      commit('orders', { subject: 'ord_new', data: { orderId: 'ord_new' } }),
    );
    await heard(one, 3);
    expect(one.sequences()).toEqual([2, 3, 5]);
  });

  it('ends when the client says so', async () => {
    const one = await reader();
    const mark = await reader({ role: 'admin' }, '/admin');
    await one.subscribe(PROFILE());
    expect(await one.say('unsubscribe', PROFILE())).toEqual({ ok: true });
    await platform.send(commit());
    await heard(mark, 1);
    expect(one.events).toEqual([]);
  });
});

describe('who may hear what', () => {
  it('a profile is heard by its owner, operators and admins, and does not exist for anybody else', async () => {
    const roles = ['viewer', 'trader', 'operator', 'admin'] as const;
    const answers = await Promise.all(
      roles.map(async (role) => (await reader({ role, userId: newUserId(0) })).subscribe(PROFILE())),
    );
    const refused = { ok: false, code: 'not-found' };
    expect(answers.map(({ ok }) => ok)).toEqual([false, false, true, true]);
    expect(answers.slice(0, 2)).toEqual([refused, refused]);
    expect(await (await reader()).subscribe({ room: 'profile', profileId: newProfileId(0) })).toEqual(refused);
  });

  it('a user’s events are heard by the user, operators and admins', async () => {
    const [bob, operator] = [
      await reader({ userId: newUserId(0) }),
      await reader({ role: 'operator', userId: newUserId(0) }),
    ];
    expect(await bob.subscribe({ room: 'user', userId: alice })).toEqual({ ok: false, code: 'not-found' });
    expect(await bob.subscribe({ room: 'user' })).toEqual({ ok: true });
    expect(await operator.subscribe({ room: 'user', userId: alice })).toEqual({ ok: true });
    await platform.send(someEvent({ ownerid: alice }));
    await heard(operator, 1);
    expect(bob.events).toEqual([]);
  });

  it('a user’s events cannot be gone on with, which is said, and those from now on are heard', async () => {
    const one = await reader();
    const after = { orders: 3, ledger: 2 };
    expect(await one.subscribe({ room: 'user', after })).toEqual({ ok: true, resync: true });
    await platform.send(someEvent({ ownerid: alice }));
    await heard(one, 1);
  });

  it.each([
    ['nothing', undefined],
    ['no room', { profileId: 'prf_1' }],
    ['no profile', { room: 'profile' }],
    ['what is no id', { room: 'profile', profileId: '../x' }],
    ['half of the cursors', { room: 'profile', profileId: newProfileId(0), after: { orders: 1 } }],
    ['a cursor below zero', { room: 'profile', profileId: newProfileId(0), after: { orders: -1, ledger: 0 } }],
    ['more than is known', { room: 'user', symbol: 'AAPL' }],
    ['half of the cursors of a user', { room: 'user', after: { orders: 1 } }],
    ['what is no symbol', { room: 'symbol', profileId: newProfileId(0), symbol: 'a b' }],
    ['quotes of no symbol', { room: 'quotes' }],
    ['quotes of a profile', { room: 'quotes', symbol: 'AAPL', profileId: newProfileId(0) }],
  ])('a request for %s is refused', async (_case, room) => {
    expect(await (await reader()).say('subscribe', room)).toMatchObject({ ok: false, code: 'invalid-request' });
  });

  it('nothing is heard while an owner is away, and the client may ask again', async () => {
    const one = await reader();
    platform.owners.ledger.answer(`GET /v1/streams/${profileId}/snapshot`, { status: 503, body: {} });
    expect(await one.subscribe(PROFILE())).toEqual({ ok: false, code: 'service-unavailable' });
  });

  it('a token limited to other scopes opens no stream', async () => {
    await expect(reader({ claims: { scope: 'orders:read' } })).rejects.toEqual({ code: 'unauthorized' });
    await reader({ claims: { scope: 'events:read' } });
  });

  it('a newer token keeps the connection, and nobody else’s does', async () => {
    const one = await reader({ expiresInSeconds: 2 });
    const newer = await platform.token({ userId: alice });
    expect(await one.say('authenticate', await platform.token())).toEqual({ ok: false, code: 'forbidden' });
    expect(await one.say('authenticate', 'nonsense')).toEqual({ ok: false, code: 'unauthorized' });
    expect(await one.say('authenticate', newer)).toMatchObject({ ok: true, expiresAt: expect.any(String) as string });
    const other = await reader({ expiresInSeconds: 2 });
    await eventually(
      async () => other.socket.disconnected,
      (isGone) => isGone,
    );
    expect(other.closings).toEqual([{ code: 'token-expired' }]);
    expect(one.socket.connected).toBe(true);
  });
});

describe('limits', () => {
  it('a user has so many connections at a replica', async () => {
    const token = await platform.token({ userId: alice });
    const connect = (): Promise<StreamReader> => StreamReader.connect(`${platform.service.url}/trading`, token);
    readers.push(...(await Promise.all(Array.from({ length: CONNECTIONS_PER_USER_MAX }, connect))));
    await expect(connect()).rejects.toEqual({ code: 'too-many-connections' });
    readers.pop()?.socket.disconnect();
    const again = await eventually(
      () => connect().catch(() => undefined),
      (one) => one !== undefined,
    );
    if (again !== undefined) readers.push(again);
  });

  it('a connection says so much at once, and is closed when it does not stop', async () => {
    const one = await reader();
    const say = (): Promise<{ code?: string }> => one.say('unsubscribe', PROFILE());
    const answers = await Promise.all(Array.from({ length: 190 }, say));
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([undefined, 'too-many-messages']));
    for (let index = 0; index < 500; index += 1) one.socket.emit('unsubscribe', PROFILE());
    await eventually(
      async () => one.socket.disconnected,
      (isGone) => isGone,
    );
    expect(one.closings).toEqual([{ code: 'too-many-messages' }]);
  });
});
