import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { RunningService } from '@ballast/service-host';

/**
 * Gives a gateway in this process a way to end as a crash ends it for its clients: every connection is cut without a word.
 * To be called before anybody connects.
 */
export function killable(replica: RunningService): () => Promise<void> {
  const connections = new Set<Socket>();
  const server = replica.app.getHttpServer() as unknown as Server;
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  return async () => {
    const closing = replica.close();
    for (const socket of connections) socket.destroy();
    await closing;
  };
}
