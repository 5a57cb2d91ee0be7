import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ServiceBusAdministrationClient,
  ServiceBusClient,
  type RetryOptions,
  type ServiceBusClientOptions,
  type ServiceBusMessage,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
} from '@azure/service-bus';
import { Faults } from '../faults/faults.js';
import { Pages } from '../pages/pages.js';
import { Usage } from '../usage.js';
import type { TopicOptions } from './queue-policy.js';
import { ROOT_KEY_NAME, ServiceBusServer, type ServiceBusServerOptions } from './service-bus-server.js';

type Setting = 'policies' | 'entra' | 'queues' | 'lockDurationMs' | 'maxDeliveryCount' | 'duplicateDetectionMs';
type Settings = Partial<Pick<ServiceBusServerOptions, Setting>>;

/** How long what must come is waited for. */
const WAIT_MS = 30_000;
const CLIENT_OPTIONS: ServiceBusClientOptions = {
  retryOptions: { maxRetries: 1, retryDelayInMs: 20, maxRetryDelayInMs: 50, timeoutInMs: WAIT_MS },
};
/** Long enough that no test loses a lock which it holds, however slow the machine is. */
const LOCK_DURATION_MS = 60_000;

/** A server on a file of its own with the SDK's clients that talk to it; for tests. */
export class ServiceBusFixture {
  readonly usage = new Usage();
  readonly key = randomBytes(32).toString('base64');
  readonly pages = new Pages('a key + of pages/that only tests use');
  private readonly folder = mkdtempSync(join(tmpdir(), 'service-bus-'));
  private readonly clients: ServiceBusClient[] = [];
  private server!: ServiceBusServer;
  client!: ServiceBusClient;
  /** Those of the server that runs now. */
  faults!: Faults;

  private constructor(
    private readonly topics: readonly TopicOptions[],
    private readonly settings: Settings,
  ) {}

  static async start(topics: readonly TopicOptions[], settings: Settings = {}): Promise<ServiceBusFixture> {
    const fixture = new ServiceBusFixture(topics, settings);
    await fixture.open();
    return fixture;
  }

  get port(): number {
    return this.server.port;
  }

  connect(key = this.key, port = this.server.port, retryOptions: RetryOptions = {}): ServiceBusClient {
    const client = new ServiceBusClient(
      `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=${ROOT_KEY_NAME};SharedAccessKey=${key};UseDevelopmentEmulator=true`,
      { retryOptions: { ...CLIENT_OPTIONS.retryOptions, ...retryOptions } },
    );
    this.clients.push(client);
    return client;
  }

  /** A client that has this key and tries once. */
  connectAs(keyName: string, key: string): ServiceBusClient {
    const client = new ServiceBusClient(
      `Endpoint=sb://127.0.0.1:${this.port};SharedAccessKeyName=${keyName};SharedAccessKey=${key};UseDevelopmentEmulator=true`,
      { retryOptions: { ...CLIENT_OPTIONS.retryOptions, maxRetries: 0 } },
    );
    this.clients.push(client);
    return client;
  }

  /** The administration client, which speaks HTTPS only by itself. */
  administration(key = this.key, keyName = ROOT_KEY_NAME): ServiceBusAdministrationClient {
    const client = new ServiceBusAdministrationClient(
      `Endpoint=sb://127.0.0.1:${this.port};SharedAccessKeyName=${keyName};SharedAccessKey=${key}`,
      { retryOptions: { maxRetries: 0 } },
    );
    client.pipeline.addPolicy({
      name: 'plain-http',
      sendRequest: (request, next) => {
        request.url = request.url.replace(/^https:/, 'http:');
        request.allowInsecureConnection = true;
        return next(request);
      },
    });
    return client;
  }

  /** A client whose connection can be cut without a word. */
  async breakableConnect(): Promise<BreakableWire> {
    const wire = await BreakableWire.to(this.server.port);
    return Object.assign(wire, { client: this.connect(this.key, wire.port) });
  }

  /** Closes the server and starts another on the same file; `client` is a new one. */
  async restart(topics = this.topics): Promise<void> {
    await this.close();
    await this.open(topics);
  }

  async send(topic: string, ...messages: ServiceBusMessage[]): Promise<void> {
    const sender = this.client.createSender(topic);
    for (const message of messages) await sender.sendMessages(message);
    await sender.close();
  }

  /** Receives and completes what is there, until there is none for a while or `countMax` are taken. */
  async receiveAll(topic: string, subscription: string, countMax = 50): Promise<ServiceBusReceivedMessage[]> {
    const receiver = this.client.createReceiver(topic, subscription);
    const received: ServiceBusReceivedMessage[] = [];
    while (received.length < countMax) {
      const batch = await receiver.receiveMessages(countMax - received.length, { maxWaitTimeInMs: 300 });
      if (batch.length === 0) break;
      for (const message of batch) await receiver.completeMessage(message);
      received.push(...batch);
    }
    await receiver.close();
    return received;
  }

  async close(): Promise<void> {
    for (const client of this.clients.splice(0)) await client.close();
    await this.server.close();
  }

  async dispose(): Promise<void> {
    await this.close();
    rmSync(this.folder, { recursive: true });
  }

  private async open(topics = this.topics): Promise<void> {
    this.faults = new Faults();
    this.server = await ServiceBusServer.start({
      file: join(this.folder, 'service-bus.db'),
      host: '127.0.0.1',
      port: 0,
      topics,
      sharedAccessKey: this.key,
      usage: this.usage,
      faults: this.faults,
      pages: this.pages,
      lockDurationMs: LOCK_DURATION_MS,
      ...this.settings,
    });
    this.client = this.connect();
  }
}

/** Passes bytes between a client and the server until it is cut. */
export class BreakableWire {
  client!: ServiceBusClient;
  private readonly sockets: Socket[] = [];

  private constructor(private readonly listener: Server) {}

  static async to(serverPort: number): Promise<BreakableWire> {
    const wire = new BreakableWire(createServer((near) => wire.pass(near, connect(serverPort, '127.0.0.1'))));
    await new Promise<void>((resolve) => wire.listener.listen(0, '127.0.0.1', resolve));
    return wire;
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** Drops every connection and takes no new one. */
  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.listener.close(resolve));
    for (const socket of this.sockets) socket.resetAndDestroy();
    await closed;
  }

  private pass(near: Socket, far: Socket): void {
    this.sockets.push(near, far);
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => near.write(bytes));
  }
}

/** Takes exactly one message; fails when none comes within 30 seconds. */
export async function receiveOne(receiver: ServiceBusReceiver): Promise<ServiceBusReceivedMessage> {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: WAIT_MS });
  if (message === undefined) throw new Error('No message came.');
  return message;
}
