import type { Server as HttpServer } from 'node:http';
import { Failure } from '@ballast/contracts';
import type { Refused } from '@ballast/contracts/stream-protocol';
import {
  Clock,
  InvalidToken,
  ProblemException,
  ServiceLog,
  fullBucket,
  refilled,
  tokensIn,
  without,
} from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Server } from 'socket.io';
import type { Namespace, Socket } from 'socket.io';
import type { StreamClient } from '../stream-client.js';
import { SocketWire } from './socket-wire.js';
import { StreamSessions } from './stream-sessions.js';

const PING_INTERVAL_MS = 25_000;
const PING_TIMEOUT_MS = 60_000;
/** Connections of one replica, at most. */
const CONNECTIONS_MAX = 10_000;
/** Bytes of one message from a client: a token, or what it wants to hear. */
const MESSAGE_BYTES_MAX = 16_384;
/** Messages of one client. */
const CLIENT_MESSAGES = { ratePerSecond: 20, burst: 100 };
/** Messages beyond that which are refused before the client is disconnected. */
const CLIENT_MESSAGES_REFUSED_MAX = 100;

/** Namespaces in which a user hears their own events; the root is kept for older clients. */
const OWN_EVENTS = ['/trading', '/'] as const;
/** The namespace in which an admin hears all events. */
const ALL_EVENTS = '/admin';

/** Why a connection is refused, as `data.code` of `connect_error`. */
type RefusalCode = 'unauthorized' | 'forbidden' | 'too-many-connections' | 'service-unavailable';

type Answer = (answer: object) => void;

/**
 * The sockets of this replica: Socket.IO on the gateway's own port. A socket is let in with a valid access token or API key,
 * in `auth.token` or the Authorization header, and is disconnected when the token expires and no newer one was sent, or
 * when the key opens nothing any more.
 */
@Injectable()
export class Sockets implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private server: Server | undefined;
  private isDraining = false;

  constructor(
    private readonly http: HttpAdapterHost,
    private readonly sessions: StreamSessions,
    private readonly clock: Clock,
    private readonly log: ServiceLog,
  ) {}

  onApplicationBootstrap(): void {
    const server = new Server(this.http.httpAdapter.getHttpServer() as HttpServer, {
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      maxHttpBufferSize: MESSAGE_BYTES_MAX,
      serveClient: false,
      allowRequest: (_request, decide) => decide(null, this.hasRoom()),
    });
    for (const name of OWN_EVENTS) this.open(server.of(name));
    this.open(server.of(ALL_EVENTS), 'admin');
    this.server = server;
  }

  /** Disconnects everybody, so that clients go to another replica and the HTTP server can close. */
  beforeApplicationShutdown(): void {
    this.isDraining = true;
    this.server?.engine.close();
  }

  private hasRoom(): boolean {
    return !this.isDraining && (this.server?.engine.clientsCount ?? 0) < CONNECTIONS_MAX;
  }

  private open(namespace: Namespace, role?: 'admin'): void {
    namespace.use((socket, next) => {
      this.sessions.identify(tokenOf(socket), socket.request).then(
        (identity) => {
          if (role !== undefined && identity.caller.role !== role) return next(refusal('forbidden'));
          const client = this.sessions.enter(new SocketWire(socket), identity);
          if (client === undefined) return next(refusal('too-many-connections'));
          (socket.data as { client?: StreamClient }).client = client;
          socket.conn.once('close', () => client.leave());
          next();
        },
        (error: unknown) => next(refusal(this.codeOf(error))),
      );
    });
    namespace.on('connection', (socket) => this.serve(socket, role));
  }

  private serve(socket: Socket, role: 'admin' | undefined): void {
    const { client } = socket.data as { client: StreamClient };
    const flush = (): void => client.flush();
    socket.conn.on('drain', flush);
    socket.once('disconnect', () => {
      socket.conn.off('drain', flush);
      client.leave();
    });
    this.limit(socket, client);
    if (role === 'admin') client.hearAll();
    else if (wantsOwnEvents(socket)) client.hearUser(client.caller.userId);
    socket.on('subscribe', (room: unknown, answer: unknown) => {
      void client.subscribe(room, answerer(answer));
    });
    socket.on('unsubscribe', (room: unknown, answer: unknown) => answerer(answer)(client.unsubscribe(room)));
    socket.on('authenticate', (token: unknown, answer: unknown) => {
      void this.authenticate(client, token, socket).then(answerer(answer));
    });
  }

  /** Refuses what a client says beyond its rate, and disconnects one that does not stop. */
  private limit(socket: Socket, client: StreamClient): void {
    let bucket = fullBucket(CLIENT_MESSAGES, this.clock.now());
    let refused = 0;
    socket.use((packet, next) => {
      bucket = refilled(bucket, CLIENT_MESSAGES, this.clock.now());
      if (tokensIn(bucket) > 0) {
        bucket = without(bucket, 1);
        return next();
      }
      refused += 1;
      if (refused > CLIENT_MESSAGES_REFUSED_MAX) client.close('too-many-messages');
      else answerer(packet.at(-1))({ ok: false, code: 'too-many-messages' } satisfies Refused);
    });
  }

  private async authenticate(client: StreamClient, token: unknown, { nsp, request }: Socket): Promise<object> {
    try {
      const identity = await this.sessions.identify(typeof token === 'string' ? token : undefined, request);
      const isSame = identity.caller.userId === client.caller.userId;
      const isAdmitted = nsp.name !== ALL_EVENTS || identity.caller.role === 'admin';
      if (!isSame || !isAdmitted) return { ok: false, code: 'forbidden' };
      this.sessions.renew(client, identity);
      return { ok: true, expiresAt: new Date(identity.caller.expiresAtMs).toISOString() };
    } catch (error) {
      return { ok: false, code: this.codeOf(error) };
    }
  }

  private codeOf(error: unknown): Extract<RefusalCode, Refused['code']> {
    if (error instanceof InvalidToken) return 'unauthorized';
    if (error instanceof ProblemException) return 'forbidden';
    if (!(error instanceof Failure)) this.log.error({ err: error }, 'a socket met a bug');
    return 'service-unavailable';
  }
}

function tokenOf({ handshake }: Socket): string | undefined {
  const auth: unknown = (handshake.auth as Record<string, unknown>)['token'];
  const [, bearer] = /^Bearer (\S+)$/i.exec(handshake.headers.authorization ?? '') ?? [];
  return typeof auth === 'string' ? auth : bearer;
}

/** Older clients say nothing and hear their own events; who resumes profiles says that nothing is to come before. */
const wantsOwnEvents = ({ handshake }: Socket): boolean =>
  (handshake.auth as Record<string, unknown>)['rooms'] !== 'none';

/** A client may want no answer. */
const answerer = (answer: unknown): Answer => (typeof answer === 'function' ? (answer as Answer) : () => undefined);

function refusal(code: RefusalCode): Error {
  return Object.assign(new Error(code), { data: { code } });
}
