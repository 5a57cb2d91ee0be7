import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { newProfileId, newUserId } from '@ballast/contracts';
import { Server } from 'socket.io';
import { Broadcaster } from '../../gateway/src/adapters/broadcaster.js';
import { EventFrame } from '../../gateway/src/domain/frame.js';
import type { GatewaySettings } from '../../gateway/src/gateway.config.js';
import { startGateway } from '../../gateway/src/start-gateway.js';
import { someEvent } from '../../gateway/test/events.js';
import { startSurroundings } from '../../gateway/test/gateway-surroundings.js';
import { StreamOwners } from '../../gateway/test/stream-owners.js';

/** A client: its profile, and a token for it. */
export interface Seat {
  readonly profileId: string;
  readonly token: string;
}

/** What a broadcast is told: of which profile, how many messages, how far apart, with how much text in each. */
export interface Broadcast {
  readonly profileId?: string;
  readonly count: number;
  readonly everyMs: number;
  readonly textChars: number;
}

/** Serves in this process what `role` names. */
export async function serve(role: string, told: unknown): Promise<void> {
  if (role === 'surroundings') await serveSurroundings(told as { clients: number });
  if (role === 'gateway') await serveGateway(told as { settings: GatewaySettings; profileId: string });
  if (role === 'bare') await serveBare();
}

/** Local Azure and the owners: every client has a profile; the last one is everybody's, to operators. */
async function serveSurroundings({ clients }: { clients: number }): Promise<void> {
  const surroundings = await startSurroundings();
  const owners = new StreamOwners(surroundings.owners);
  const seatOf = async (index: number, role: 'trader' | 'operator', shared?: string): Promise<Seat> => {
    const [userId, profileId] = [newUserId(index), shared ?? newProfileId(index)];
    if (shared === undefined) owners.open(profileId, userId);
    return { profileId, token: await surroundings.token({ userId, role, expiresInSeconds: 3_600 }) };
  };
  const seats = await Promise.all(Array.from({ length: clients }, (_, index) => seatOf(index, 'trader')));
  const common = newProfileId(clients);
  owners.open(common, newUserId(clients));
  const watchers = await Promise.all(
    Array.from({ length: clients * 2 }, (_, index) => seatOf(index, 'operator', common)),
  );
  process.on('message', ({ events }: { events: number }) => {
    const committed = Array.from({ length: events }, () =>
      seats.map(({ profileId }) => owners.commit(profileId, 'orders')),
    ).flat();
    void surroundings.send(...committed).then(() => process.send?.({}));
  });
  process.once('SIGTERM', () => void surroundings.close().then(() => process.exit(0)));
  process.send?.({ settings: surroundings.settings, seats, watchers });
}

async function serveGateway({ settings, profileId }: { settings: GatewaySettings; profileId: string }): Promise<void> {
  const service = await startGateway(settings);
  const broadcaster = service.app.get(Broadcaster, { strict: false });
  const sequences = new Map<string, number>();
  answerBroadcasts((data, of = profileId) => {
    const sequence = (sequences.get(of) ?? 0) + 1;
    sequences.set(of, sequence);
    broadcaster.hear('orders', someEvent({ partitionkey: of, sequence, data }));
  });
  process.send?.({ url: service.url });
}

/** Socket.IO and nothing else, sending the same message to everybody. */
async function serveBare(): Promise<void> {
  const http = createServer();
  const server = new Server(http, { serveClient: false });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  answerBroadcasts((data) => server.emit('event', new EventFrame('orders', someEvent({ data })).body));
  process.send?.({ url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` });
}

function answerBroadcasts(send: (data: object, profileId: string | undefined) => void): void {
  process.on('message', ({ profileId, count, everyMs, textChars }: Broadcast) => {
    const text = 'x'.repeat(textChars);
    const run = async (): Promise<void> => {
      for (let index = 0; index < count; index += 1) {
        send({ text, sentAtMs: performance.timeOrigin + performance.now() }, profileId);
        await delay(everyMs);
      }
    };
    void run().then(() => process.send?.({}));
  });
}
