import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import rhea from 'rhea';
import type { Connection, EventContext, Receiver, Sender } from 'rhea';
import { encrypted, secureContextOf, type TlsCredentials } from '../http/tls.js';
import { ClientConnection } from './client-connection.js';
import { abandonConnection, keepOutcomesApart, keepTransfersRaw, writeEmptyFrame } from './rhea-internals.js';
import { asServiceBusError } from './service-bus-error.js';

/** Opens a link that a client attached, or throws what the link is refused with. */
export interface LinkRoutes {
  /** A link the client sends on. */
  incoming(receiver: Receiver, client: ClientConnection): void;
  /** A link the client receives on. */
  outgoing(sender: Sender, client: ClientConnection): void;
}

/** Where to listen, and what with. */
export interface ListenOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Clients must encrypt where it is given. */
  readonly tls?: TlsCredentials | undefined;
}

const CONNECTION_OPTIONS = {
  max_frame_size: 65_536,
  channel_max: 4_999,
  idle_time_out: 240_000,
  tcp_no_delay: true,
  autoaccept: false,
  credit_window: 0,
  treat_modified_as_released: false,
};
const AMQP_FIRST_BYTE = 0x41;
/** Each link of a session listens for its end. */
const LISTENERS_UNBOUNDED = 0;
const CLOSE_WAIT_MS = 500;
const ERROR_EVENTS = [
  'error',
  'connection_error',
  'session_error',
  'receiver_error',
  'sender_error',
  'protocol_error',
  'disconnected',
] as const;

/** The AMQP 1.0 side of the server: sockets, connections and sessions. What its links do is decided by the routes. */
export class AmqpServer {
  private readonly container = rhea.create_container();
  private readonly clients = new Map<Connection, ClientConnection>();
  private readonly sockets = new Map<Socket, Connection>();
  private readonly server: Server;

  private readonly others = new Set<Socket>();

  private constructor(
    private readonly routes: LinkRoutes,
    private readonly acceptHttp: (socket: Socket) => void,
    tls: TlsCredentials | undefined,
  ) {
    const context = tls === undefined ? undefined : secureContextOf(tls);
    this.server = createServer((raw) => this.sniff(context === undefined ? raw : encrypted(raw, context), raw));
    // A client that breaks off or breaks the protocol loses its connection; unheard, these events would throw.
    for (const event of ERROR_EVENTS) this.container.on(event, () => undefined);
    this.container.on('session_open', ({ session }: EventContext) => {
      session!.setMaxListeners(LISTENERS_UNBOUNDED);
      keepTransfersRaw(session!);
      keepOutcomesApart(session!);
    });
    this.container.on('receiver_open', ({ receiver, connection }: EventContext) =>
      this.open(receiver!, connection, (client) => this.routes.incoming(receiver!, client)),
    );
    this.container.on('sender_open', ({ sender, connection }: EventContext) =>
      this.open(sender!, connection, (client) => this.routes.outgoing(sender!, client)),
    );
  }

  /** Listens; rejects when the port is taken. Connections that do not speak AMQP go to `acceptHttp`. */
  static async listen(at: ListenOptions, routes: LinkRoutes, acceptHttp: (socket: Socket) => void) {
    const amqp = new AmqpServer(routes, acceptHttp, at.tls);
    await new Promise<void>((resolve, reject) => {
      amqp.server.once('error', reject);
      amqp.server.listen(at.port, at.host, () => {
        amqp.server.off('error', reject);
        resolve();
      });
    });
    return amqp;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The connections that are open. */
  connections(): Iterable<ClientConnection> {
    return this.clients.values();
  }

  /** Tells every client that its connection is closed, waits a moment for them to agree, and cuts the rest. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.others) socket.destroy();
    for (const [socket, connection] of this.sockets) {
      if (!connection.is_open()) socket.destroy();
      else connection.close({ condition: 'amqp:connection:forced', description: 'The server is shutting down.' });
    }
    const cut = setTimeout(() => this.sockets.forEach((_, socket) => socket.destroy()), CLOSE_WAIT_MS);
    await closed;
    clearTimeout(cut);
  }

  /** Every AMQP connection begins with the letters AMQP; no HTTP request begins with an A. */
  private sniff(socket: Socket, raw: Socket): void {
    this.others.add(socket);
    socket.on('close', () => this.others.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.once('data', (first: Buffer) => {
      socket.pause();
      if (first[0] === AMQP_FIRST_BYTE) {
        this.others.delete(socket);
        this.accept(socket, raw);
      } else this.acceptHttp(socket);
      socket.unshift(first);
      process.nextTick(() => socket.resume());
    });
  }

  private accept(socket: Socket, raw: Socket): void {
    const connection = this.container.create_connection(CONNECTION_OPTIONS as never);
    const client = new ClientConnection(() => raw.resetAndDestroy());
    this.clients.set(connection, client);
    this.sockets.set(socket, connection);
    let writtenBefore = 0;
    socket.on('data', () => (writtenBefore = socket.bytesWritten));
    connection['accept'](socket);
    socket.on('data', () => {
      const before = writtenBefore;
      setImmediate(() => acknowledge(socket, connection, before));
    });
    socket.on('close', () => {
      this.clients.delete(connection);
      this.sockets.delete(socket);
      client.closed();
      abandonConnection(connection);
    });
  }

  private open(link: Receiver | Sender, connection: Connection, route: (client: ClientConnection) => void): void {
    const client = this.clients.get(connection);
    if (client === undefined) return;
    try {
      route(client);
    } catch (error) {
      const { condition, description } = asServiceBusError(error);
      link.close({ condition, description });
    }
  }
}

/**
 * Sends an empty frame when what came in was answered with nothing. Clients leave Nagle's algorithm on and write in
 * small pieces; each piece would wait 40 ms for a delayed acknowledgement.
 */
function acknowledge(socket: Socket, connection: Connection, writtenBefore: number): void {
  if (socket.bytesWritten === writtenBefore && connection.is_open() && socket.writable) writeEmptyFrame(connection);
}
