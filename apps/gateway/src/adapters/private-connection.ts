import { connect as connectPlainly, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectSafely } from 'node:tls';
import { AnswerReader } from '../domain/answer-reader.js';
import type { ReadAnswer } from '../domain/answer-reader.js';

/** Why there is no answer. */
export interface NoAnswer {
  readonly error: Error;
  /** Whether the other end had closed a kept connection before it said anything to this request. */
  readonly isStale: boolean;
}

interface UnderWay {
  readonly reader: AnswerReader;
  readonly done: (result: ReadAnswer | NoAnswer) => void;
  hasBegun: boolean;
}

/** A connection to another service, for one request at a time. A request makes no timer and no event handler of its own. */
export class PrivateConnection {
  private readonly socket: Socket;
  private readonly timer: NodeJS.Timeout;
  private underWay: UnderWay | undefined;
  private answered = 0;
  private broken: Error | undefined;

  /** `onFree` hears whenever another request may be sent, `onClose` when none may any more. */
  constructor(
    { protocol, hostname, port }: URL,
    private readonly timeoutMs: number,
    private readonly onFree: (connection: PrivateConnection) => void,
    onClose: (connection: PrivateConnection) => void,
  ) {
    const isSafe = protocol === 'https:';
    const host = hostname.replace(/^\[|\]$/g, '');
    const to = { host, port: Number(port === '' ? (isSafe ? 443 : 80) : port) };
    const servername = isIP(host) === 0 ? { servername: host } : {};
    this.socket = isSafe ? connectSafely({ ...to, ...servername, ALPNProtocols: ['http/1.1'] }) : connectPlainly(to);
    this.socket.setNoDelay(true).setKeepAlive(true);
    this.timer = setTimeout(() => this.timeOut(), timeoutMs).unref();
    this.socket.on('data', (bytes) => this.hear(bytes));
    this.socket.on('end', () => this.hearTheEnd());
    this.socket.on('error', (error) => (this.broken ??= error));
    this.socket.on('close', () => {
      clearTimeout(this.timer);
      onClose(this);
      this.fail(this.broken ?? closedByOther());
    });
  }

  /** Sends a request, all of it in `bytes`; none may be under way. Never rejects. */
  send(method: string, bytes: Buffer): Promise<ReadAnswer | NoAnswer> {
    return new Promise((done) => {
      this.underWay = { reader: new AnswerReader(method), done, hasBegun: false };
      this.timer.refresh();
      this.socket.write(bytes);
    });
  }

  /** Ends it; a request that is under way fails. */
  destroy(): void {
    this.socket.destroy();
  }

  private hear(bytes: Buffer): void {
    const { underWay } = this;
    // What nobody asked for.
    if (underWay === undefined) return this.destroy();
    underWay.hasBegun = true;
    try {
      const answer = underWay.reader.read(bytes);
      if (answer !== undefined) this.finish(underWay, answer);
    } catch (error) {
      this.socket.destroy(error as Error);
    }
  }

  private finish({ done }: UnderWay, answer: ReadAnswer): void {
    this.underWay = undefined;
    this.answered += 1;
    if (answer.isKept) this.onFree(this);
    else this.destroy();
    done(answer);
  }

  private hearTheEnd(): void {
    const answer = this.underWay?.reader.end();
    if (this.underWay !== undefined && answer !== undefined) this.finish(this.underWay, answer);
    this.destroy();
  }

  private timeOut(): void {
    if (this.underWay !== undefined) this.socket.destroy(new Error(`no answer within ${this.timeoutMs} ms`));
  }

  private fail(error: NodeJS.ErrnoException): void {
    const { underWay } = this;
    this.underWay = undefined;
    const isClosed = error.code === 'ECONNRESET' || error.code === 'EPIPE';
    underWay?.done({ error, isStale: isClosed && this.answered > 0 && !underWay.hasBegun });
  }
}

const closedByOther = (): Error =>
  Object.assign(new Error('the other end closed the connection'), { code: 'ECONNRESET' });
