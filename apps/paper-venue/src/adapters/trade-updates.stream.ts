import { WebSocketServer, type WebSocket } from 'ws';
import type { Announcement } from '../domain/execution.js';
import type { Faults } from '../domain/faults.js';
import { keysMatch, type Keys } from './keys.js';
import { tradeUpdateView } from './views.js';

/** How long a connection may stay without showing its keys. */
const AUTHENTICATION_MS_MAX = 10_000;
/** What a client may leave unread before it is cut off. */
const UNREAD_BYTES_MAX = 8_388_608;
const MESSAGE_BYTES_MAX = 16_384;
const STREAM = 'trade_updates';

/** The websocket `/stream`: every client that shows the keys and listens gets its own copy of each update, from then on. */
export class TradeUpdatesStream {
  readonly sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX });
  private readonly listening = new Set<WebSocket>();
  /** Updates that the next one is to overtake. */
  private overtaken: string[] = [];

  constructor(
    private readonly keys: Keys,
    private readonly faults: Faults,
  ) {
    this.sockets.on('connection', (socket) => {
      if (this.faults.take('refuse-stream')) socket.terminate();
      else this.welcome(socket);
    });
  }

  /** Sends an update to every listener, unless a fault loses, doubles or delays it. */
  announce(announcement: Announcement): void {
    const { order } = announcement;
    if (this.faults.take('lose-updates', order)) return;
    const text = JSON.stringify({ stream: STREAM, data: tradeUpdateView(announcement) });
    if (this.faults.take('reorder-updates', order)) {
      this.overtaken.push(text);
      return;
    }
    const copies = this.faults.take('duplicate-updates', order)?.copies ?? 0;
    for (let sent = 0; sent <= copies; sent += 1) this.send(text);
    this.overtaken.splice(0).forEach((late) => this.send(late));
  }

  /** Cuts every connection; the clients may come back. */
  drop(): void {
    for (const socket of this.sockets.clients) socket.terminate();
  }

  close(): void {
    this.drop();
    this.sockets.close();
  }

  private send(text: string): void {
    for (const socket of this.listening) {
      if (socket.bufferedAmount > UNREAD_BYTES_MAX) socket.terminate();
      else socket.send(text);
    }
  }

  private welcome(socket: WebSocket): void {
    let authorized = false;
    const tooLate = setTimeout(() => socket.close(), AUTHENTICATION_MS_MAX);
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      clearTimeout(tooLate);
      this.listening.delete(socket);
    });
    socket.on('message', (raw) => {
      const message = readMessage(String(raw));
      if (message?.action === 'authenticate' || message?.action === 'auth') {
        authorized = keysMatch(this.keys, message);
        if (authorized) clearTimeout(tooLate);
        const status = authorized ? 'authorized' : 'unauthorized';
        reply(socket, 'authorization', { status, action: 'authenticate' });
        if (!authorized) socket.close();
      } else if (message?.action === 'listen' && authorized) {
        const streams = message.streams.filter((name) => name === STREAM);
        if (streams.length > 0) this.listening.add(socket);
        else this.listening.delete(socket);
        reply(socket, 'listening', { streams });
      } else {
        reply(socket, 'authorization', { status: 'unauthorized', action: message?.action ?? 'unknown' });
      }
    });
  }
}

interface StreamMessage {
  action: string;
  keyId: unknown;
  secret: unknown;
  streams: readonly unknown[];
}

function reply(socket: WebSocket, stream: string, data: Record<string, unknown>): void {
  socket.send(JSON.stringify({ stream, data }));
}

function readMessage(text: string): StreamMessage | undefined {
  try {
    const { action, key, secret, data } = JSON.parse(text) as Record<string, unknown>;
    const { key_id, secret_key, streams } = (data ?? {}) as Record<string, unknown>;
    return {
      action: String(action),
      keyId: key_id ?? key,
      secret: secret_key ?? secret,
      streams: Array.isArray(streams) ? streams : [],
    };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}
