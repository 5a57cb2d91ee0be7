import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

/** A way to a server on this machine: answers can be held back (requests arrive, and nobody hears of it), made slow, or cut. */
export class HeldLink {
  private readonly sockets = new Set<Socket>();
  private readonly answering = new Set<Socket>();
  /** Until when what goes to a socket waits, of a clock that is never set back. */
  private readonly dueAtMs = new WeakMap<Socket, number>();
  private isHolding = false;
  private delayMs = 0;

  private constructor(private readonly server: Server) {}

  static async to(port: number): Promise<HeldLink> {
    const server = createServer();
    const link = new HeldLink(server);
    server.on('connection', (client) => link.join(client, connect(port, '127.0.0.1')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return link;
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
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

  /** From now on everything takes so much longer, in both directions; 0 for no longer. */
  slowBy(ms: number): void {
    this.delayMs = ms;
  }

  /** Ends the connections that there are, without a word. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket, upstream: Socket): void {
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
        this.sockets.delete(socket);
        this.answering.delete(upstream);
      });
    }
    this.answering.add(upstream);
    client.on('data', (bytes) => this.pass(bytes, upstream));
    upstream.on('data', (bytes) => this.pass(bytes, client));
    if (this.isHolding) upstream.pause();
  }

  /** Later bytes never overtake earlier ones, though the delay became shorter. */
  private pass(bytes: Buffer, to: Socket): void {
    const dueAtMs = Math.max(performance.now() + this.delayMs, this.dueAtMs.get(to) ?? 0);
    if (dueAtMs <= performance.now()) return void to.write(bytes);
    this.dueAtMs.set(to, dueAtMs);
    setTimeout(() => to.destroyed || to.write(bytes), dueAtMs - performance.now());
  }
}
