import { newProfileId, newUserId } from '@ballast/contracts';
import { io } from 'socket.io-client';
import type { ManagerOptions, Socket, SocketOptions } from 'socket.io-client';
import { eventually } from '../test/eventually.js';
import { someEvent } from '../test/events.js';
import { startGatewayPlatform } from '../test/gateway-platform.js';
import type { GatewayPlatform } from '../test/gateway-platform.js';
import { Broadcaster, GAP_MS_MAX } from './adapters/broadcaster.js';
import type { EventMessage } from '@ballast/contracts/stream-protocol';

let platform: GatewayPlatform;
const sockets: Socket[] = [];

beforeAll(async () => {
  platform = await startGatewayPlatform();
});
afterEach(() => sockets.splice(0).forEach((socket) => socket.disconnect()));
afterAll(() => platform.close());

type Options = Partial<ManagerOptions & SocketOptions>;

function open(namespace: string, options: Options): Socket {
  const socket = io(`${platform.service.url}${namespace}`, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    ...options,
  });
  sockets.push(socket);
  return socket;
}

const connected = (socket: Socket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('connect_error', reject);
  });

const refusalOf = (socket: Socket): Promise<unknown> =>
  new Promise((resolve) => socket.once('connect_error', (error) => resolve((error as { data?: unknown }).data)));

/** A connected socket and the events that it has heard. */
async function listen(
  namespace: string,
  user: { role?: 'trader' | 'admin'; userId?: string },
  options: Options = {},
): Promise<EventMessage[]> {
  const socket = open(namespace, { auth: { token: await platform.token(user) }, ...options });
  const heard: EventMessage[] = [];
  socket.on('event', (message: EventMessage) => heard.push(message));
  await connected(socket);
  return heard;
}

const heardAll = (heard: EventMessage[], count: number): Promise<EventMessage[]> =>
  eventually(
    async () => heard,
    ({ length }) => length >= count,
  );

/** An event that only admins hear; once it is heard, everything sent before it was. */
const mark = (id: string) => someEvent({ id: `orders:mark:${id}`, type: 'controls.changed.v1' });

describe('connecting', () => {
  it.each(['/trading', '/admin', '/'])('to %s needs a valid token', async (namespace) => {
    const expired = await platform.token({ role: 'admin', expiresInSeconds: -60 });
    for (const auth of [{}, { token: 'nonsense' }, { token: 7 }, { token: expired }]) {
      expect(await refusalOf(open(namespace, { auth }))).toEqual({ code: 'unauthorized' });
    }
  });

  it.each(['viewer', 'trader', 'operator'] as const)('to /admin is refused for a %s', async (role) => {
    const token = await platform.token({ role });
    expect(await refusalOf(open('/admin', { auth: { token } }))).toEqual({ code: 'forbidden' });
  });

  it('takes the token from the Authorization header too', async () => {
    await connected(open('/trading', { extraHeaders: { authorization: `Bearer ${await platform.token()}` } }));
  });

  it('works by polling too', async () => {
    const userId = newUserId(1);
    const heard = await listen('/trading', { userId }, { transports: ['polling'] });
    await platform.send(someEvent({ ownerid: userId }));
    await heardAll(heard, 1);
  });

  it('ends when the token ends', async () => {
    const socket = open('/trading', { auth: { token: await platform.token({ expiresInSeconds: 2 }) } });
    await connected(socket);
    const reason = await new Promise((resolve) => socket.once('disconnect', resolve));
    expect(reason).toBe('io server disconnect');
  });
});

describe('broadcasting', () => {
  it('sends an event to its owner and to admins, and to nobody else', async () => {
    const [alice, bob] = [newUserId(1), newUserId(2)];
    const profileId = newProfileId(1);
    const ofAlice = await listen('/trading', { userId: alice });
    const ofAliceBefore = await listen('/', { userId: alice });
    const ofBob = await listen('/trading', { userId: bob });
    const ofBobBefore = await listen('/', { userId: bob });
    const ofAdminTrading = await listen('/trading', { role: 'admin' });
    const ofAdmin = await listen('/admin', { role: 'admin' });
    const event = someEvent({ partitionkey: profileId, subject: 'ord-1', ownerid: alice, sequence: 1 });
    await platform.send(event, someEvent({ ownerid: bob, source: '/ledger' }), mark('isolation'));
    await heardAll(ofAdmin, 3);
    await heardAll(ofBob, 1);
    await heardAll(ofAlice, 1);
    expect(ofAlice).toEqual([
      {
        id: event.id,
        type: event.type,
        topic: 'orders',
        subject: 'ord-1',
        profileId,
        sequence: 1,
        time: event.time,
        correlationId: event.correlationid,
        data: event.data,
      },
    ]);
    expect(ofAliceBefore).toEqual(ofAlice);
    expect(ofBob.map(({ topic }) => topic)).toEqual(['ledger']);
    expect(ofBobBefore).toEqual(ofBob);
    expect(ofAdminTrading).toEqual([]);
    expect(ofAdmin.map(({ id }) => id)).toEqual(expect.arrayContaining([event.id, 'orders:mark:isolation']));
  });

  it('keeps the sequence of a profile, and drops what comes again', async () => {
    const [userId, partitionkey] = [newUserId(1), newProfileId(2)];
    const heard = await listen('/trading', { userId });
    const ofAdmin = await listen('/admin', { role: 'admin' });
    const events = [1, 2, 3, 4, 5].map((sequence) =>
      someEvent({ id: `orders:${partitionkey}:${sequence}`, ownerid: userId, partitionkey, sequence }),
    );
    const arrival = [0, 2, 1, 4, 3].map((index) => events[index]).filter((event) => event !== undefined);
    for (const event of arrival) await platform.send(event);
    const broadcaster = platform.service.app.get(Broadcaster, { strict: false });
    for (const event of events) broadcaster.hear('orders', event);
    await platform.send(mark('sequence'));
    await heardAll(ofAdmin, 6);
    await heardAll(heard, 5);
    expect(heard.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
  });

  it('goes on after a second when one is missing', async () => {
    const [userId, partitionkey] = [newUserId(1), newProfileId(3)];
    const heard = await listen('/trading', { userId });
    const of = (sequence: number) => someEvent({ ownerid: userId, partitionkey, sequence });
    await platform.send(of(1));
    await heardAll(heard, 1);
    const startMs = performance.now();
    await platform.send(of(3), of(4));
    await heardAll(heard, 3);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(GAP_MS_MAX - 50);
    await platform.send(of(5));
    await heardAll(heard, 4);
    expect(heard.map(({ sequence }) => sequence)).toEqual([1, 3, 4, 5]);
  });
});

it('disconnects everybody when the gateway stops', async () => {
  const own = await startGatewayPlatform();
  const socket = io(`${own.service.url}/trading`, {
    auth: { token: await own.token() },
    transports: ['websocket'],
    reconnection: false,
  });
  await connected(socket);
  const gone = new Promise((resolve) => socket.once('disconnect', resolve));
  const startMs = performance.now();
  await own.close();
  await gone;
  expect(performance.now() - startMs).toBeLessThan(10_000);
});
