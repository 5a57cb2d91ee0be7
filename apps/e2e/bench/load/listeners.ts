import { setTimeout as delay } from 'node:timers/promises';
import type { EventMessage, Refused, Subscribed } from '@ballast/contracts/stream-protocol';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { Latencies } from './latencies.js';

/** Connections that are made at once. */
const CONNECTING_MAX = 50;
const ANSWER_MS_MAX = 30_000;
const RETRY_MS = 250;

/** Whom the clients hear. */
export interface Audience {
  readonly url: string;
  /** Of the users whose clients they are. */
  readonly tokens: readonly string[];
  readonly profiles: readonly string[];
  readonly clients: number;
}

/** From a fill at the broker until its event was with a client, of all that were heard since the last question. */
export interface Heard {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Serves as so many clients in this process; answers each question with what they heard since the one before. */
export async function serveListeners({ url, tokens, profiles, clients }: Audience): Promise<void> {
  process.once('disconnect', () => process.exit(0));
  let heard = new Latencies();
  const take = ({ type, data }: EventMessage): void => {
    if (type !== 'order.executed.v1') return;
    heard.add(Date.now() - Date.parse((data as { executedAt: string }).executedAt));
  };
  for (let first = 0; first < clients; first += CONNECTING_MAX) {
    const some = Array.from({ length: Math.min(CONNECTING_MAX, clients - first) }, (_, index) => first + index);
    const of = (list: readonly string[], index: number): string => list[index % list.length] ?? '';
    await Promise.all(some.map((index) => listen(url, of(tokens, index), of(profiles, index), take)));
  }
  process.on('message', () => {
    const told: Heard = { count: heard.count, p50Ms: heard.percentile(50), p99Ms: heard.percentile(99) };
    heard = new Latencies();
    process.send?.(told);
  });
  process.send?.({ clients });
}

async function listen(
  url: string,
  token: string,
  profileId: string,
  take: (event: EventMessage) => void,
): Promise<void> {
  const socket: Socket = io(`${url}/trading`, {
    transports: ['websocket'],
    auth: { token, rooms: 'none' },
    forceNew: true,
  });
  socket.on('event', take);
  // Where the gateway itself refuses a connection, Socket.IO leaves it to us to try again.
  socket.on('connect_error', () => void (socket.active || setTimeout(() => socket.connect(), RETRY_MS)));
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  for (;;) {
    const room = { room: 'profile', profileId };
    const answer = (await socket
      .timeout(ANSWER_MS_MAX)
      .emitWithAck('subscribe', room)
      .catch(() => undefined)) as Subscribed | Refused | undefined;
    if (answer?.ok === true) return;
    await delay(RETRY_MS);
  }
}
