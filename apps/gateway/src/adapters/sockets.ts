import type { Server as HttpServer } from 'node:http';
import { Failure } from '@ballast/contracts';
import { Clock, InvalidToken, ServiceLog, TokenVerifier } from '@ballast/service-host';
import type { VerifiedCaller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Server } from 'socket.io';
import type { Namespace, Socket } from 'socket.io';
import type { EventMessage } from './broadcaster.js';

const PING_INTERVAL_MS = 25_000;
const PING_TIMEOUT_MS = 60_000;
/** Connections of one replica, at most. */
const CONNECTIONS_MAX = 10_000;
/** Bytes of one message from a client; clients say nothing but their token. */
const MESSAGE_BYTES_MAX = 16_384;

/** Namespaces in which a user hears their own events; the root is kept for older clients. */
const OWN_EVENTS = ['/trading', '/'] as const;
/** The namespace in which an admin hears all events. */
const ALL_EVENTS = '/admin';

/** Why a connection is refused, as `data.code` of `connect_error`. */
type RefusalCode = 'unauthorized' | 'forbidden' | 'service-unavailable';

/**
 * The sockets of this replica: Socket.IO on the gateway's own port. A socket is let in with a valid access token, in
 * `auth.token` or the Authorization header, and is disconnected when the token expires.
 */
@Injectable()
export class Sockets implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private server: Server | undefined;
  private isDraining = false;

  constructor(
    private readonly http: HttpAdapterHost,
    private readonly verifier: TokenVerifier,
    private readonly clock: Clock,
    private readonly log: ServiceLog,
  ) {}

  /** Sends an event to all admins, and to its owner where it has one. */
  send(message: EventMessage, ownerId: string | undefined): void {
    const { server } = this;
    if (server === undefined) return;
    server.of(ALL_EVENTS).emit('event', message);
    if (ownerId === undefined) return;
    for (const name of OWN_EVENTS) server.of(name).to(roomOf(ownerId)).emit('event', message);
  }

  onApplicationBootstrap(): void {
    const server = new Server(this.http.httpAdapter.getHttpServer() as HttpServer, {
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      maxHttpBufferSize: MESSAGE_BYTES_MAX,
      serveClient: false,
      allowRequest: (_request, decide) => decide(null, this.hasRoom()),
    });
    for (const name of OWN_EVENTS) {
      this.open(server.of(name), (socket, caller) => void socket.join(roomOf(caller.userId)));
    }
    this.open(server.of(ALL_EVENTS), () => {}, 'admin');
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

  private open(namespace: Namespace, admit: (socket: Socket, caller: VerifiedCaller) => void, role?: 'admin'): void {
    namespace.use((socket, next) => {
      this.callerOf(socket).then(
        (caller) => {
          if (role !== undefined && caller.role !== role) return next(refusal('forbidden'));
          (socket.data as { caller?: VerifiedCaller }).caller = caller;
          next();
        },
        (error: unknown) => next(refusal(this.codeOf(error))),
      );
    });
    namespace.on('connection', (socket) => {
      const { caller } = socket.data as { caller: VerifiedCaller };
      const timer = setTimeout(() => socket.disconnect(), Math.max(caller.expiresAtMs - this.clock.now(), 0));
      socket.once('disconnect', () => clearTimeout(timer));
      admit(socket, caller);
    });
  }

  private callerOf({ handshake }: Socket): Promise<VerifiedCaller> {
    const auth: unknown = (handshake.auth as Record<string, unknown>)['token'];
    const [, bearer] = /^Bearer (\S+)$/i.exec(handshake.headers.authorization ?? '') ?? [];
    const token = typeof auth === 'string' ? auth : bearer;
    return token === undefined ? Promise.reject(new InvalidToken('no token')) : this.verifier.verify(token);
  }

  private codeOf(error: unknown): RefusalCode {
    if (error instanceof InvalidToken) return 'unauthorized';
    if (!(error instanceof Failure)) this.log.error({ err: error }, 'a socket met a bug');
    return 'service-unavailable';
  }
}

const roomOf = (userId: string): string => `user:${userId}`;

function refusal(code: RefusalCode): Error {
  return Object.assign(new Error(code), { data: { code } });
}
