import type { ReadAnswer } from '../domain/answer-reader.js';
import { PrivateConnection } from './private-connection.js';
import type { NoAnswer } from './private-connection.js';

/** Connections to one service that are kept for the next request, at most. */
const FREE_CONNECTIONS_MAX = 256;
/** Methods that need not say that there is no body (RFC 9110 §8.6). */
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE']);
/** What no request target and no header may contain: it would end them (RFC 9112 §3.2, RFC 9110 §5.5). */
const NOT_IN_TARGET = /[^\x21-\xff]/;
const NOT_IN_HEADER = /[^\t\x20-\x7e\x80-\xff]/;

/** A request to another of our services. */
export interface PrivateRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | undefined;
}

/** What it answered. */
export type PrivateAnswer = Omit<ReadAnswer, 'isKept'>;

/**
 * Another of our services, over kept HTTP/1.1 connections, a request at a time on each. It does what is needed here and no
 * more: `node:http` costs several times the CPU for it, and `fetch` more than that.
 */
export class PrivateHttp {
  private readonly url: URL;
  private readonly basePath: string;
  /** The one that was used last comes first: those that are not needed grow old and are closed by the other end. */
  private readonly free: PrivateConnection[] = [];
  private isClosed = false;

  /** `timeoutMs`: within which an answer must be there as a whole. */
  constructor(
    baseUrl: string,
    private readonly timeoutMs: number,
  ) {
    this.url = new URL(baseUrl);
    this.basePath = this.url.pathname.replace(/\/$/, '');
  }

  /**
   * The answer. Rejects where there is no whole one in time. What was sent on a kept connection just as its other end closed
   * it is sent again, once, on a new one.
   */
  async ask(request: PrivateRequest): Promise<PrivateAnswer> {
    const bytes = this.bytesOf(request);
    const first = await (this.free.pop() ?? this.connect()).send(request.method, bytes);
    if (!('error' in first)) return first;
    if (!first.isStale) throw first.error;
    const second: ReadAnswer | NoAnswer = await this.connect().send(request.method, bytes);
    if ('error' in second) throw second.error;
    return second;
  }

  /** Closes the connections that nobody uses, and each other one after its answer. */
  close(): void {
    this.isClosed = true;
    for (const connection of this.free.splice(0)) connection.destroy();
  }

  private connect(): PrivateConnection {
    return new PrivateConnection(
      this.url,
      this.timeoutMs,
      (connection) => {
        if (this.isClosed) connection.destroy();
        else if (this.free.push(connection) > FREE_CONNECTIONS_MAX) this.free.shift()?.destroy();
      },
      (connection) => {
        const index = this.free.indexOf(connection);
        if (index !== -1) this.free.splice(index, 1);
      },
    );
  }

  private bytesOf({ method, path, headers, body }: PrivateRequest): Buffer {
    if (NOT_IN_TARGET.test(path)) throw new TypeError('the path cannot be sent');
    let head = `${method} ${this.basePath}${path} HTTP/1.1\r\nhost: ${this.url.host}\r\n`;
    for (const name in headers) {
      const value = headers[name] ?? '';
      if (NOT_IN_HEADER.test(value)) throw new TypeError(`the header ${name} cannot be sent`);
      head += `${name}: ${value}\r\n`;
    }
    head += body === undefined && BODILESS.has(method) ? '\r\n' : `content-length: ${body?.length ?? 0}\r\n\r\n`;
    const { length } = head;
    const bytes = Buffer.allocUnsafe(length + (body?.length ?? 0));
    bytes.write(head, 0, 'latin1');
    body?.copy(bytes, length);
    return bytes;
  }
}
