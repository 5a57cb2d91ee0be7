import { WebSocket } from 'ws';

/** How often a sign of life is asked for; the connection is given up when one is missing at the next. */
const HEARTBEAT_MS = 10_000;

/** Gives a connection up that has gone silent without being closed. */
export class SocketHeartbeat {
  private readonly timer: NodeJS.Timeout;

  constructor(socket: WebSocket) {
    let isAlive = true;
    socket.on('pong', () => (isAlive = true));
    this.timer = setInterval(() => {
      if (socket.readyState !== WebSocket.OPEN) return;
      if (!isAlive) socket.terminate();
      isAlive = false;
      socket.ping();
    }, HEARTBEAT_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
