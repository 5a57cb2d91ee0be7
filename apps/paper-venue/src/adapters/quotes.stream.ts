import { WebSocketServer, type WebSocket } from 'ws';
import { assetOf } from '../domain/asset.js';
import type { Tick } from '../domain/tick.js';
import { keysMatch, type Keys } from './keys.js';
import { streamedQuoteJson } from './views.js';

/** How long a connection may stay without showing its keys. */
const AUTHENTICATION_MS_MAX = 10_000;
/** What a client may leave unread before quotes pass it by. */
const UNREAD_BYTES_MAX = 1_048_576;
const MESSAGE_BYTES_MAX = 65_536;
/** The error codes of Alpaca's market data stream. */
const INVALID_SYNTAX = 400;
const NOT_AUTHENTICATED = 401;
const AUTH_FAILED = 402;
const EVERY_SYMBOL = '*';

/** The websocket of market data, in Alpaca's words: who shows the keys gets the quotes of the symbols it subscribes to. */
export class QuotesStream {
  readonly sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX });
  private readonly symbolsOf = new Map<WebSocket, Set<string>>();

  constructor(
    private readonly keys: Keys,
    private readonly quotedAtMs: (tick: Tick) => number,
  ) {
    this.sockets.on('connection', (socket) => this.welcome(socket));
  }

  /** Sends a new price to whoever subscribed to its symbol. */
  quoted(tick: Tick): void {
    const text = this.symbolsOf.size === 0 ? '' : `[${streamedQuoteJson(tick, this.quotedAtMs(tick))}]`;
    for (const [socket, symbols] of this.symbolsOf) {
      if (!symbols.has(tick.symbol) && !symbols.has(EVERY_SYMBOL)) continue;
      if (socket.bufferedAmount <= UNREAD_BYTES_MAX) socket.send(text);
    }
  }

  close(): void {
    for (const socket of this.sockets.clients) socket.terminate();
    this.sockets.close();
  }

  private welcome(socket: WebSocket): void {
    const tooLate = setTimeout(() => socket.close(), AUTHENTICATION_MS_MAX);
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      clearTimeout(tooLate);
      this.symbolsOf.delete(socket);
    });
    socket.on('message', (raw) => {
      const message = readMessage(String(raw));
      if (message === undefined) reply(socket, { T: 'error', code: INVALID_SYNTAX, msg: 'invalid syntax' });
      else if (message.action === 'auth') this.authenticate(socket, message, tooLate);
      else this.subscribe(socket, message);
    });
    reply(socket, { T: 'success', msg: 'connected' });
  }

  private authenticate(socket: WebSocket, message: Message, tooLate: NodeJS.Timeout): void {
    if (!keysMatch(this.keys, { keyId: message.key, secret: message.secret })) {
      reply(socket, { T: 'error', code: AUTH_FAILED, msg: 'auth failed' });
      socket.close();
      return;
    }
    clearTimeout(tooLate);
    this.symbolsOf.set(socket, new Set());
    reply(socket, { T: 'success', msg: 'authenticated' });
  }

  private subscribe(socket: WebSocket, message: Message): void {
    const symbols = this.symbolsOf.get(socket);
    if (symbols === undefined) return reply(socket, { T: 'error', code: NOT_AUTHENTICATED, msg: 'not authenticated' });
    for (const symbol of message.quotes) {
      const known = assetOf(symbol)?.symbol ?? symbol;
      if (message.action === 'subscribe') symbols.add(known);
      else if (message.action === 'unsubscribe') symbols.delete(known);
    }
    reply(socket, { T: 'subscription', trades: [], quotes: [...symbols], bars: [] });
  }
}

interface Message {
  action: string;
  key: unknown;
  secret: unknown;
  quotes: readonly string[];
}

function reply(socket: WebSocket, message: Record<string, unknown>): void {
  socket.send(JSON.stringify([message]));
}

function readMessage(text: string): Message | undefined {
  try {
    const { action, key, secret, quotes } = JSON.parse(text) as Record<string, unknown>;
    const list: unknown[] = Array.isArray(quotes) ? quotes : [];
    return { action: String(action), key, secret, quotes: list.filter((name) => typeof name === 'string') };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}
