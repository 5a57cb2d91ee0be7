import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { ServiceBusClient, ServiceBusSender } from '@azure/service-bus';
import { startLocalAzure } from '@ballast/local-azure';
import { BusFixture, event, placed, until } from './bus-fixture.js';
import { connectServiceBus } from './connect-service-bus.js';
import { EventListener } from './event-listener.js';
import { EventSender } from './event-sender.js';

/** Milliseconds after which a wait has surely not ended because of the broken connection; the SDK's own end after 60 000. */
const SOON_MS_MAX = 30_000;

/** How the frame begins that ends a link. */
const DETACH = Buffer.from([0x00, 0x53, 0x16]);

/** A way to the bus that breaks, without a word, when something is asked for that is waited for. */
class BreakingLink {
  private readonly sockets = new Set<Socket>();
  /** Whether these bytes of the client are never answered, because the connection breaks then. */
  breaksAt: (bytes: Buffer) => boolean = () => false;
  breaks = 0;

  private constructor(private readonly server: Server) {}

  static async to(port: number): Promise<BreakingLink> {
    const server = createServer();
    const link = new BreakingLink(server);
    server.on('connection', (client) => link.join(client, connect(port, '127.0.0.1')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return link;
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
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
    upstream.pipe(client);
    client.on('data', (bytes) => {
      if (!this.breaksAt(bytes)) return void upstream.write(bytes);
      this.breaks += 1;
      client.destroy();
    });
  }
}

describe('a connection that breaks while an answer is waited for', () => {
  let bus: BusFixture;
  let link: BreakingLink;
  let client: ServiceBusClient;

  beforeEach(async () => {
    bus = await BusFixture.start(startLocalAzure);
    const port = /:(\d+);/.exec(bus.connectionString)?.[1] ?? '';
    link = await BreakingLink.to(Number(port));
    client = await connectServiceBus({ connectionString: bus.connectionString.replace(`:${port};`, `:${link.port};`) });
  });
  afterEach(async () => {
    await client.close();
    await link.close();
    await bus.close();
  });

  /** The first time that a right to use an entity is asked for. */
  const atFirstClaim = (bytes: Buffer): boolean => link.breaks === 0 && bytes.includes('put-token');
  const listenerOf = (heard: number[]): EventListener =>
    new EventListener(client, {
      ...{ topic: 'orders', subscription: 'ledger', events: [placed], log: bus.log },
      handle: async ([one]) => void heard.push(one?.sequence ?? 0),
    });

  it('leaves no listener deaf', async () => {
    link.breaksAt = atFirstClaim;
    const heard: number[] = [];
    const listener = listenerOf(heard);
    await listener.start();
    await until('it listens', () => listener.health().connected, SOON_MS_MAX);
    const sender = bus.closeAtEnd(new EventSender(await bus.connect(), 'orders'));
    await sender.send([event('prf_1', 1)]);
    await until('it hears', () => heard.includes(1));
    expect(link.breaks).toBe(1);
    await listener.close();
  });

  it('leaves no sender waiting', async () => {
    link.breaksAt = atFirstClaim;
    const sender = new EventSender(client, 'orders');
    let isSent = false;
    void (async () => {
      while (!isSent)
        await sender.send([event('prf_1', 1)]).then(
          () => (isSent = true),
          () => undefined,
        );
    })();
    await until('it has sent', () => isSent, SOON_MS_MAX);
    expect(link.breaks).toBe(1);
    await sender.close();
  });

  it('leaves nobody waiting who stood behind the one that it broke for', async () => {
    link.breaksAt = atFirstClaim;
    const senders = ['orders', 'ledger'].map((topic) => client.createSender(topic));
    const sent = new Set<string>();
    let isOver = false;
    const insist = async (sender: ServiceBusSender): Promise<void> => {
      while (!sent.has(sender.entityPath) && !isOver)
        await sender.sendMessages({ body: {} }).then(
          () => sent.add(sender.entityPath),
          () => undefined,
        );
    };
    void Promise.all(senders.map(insist));
    await until('both have sent', () => sent.size === senders.length, SOON_MS_MAX).finally(() => (isOver = true));
    expect(link.breaks).toBe(1);
    await Promise.all(senders.map((sender) => sender.close()));
  });

  it('ends the closing of what it carried', async () => {
    const listener = listenerOf([]);
    await listener.start();
    await until('it listens', () => listener.health().connected, SOON_MS_MAX);
    link.breaksAt = (bytes) => link.breaks === 0 && bytes.includes(DETACH);
    let isClosed = false;
    void listener.close().then(() => (isClosed = true));
    await until('it is closed', () => isClosed, SOON_MS_MAX);
    expect(link.breaks).toBe(1);
  });
});
