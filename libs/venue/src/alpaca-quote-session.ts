import { WebSocket } from 'ws';
import { readStreamedQuote } from './alpaca-market-wire.js';
import { parseLossless } from './lossless-json.js';
import type { SessionEnd, StreamSession } from './reconnecting-stream.js';
import { SocketHeartbeat } from './socket-heartbeat.js';
import type { VenueKeys } from './venue-keys.js';
import type { VenueQuoteHandlers } from './venue.js';
import { UnreadableReply, fieldsOf, listOf, textOf } from './wire-fields.js';

/** Where quotes are to be heard, of which symbols, and what opens it. */
export interface QuoteAddress {
  url: string;
  keys: VenueKeys;
  symbols: readonly string[];
}

/** How long connecting, showing the keys and being heard may take together. */
const HANDSHAKE_MS_MAX = 10_000;

/** One connection to Alpaca's market data stream. */
export class AlpacaQuoteSession implements StreamSession {
  readonly ended: Promise<SessionEnd>;
  private readonly socket: WebSocket;
  private wasUp = false;
  private isOver = false;
  private failure: Error | undefined;

  constructor(
    private readonly address: QuoteAddress,
    private readonly handlers: VenueQuoteHandlers,
  ) {
    this.socket = new WebSocket(address.url, { handshakeTimeout: HANDSHAKE_MS_MAX });
    this.ended = this.live();
  }

  get isUp(): boolean {
    return this.wasUp && !this.isOver;
  }

  end(): void {
    this.socket.terminate();
  }

  private async live(): Promise<SessionEnd> {
    const { socket } = this;
    const tooLate = setTimeout(() => this.fail(new Error('the stream did not answer in time')), HANDSHAKE_MS_MAX);
    const heartbeat = new SocketHeartbeat(socket);
    let lost: Error | undefined;
    socket.on('error', (error) => (lost = error));
    socket.on('message', (raw) => {
      this.receive(String(raw));
      if (this.wasUp) clearTimeout(tooLate);
    });
    await new Promise<void>((resolve) => socket.on('close', () => resolve()));
    this.isOver = true;
    clearTimeout(tooLate);
    heartbeat.stop();
    if (!this.wasUp) this.failure ??= lost ?? new Error('the stream closed before it was up');
    return { wasUp: this.wasUp, cause: this.failure };
  }

  private receive(text: string): void {
    if (this.failure) return;
    try {
      listOf(parseLossless(text), 'stream message').forEach((message) => this.take(message));
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private take(message: unknown): void {
    const fields = fieldsOf(message, 'stream message');
    const quote = readStreamedQuote(message);
    if (quote) return this.handlers.onQuote(quote);
    if (fields['T'] === 'error') throw new UnreadableReply(`error ${String(fields['code'])}`);
    if (fields['T'] === 'success') {
      const { keyId, secret } = this.address.keys;
      if (textOf(fields, 'msg') === 'connected') this.send({ action: 'auth', key: keyId, secret });
      else this.send({ action: 'subscribe', quotes: this.address.symbols });
    }
    if (fields['T'] !== 'subscription' || this.wasUp) return;
    this.wasUp = true;
    this.handlers.onConnected?.();
  }

  private fail(cause: Error): void {
    this.failure ??= cause;
    this.socket.terminate();
  }

  private send(message: Record<string, unknown>): void {
    this.socket.send(JSON.stringify(message));
  }
}
