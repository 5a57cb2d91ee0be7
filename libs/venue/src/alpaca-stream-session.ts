import { WebSocket } from 'ws';
import { readUpdate } from './alpaca-wire.js';
import { parseLossless } from './lossless-json.js';
import type { SessionEnd, StreamSession } from './reconnecting-stream.js';
import { SocketHeartbeat } from './socket-heartbeat.js';
import type { VenueUpdate } from './venue-orders.js';
import type { VenueKeys } from './venue-keys.js';
import type { VenueStreamHandlers } from './venue.js';
import { UnreadableReply, fieldsOf } from './wire-fields.js';

/** Where the stream is and what opens it. */
export interface StreamAddress {
  url: string;
  keys: VenueKeys;
}

/** How long connecting, showing the keys and being heard may take together. */
const HANDSHAKE_MS_MAX = 10_000;
/** Updates that may wait for their handler before the connection is given up, to be healed later. */
const BACKLOG_MAX = 10_000;

/** One connection to `trade_updates`, from the first byte until its last handler has returned. */
export class AlpacaStreamSession implements StreamSession {
  readonly ended: Promise<SessionEnd>;
  private readonly socket: WebSocket;
  private readonly tails = new Map<string, Promise<void>>();
  private readonly openGate: () => void;
  private readonly gate: Promise<void>;
  private healing: Promise<void> | undefined;
  private wasUp = false;
  private isOver = false;
  private failure: Error | undefined;
  private backlog = 0;

  constructor(
    private readonly address: StreamAddress,
    private readonly handlers: VenueStreamHandlers,
  ) {
    const { promise, resolve } = deferred();
    this.gate = promise;
    this.openGate = resolve;
    this.socket = new WebSocket(address.url, { handshakeTimeout: HANDSHAKE_MS_MAX });
    this.ended = this.live();
  }

  /** Whether updates are flowing now. */
  get isUp(): boolean {
    return this.wasUp && !this.isOver;
  }

  /** Ends the connection; updates already received are still handled. */
  end(): void {
    this.socket.terminate();
  }

  private async live(): Promise<SessionEnd> {
    const { socket } = this;
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    const tooLate = setTimeout(() => this.fail(new Error('the stream did not answer in time')), HANDSHAKE_MS_MAX);
    const heartbeat = new SocketHeartbeat(socket);
    let lost: Error | undefined;
    socket.on('error', (error) => (lost = error));
    socket.on('open', () => this.send('authenticate', this.keysMessage()));
    socket.on('message', (raw) => {
      if (this.receive(String(raw)) === 'listening') clearTimeout(tooLate);
    });
    await closed;
    this.isOver = true;
    clearTimeout(tooLate);
    heartbeat.stop();
    await this.healing;
    if (!this.wasUp) this.failure ??= lost ?? new Error('the stream closed before it was up');
    this.openGate();
    await Promise.all(this.tails.values());
    return { wasUp: this.wasUp, cause: this.failure };
  }

  private receive(text: string): 'listening' | undefined {
    try {
      const { stream, data } = fieldsOf(parseLossless(text), 'stream message');
      if (stream === 'trade_updates') this.enqueue(readUpdate(data));
      if (stream === 'authorization') this.onAuthorization(data);
      if (stream !== 'listening') return undefined;
      this.healing ??= this.heal();
      return 'listening';
    } catch (error) {
      if (!(error instanceof UnreadableReply) && !(error instanceof SyntaxError)) throw error;
      this.fail(error);
      return undefined;
    }
  }

  private onAuthorization(data: unknown): void {
    if (fieldsOf(data, 'authorization')['status'] === 'authorized') this.send('listen', { streams: ['trade_updates'] });
    else this.fail(new Error('the stream does not accept our keys'));
  }

  private async heal(): Promise<void> {
    try {
      await this.handlers.onConnected();
      this.wasUp = true;
      this.openGate();
    } catch (error) {
      this.fail(error);
    }
  }

  private enqueue(update: VenueUpdate | undefined): void {
    if (update === undefined) return;
    const key = update.order.brokerKey;
    if (this.backlog >= BACKLOG_MAX) return this.fail(new Error('the stream is faster than its handlers'));
    this.backlog += 1;
    const before = this.tails.get(key) ?? this.gate;
    const tail = before
      .then(() => this.handle(update))
      .finally(() => {
        this.backlog -= 1;
        if (this.tails.get(key) === tail) this.tails.delete(key);
      });
    this.tails.set(key, tail);
  }

  private async handle(update: VenueUpdate): Promise<void> {
    if (this.failure) return;
    try {
      await this.handlers.onUpdate(update);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Gives the connection up together with what has not been handled: the next one heals it. */
  private fail(cause: unknown): void {
    this.failure ??= cause instanceof Error ? cause : new Error(String(cause));
    this.socket.terminate();
  }

  private keysMessage(): Record<string, string> {
    return { key_id: this.address.keys.keyId, secret_key: this.address.keys.secret };
  }

  private send(action: string, data: Record<string, unknown>): void {
    this.socket.send(JSON.stringify({ action, data }));
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
