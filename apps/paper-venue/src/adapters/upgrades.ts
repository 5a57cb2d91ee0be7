import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocketServer } from 'ws';

/** Which websocket server a path belongs to. */
export interface SocketRoute {
  path: RegExp;
  sockets: WebSocketServer;
}

/** Gives each upgrade of a server to the websocket server of its path; any other path is cut off. */
export function routeUpgrades(server: Server, routes: readonly SocketRoute[]): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { pathname } = new URL(request.url ?? '/', 'http://venue');
    const found = routes.find(({ path }) => path.test(pathname));
    if (!found) {
      socket.destroy();
      return;
    }
    found.sockets.handleUpgrade(request, socket, head, (upgraded) =>
      found.sockets.emit('connection', upgraded, request),
    );
  });
}
