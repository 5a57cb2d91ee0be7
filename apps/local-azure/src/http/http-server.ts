import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TlsCredentials } from './tls.js';

/** The largest request body that is read; a larger one is answered 413 unread. */
const BODY_BYTES_MAX = 4 * 1024 * 1024;
/**
 * Idle connections are kept until the system finds their client gone, so that no client races with the server closing one; and no answer
 * costs a timer.
 */
const CONNECTIONS = { keepAliveTimeout: 0, keepAlive: true, noDelay: true };

/** A request with its whole body. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Whether it came encrypted. */
  readonly secure: boolean;
  /** The connection it came on. */
  readonly connection: object;
}

/** An answer; content-length is added. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: string | undefined;
  /** The connection is cut instead, without a word. */
  readonly lost?: boolean | undefined;
}

/** Answers a request; must not reject. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpReply>;

/** An HTTP/1.1 server with keep-alive, plain unless it is started with credentials. */
export class HttpServer {
  private constructor(
    private readonly server: Server,
    private readonly inHand: ReadonlySet<ServerResponse>,
  ) {}

  /** Listens; port 0 takes a free one. Throws when the credentials are not valid. */
  static async start(host: string, port: number, handle: HttpHandler, tls?: TlsCredentials): Promise<HttpServer> {
    const http = HttpServer.detached(handle, tls);
    const { server } = http;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    return http;
  }

  /** Serves the sockets it is given, which their giver closes, instead of listening. */
  static detached(handle: HttpHandler, tls?: TlsCredentials): HttpServer {
    const inHand = new Set<ServerResponse>();
    const listener: RequestListener = (request, response) => {
      inHand.add(response);
      response.once('close', () => inHand.delete(response));
      void serve(request, response, handle);
    };
    const server =
      tls === undefined
        ? createServer(CONNECTIONS, listener)
        : createTlsServer({ ...CONNECTIONS, key: tls.key, cert: tls.cert, minVersion: 'TLSv1.2' }, listener);
    return new HttpServer(server, inHand);
  }

  /** Takes a connection that somebody else accepted. */
  accept(socket: Socket): void {
    this.server.emit('connection', socket);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Stops listening, lets requests in hand be answered, and closes every connection. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    for (const response of this.inHand) await new Promise((resolve) => response.once('close', resolve));
    this.server.closeAllConnections();
    await closed;
  }
}

async function serve(request: IncomingMessage, response: ServerResponse, handle: HttpHandler): Promise<void> {
  const body = hasBody(request) ? await bodyOf(request) : NO_BODY;
  if (body === undefined) return void request.destroy();
  const { method = 'GET', url = '/', headers } = request;
  const connection = request.socket;
  const secure = (connection as Partial<TLSSocket>).encrypted === true;
  const reply: HttpReply =
    body === 'too-large'
      ? { status: 413, headers: { 'content-type': 'application/json' }, body: TOO_LARGE }
      : await handle({ method, target: url, headers, body, secure, connection });
  if (reply.lost === true) return void connection.destroy();
  const { body: text = '' } = reply;
  const length = Buffer.byteLength(text);
  const hasLength = reply.status !== 204 && reply.status !== 304;
  // What is spread comes last: properties that follow it would cost more than all the rest of an answer.
  response.writeHead(reply.status, hasLength ? { 'content-length': String(length), ...reply.headers } : reply.headers);
  // Text of one byte a character is the same in either encoding, and is copied, not encoded, in this one.
  response.end(text, length === text.length ? 'latin1' : 'utf8');
}

const TOO_LARGE = JSON.stringify({ code: 'RequestEntityTooLarge', message: 'Request size is too large.' });

const NO_BODY = Buffer.alloc(0);

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** The whole body, which arrives in one piece unless it is long; undefined when the client went away before its end. */
function bodyOf(request: IncomingMessage): Promise<Buffer | 'too-large' | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= BODY_BYTES_MAX) chunks.push(chunk);
    });
    request.on('end', () => {
      if (bytes > BODY_BYTES_MAX) resolve('too-large');
      else resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
    });
    request.on('close', () => resolve(undefined));
  });
}
