import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

/** A way to a server on this machine on which answers can be held back: requests arrive, and nobody hears of it. */
export class HeldLink {
  private readonly sockets = new Set<Socket>();
  private readonly answering: Socket[] = [];
  private isHolding = false;

  private constructor(private readonly server: Server) {}

  static async to(port: number): Promise<HeldLink> {
    const server = createServer();
    const link = new HeldLink(server);
    server.on('connection', (client) => link.join(client, connect(port, '127.0.0.1')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return link;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as { port: number }).port}`;
  }

  /** From now on no answer comes through. */
  hold(): void {
    this.isHolding = true;
    for (const socket of this.answering) socket.pause();
  }

  /** What was held comes through now, and everything after it. */
  release(): void {
    this.isHolding = false;
    for (const socket of this.answering) socket.resume();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket, upstream: Socket): void {
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    this.answering.push(upstream);
    client.on('data', (bytes) => upstream.write(bytes));
    upstream.on('data', (bytes) => client.write(bytes));
    if (this.isHolding) upstream.pause();
  }
}
