/**
 * The gateway's sockets, each server a process of its own: 1 000 clients on two replicas of which one is killed; the p99 of a
 * broadcast to 1 000 clients beside that of a bare Socket.IO server, in turns; and what clients that read nothing do to the
 * others'. `clients=1000 rounds=5 only=kill,broadcast,slow` says how much and what.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { GatewaySettings } from '../../gateway/src/gateway.config.js';
import { ResumingReader } from '../../gateway/test/resuming-reader.js';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { median } from './measure.js';
import { BenchProcess } from './bench-process.js';
import { serve } from './sockets-process.js';
import type { Broadcast, Seat } from './sockets-process.js';
import { told } from './told.js';

const CLIENTS = Number(told('clients') ?? 1_000);
const ROUNDS = Number(told('rounds') ?? 5);
/** Events of each client, before and after the kill. */
const EVENTS_EACH = 10;
/** Connections that are made at once. */
const CONNECTING_MAX = 50;
const BROADCAST: Broadcast = { count: 20, everyMs: 200, textChars: 400 };
/** Enough in a few rounds to fill what the operating system keeps for a client that reads nothing. */
const LARGE: Broadcast = { count: 40, everyMs: 50, textChars: 64_000 };
const SLOW_CLIENTS = 20;
const SLOW_RUN_CLIENTS = 100;
/** Milliseconds in which everything that was sent has come. */
const PATIENCE_MS = 60_000;
const POLL_MS = 50;

interface Surroundings {
  readonly settings: GatewaySettings;
  readonly seats: readonly Seat[];
  readonly watchers: readonly Seat[];
}
type Served = BenchProcess<{ readonly url: string }>;

async function main(): Promise<void> {
  const script = process.argv[1] ?? '';
  const only = (told('only') ?? 'kill,broadcast,slow').split(',');
  const surroundings = await BenchProcess.start<Surroundings>(script, 'surroundings', { clients: CLIENTS });
  const { settings, watchers } = surroundings.ready;
  const gateway = (): Promise<Served> =>
    BenchProcess.start(script, 'gateway', { settings, profileId: watchers[0]?.profileId });
  const servers: Served[] = [await gateway()];
  try {
    if (only.includes('kill')) await kill(surroundings, servers[0] as Served, await gateway());
    if (only.includes('broadcast')) {
      servers.push(await BenchProcess.start(script, 'bare'));
      await broadcast(watchers, servers[0] as Served, servers[1] as Served);
    }
    if (only.includes('slow')) {
      const pair = [await gateway(), await gateway()] as const;
      servers.push(...pair);
      await slow(surroundings.ready, ...pair);
    }
  } finally {
    for (const server of [...servers, surroundings]) await server.end('SIGKILL');
  }
  process.exit(0);
}

/** Every client's events, each once and in order, over the end of one of two replicas. */
async function kill(surroundings: BenchProcess<Surroundings>, first: Served, second: Served): Promise<void> {
  const urls = [first.ready.url, second.ready.url];
  const readers = surroundings.ready.seats.map(
    ({ token, profileId }, index) => new ResumingReader(index % 2 === 0 ? urls : [...urls].reverse(), token, profileId),
  );
  await inTurns(readers, (reader) => reader.start());
  const behind = (count: number): number => readers.filter(({ heard }) => heard.length < count).length;
  await surroundings.ask({ events: EVENTS_EACH });
  await until(() => behind(EVENTS_EACH / 2) === 0);
  await second.end('SIGKILL');
  await surroundings.ask({ events: EVENTS_EACH });
  await until(() => behind(EVENTS_EACH * 2) === 0);
  await delay(POLL_MS);
  const expected = Array.from({ length: EVENTS_EACH * 2 }, (_, index) => `orders:${index + 1}`).join();
  const right = readers.filter(({ heard, strange }) => heard.join() === expected && strange.length === 0).length;
  const moved = readers.filter(({ connections }) => connections > 1).length;
  row(`clients that heard ${EVENTS_EACH * 2} events once and in order, of ${CLIENTS}; that moved`, [right, moved]);
  for (const reader of readers) reader.stop();
}

/** The same broadcast to as many clients by the gateway and by Socket.IO alone, in turns. */
async function broadcast(watchers: readonly Seat[], gateway: Served, bare: Served): Promise<void> {
  const ours = await Watchers.connect(gateway, watchers.slice(0, CLIENTS));
  const theirs = await Watchers.connect(bare, watchers.slice(0, CLIENTS), { isBare: true });
  await inTurnsOf(ours, theirs);
  row('p50 of a broadcast, ms: gateway, bare Socket.IO', [ours.middle('p50'), theirs.middle('p50')]);
  row('p99, ms', [ours.middle('p99'), theirs.middle('p99')]);
  row('ratio of the p99 (at most 1.5)', [ours.middle('p99') / theirs.middle('p99')]);
  for (const each of [ours, theirs]) each.close();
}

/** The p99 of clients that read, at a gateway where others read nothing and at one where there are no others, in turns. */
async function slow(surroundings: Surroundings, beside: Served, alone: Served): Promise<void> {
  const { seats, watchers } = surroundings;
  const stuck = await Watchers.connect(beside, watchers.slice(CLIENTS, CLIENTS + SLOW_CLIENTS));
  const profileId = seats[0]?.profileId ?? '';
  await stuck.subscribe(profileId);
  stuck.stopReading();
  for (let round = 0; round < ROUNDS; round += 1) await beside.ask({ ...LARGE, profileId });
  const [near, far] = [
    await Watchers.connect(beside, watchers.slice(0, SLOW_RUN_CLIENTS)),
    await Watchers.connect(alone, watchers.slice(0, SLOW_RUN_CLIENTS)),
  ];
  await inTurnsOf(near, far);
  row(`p99 of ${SLOW_RUN_CLIENTS} clients beside ${SLOW_CLIENTS} that read nothing, and alone, ms`, [
    near.middle('p99'),
    far.middle('p99'),
  ]);
  row('ratio', [near.middle('p99') / far.middle('p99')]);
  for (const each of [near, far, stuck]) each.close();
}

/** Lets both hear as many broadcasts, in turns, after one that does not count. */
async function inTurnsOf(left: Watchers, right: Watchers): Promise<void> {
  for (const each of [left, right]) await each.hear(BROADCAST);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const each of round % 2 === 0 ? [left, right] : [right, left]) await each.hear(BROADCAST);
  }
}

/** Clients that all hear the same broadcasts. */
class Watchers {
  private readonly latenciesMs: number[] = [];
  private readonly rounds: { readonly p50: number; readonly p99: number }[] = [];

  private constructor(
    private readonly server: Served,
    private readonly sockets: readonly Socket[],
  ) {
    for (const socket of sockets) {
      socket.on('event', ({ data }: { data: { sentAtMs: number } }) => {
        this.latenciesMs.push(performance.timeOrigin + performance.now() - data.sentAtMs);
      });
    }
  }

  static async connect(server: Served, seats: readonly Seat[], { isBare = false } = {}): Promise<Watchers> {
    const sockets: Socket[] = [];
    await inTurns(seats, async ({ token, profileId }) => {
      const socket = io(server.ready.url + (isBare ? '' : '/trading'), {
        transports: ['websocket'],
        forceNew: true,
        auth: { token, rooms: 'none' },
      });
      await new Promise((resolve, reject) => socket.once('connect', () => resolve(0)).once('connect_error', reject));
      if (!isBare) await socket.emitWithAck('subscribe', { room: 'profile', profileId });
      sockets.push(socket);
    });
    return new Watchers(server, sockets);
  }

  /** Lets the server broadcast, and waits until all of it has come. */
  async hear(what: Broadcast): Promise<void> {
    this.latenciesMs.length = 0;
    await this.server.ask(what);
    await until(() => this.latenciesMs.length >= what.count * this.sockets.length);
    const sorted = [...this.latenciesMs].sort((left, right) => left - right);
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
    this.rounds.push({ p50: at(0.5), p99: at(0.99) });
  }

  /** Of the rounds after the first the middle one, so that what else the machine did in one of them does not count. */
  middle(quantile: 'p50' | 'p99'): number {
    return median(this.rounds.slice(1).map((round) => round[quantile]));
  }

  async subscribe(profileId: string): Promise<void> {
    for (const socket of this.sockets) await socket.emitWithAck('subscribe', { room: 'profile', profileId });
  }

  stopReading(): void {
    for (const { io: manager } of this.sockets) {
      const { ws } = manager.engine.transport as unknown as { ws: { _socket: { pause(): void } } };
      ws._socket.pause();
    }
  }

  close(): void {
    for (const socket of this.sockets) socket.disconnect();
  }
}

async function inTurns<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: CONNECTING_MAX }, worker));
}

async function until(isTrue: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!isTrue() && performance.now() < end) await delay(POLL_MS);
}

const row = (name: string, values: readonly number[]): void =>
  console.log(
    [name.padEnd(76), ...values.map((value) => value.toFixed(Number.isInteger(value) ? 0 : 2).padStart(8))].join(' '),
  );

await (process.send === undefined ? main() : serve(process.argv[2] ?? '', JSON.parse(process.argv[3] ?? '{}')));
