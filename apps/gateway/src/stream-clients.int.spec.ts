import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newProfileId, newUserId } from '@ballast/contracts';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { eventually } from '../test/eventually.js';
import { startGatewayPlatform } from '../test/gateway-platform.js';
import type { GatewayPlatform } from '../test/gateway-platform.js';
import { SNAPSHOTS, StreamOwners } from '../test/stream-owners.js';
import { StreamReader } from '../test/stream-reader.js';
import { Broadcaster } from './adapters/broadcaster.js';
import { StreamHub } from './stream-hub.js';

/** Characters of a large event, and how many of them a connection that nobody reads can hold, at most. */
const LARGE_CHARS = 100_000;
const LARGE_EVENTS_MAX = 1_000;

let platform: GatewayPlatform;
let owners: StreamOwners;
let token: string;
let profileId: string;
let count = 0;
const alice = newUserId(1);

beforeAll(async () => {
  platform = await startGatewayPlatform();
  owners = new StreamOwners(platform.owners);
  token = await platform.token({ userId: alice });
});
beforeEach(() => {
  count += 1;
  profileId = newProfileId(count);
  owners.open(profileId, alice);
});
afterAll(() => platform.close());

it('the client of STREAMS.md begins with a snapshot and resumes where it was after a disconnection', async () => {
  const page = readFileSync(join(__dirname, '../STREAMS.md'), 'utf8');
  const code = /```js\n(.*?)```/s.exec(page)?.[1] ?? '';
  const heard: unknown[] = [];
  const begun: unknown[] = [];
  const given = {
    io: (url: string, options: object): Socket => io(url, { ...options, reconnectionDelay: 10 }),
    url: platform.service.url,
    profileId,
    currentToken: () => token,
    begin: (snapshot: unknown) => begun.push(snapshot),
    handle: ({ sequence }: { sequence: number }) => heard.push(sequence),
  };
  const run = new Function(...Object.keys(given), `${code}; return socket;`) as (...values: unknown[]) => Socket;
  const before = owners.commit(profileId, 'orders');
  const socket = run(...Object.values(given));
  await eventually(
    async () => begun.length,
    (so) => so === 1,
  );
  await platform.send(before, owners.commit(profileId, 'orders'));
  await eventually(
    async () => heard.length,
    (so) => so === 1,
  );
  const away = [owners.commit(profileId, 'orders'), owners.commit(profileId, 'orders')];
  for (const client of platform.service.app.get(StreamHub, { strict: false }).clients) client.wire.close();
  await platform.send(...away, owners.commit(profileId, 'orders'));
  await eventually(
    async () => heard.length,
    (so) => so === 4,
  );
  socket.disconnect();
  expect(heard).toEqual([2, 3, 4, 5]);
  expect(begun).toEqual([{ orders: SNAPSHOTS.orders, capital: SNAPSHOTS.ledger.capital }]);
});

it('a client that reads nothing is told what it has missed, and the others have it long before', async () => {
  const connect = (): Promise<StreamReader> => StreamReader.connect(`${platform.service.url}/trading`, token);
  const [slow, fast] = [await connect(), await connect()];
  for (const one of [slow, fast]) await one.subscribe({ room: 'profile', profileId });
  const { ws } = slow.socket.io.engine.transport as unknown as { ws: { _socket: { pause(): void; resume(): void } } };
  ws._socket.pause();
  const { counts } = platform.service.app.get(StreamHub, { strict: false });
  const broadcaster = platform.service.app.get(Broadcaster, { strict: false });
  const text = 'x'.repeat(LARGE_CHARS);
  let sent = 0;
  while (counts.dropped === 0 && sent < LARGE_EVENTS_MAX) {
    sent += 1;
    broadcaster.hear('orders', owners.commit(profileId, 'orders', { data: { text } }));
    await eventually(
      async () => fast.events.length,
      (so) => so === sent,
    );
  }
  expect([counts.dropped > 0, slow.events.length < sent]).toEqual([true, true]);
  ws._socket.resume();
  await eventually(
    async () => slow.resyncs,
    ({ length }) => length === 1,
  );
  expect(slow.resyncs).toEqual([{ room: 'profile', profileId }]);
  expect(slow.dropped).toEqual([{ topic: 'orders', count: sent - slow.events.length }]);
  expect(slow.order.slice(-2)).toEqual(['dropped', 'resync']);
  const after = { orders: slow.events.length, ledger: 0 };
  expect(await slow.subscribe({ room: 'profile', profileId, after })).toMatchObject({ ok: true });
  await eventually(
    async () => slow.events.length,
    (so) => so === sent,
  );
  expect(slow.sequences()).toEqual(fast.sequences());
  for (const { socket } of [slow, fast]) socket.disconnect();
});
