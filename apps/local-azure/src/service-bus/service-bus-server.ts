import {
  DELIVERY_COUNT_MAX,
  DUPLICATE_DETECTION_SECONDS,
  LOCK_DURATION_SECONDS,
  type TopicDeclaration,
} from '@ballast/contracts';
import type { Receiver, Sender } from 'rhea';
import { GroupCommit } from '../storage/group-commit.js';
import { Sqlite } from '../storage/sqlite.js';
import type { Usage } from '../usage.js';
import { audiencePath, parseAddress, type Address } from './address.js';
import { AmqpServer } from './amqp-server.js';
import { BrokerStore } from './broker-store.js';
import { Broker } from './broker.js';
import { answerPutToken, entityNotFound } from './cbs.js';
import type { ClientConnection } from './client-connection.js';
import type { DeliveryQueue } from './delivery-queue.js';
import { answerManagement } from './management.js';
import { openReceiverLink } from './receiver-links.js';
import { openReplyLink, openRequestLink } from './request-links.js';
import { remoteAddress, sourceFilterKeys } from './rhea-internals.js';
import { openSenderLink } from './sender-links.js';
import { ServiceBusError } from './service-bus-error.js';

/** What a Service Bus server is started with. */
export interface ServiceBusServerOptions {
  /** The SQLite file that holds everything. */
  readonly file: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly topics: readonly TopicDeclaration[];
  /** The key that signs clients' tokens, as it stands in their connection string. */
  readonly sharedAccessKey: string;
  readonly usage: Usage;
  /** 5 000 unless given. */
  readonly lockDurationMs?: number;
  /** Deliveries after which a message is dead-lettered; 2 000 unless given. */
  readonly maxDeliveryCount?: number;
  /** How long a message id is remembered; 600 000 unless given. */
  readonly duplicateDetectionMs?: number;
}

const MS_PER_SECOND = 1_000;

/** A Service Bus namespace on this machine: AMQP 1.0 without TLS, durable in one file. */
export class ServiceBusServer {
  private constructor(
    private readonly amqp: AmqpServer,
    private readonly broker: Broker,
    private readonly db: Sqlite,
  ) {}

  /** Opens the file, makes the entities that are missing, and listens. Rejects when the port or the file is taken. */
  static async start(options: ServiceBusServerOptions): Promise<ServiceBusServer> {
    const db = new Sqlite(options.file);
    try {
      const broker = new Broker(options.topics, new BrokerStore(db), new GroupCommit(db), {
        lockDurationMs: options.lockDurationMs ?? LOCK_DURATION_SECONDS * MS_PER_SECOND,
        maxDeliveryCount: options.maxDeliveryCount ?? DELIVERY_COUNT_MAX,
        duplicateDetectionMs: options.duplicateDetectionMs ?? DUPLICATE_DETECTION_SECONDS * MS_PER_SECOND,
      });
      const routes = new Routes(broker, options.sharedAccessKey, options.usage);
      return new ServiceBusServer(await AmqpServer.listen(options.host, options.port, routes), broker, db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  get port(): number {
    return this.amqp.port;
  }

  /** Closes every connection and the file; what was accepted stays. */
  async close(): Promise<void> {
    await this.amqp.close();
    await this.broker.close();
    this.db.close();
  }
}

/** Which entity each link is for, and whether its client may use it. */
class Routes {
  constructor(
    private readonly broker: Broker,
    private readonly key: string,
    private readonly usage: Usage,
  ) {}

  incoming(receiver: Receiver, client: ClientConnection): void {
    const { address, path } = this.authorized(remoteAddress(receiver, 'target') ?? '', client);
    if (address.kind === 'cbs') {
      const access = { key: this.key, exists: (wanted: Address) => this.exists(wanted) };
      openRequestLink(receiver, client, (request) => answerPutToken(request, client, access));
      return;
    }
    if (address.kind === 'management') {
      const { broker, usage } = this;
      const queue = this.queueOf(address.of);
      const entity = queue?.name ?? this.topicOf(address.of)!.name;
      openRequestLink(receiver, client, (request) => answerManagement(request, { queue, entity, broker, usage }));
      return;
    }
    const topic = this.topicOf(address);
    if (topic === undefined) throw new ServiceBusError('amqp:not-allowed', `Nothing can be sent to '${path}'.`);
    openSenderLink(receiver, topic, this.broker, this.usage);
  }

  outgoing(sender: Sender, client: ClientConnection): void {
    const { address, path } = this.authorized(remoteAddress(sender, 'source') ?? '', client);
    if (address.kind === 'cbs' || address.kind === 'management') {
      openReplyLink(sender, client);
      return;
    }
    const queue = this.queueOf(address);
    if (queue === undefined) throw new ServiceBusError('amqp:not-allowed', `Nothing can be received from '${path}'.`);
    if (sourceFilterKeys(sender).length > 0) {
      throw new ServiceBusError('amqp:not-allowed', `'${path}' has no sessions; a session filter cannot be used.`);
    }
    openReceiverLink(sender, { queue, broker: this.broker, usage: this.usage, client });
  }

  private authorized(text: string, client: ClientConnection): { address: Address; path: string } {
    const path = audiencePath(text);
    const address = parseAddress(path);
    if (address?.kind === 'cbs') return { address, path };
    if (!client.mayUse(path, Date.now())) {
      throw new ServiceBusError('amqp:unauthorized-access', `Unauthorized access. No valid token for '${path}'.`);
    }
    if (address === undefined || !this.exists(address)) throw entityNotFound(path);
    return { address, path };
  }

  private exists(address: Address): boolean {
    if (address.kind === 'management') return this.exists(address.of);
    return this.topicOf(address) !== undefined || this.queueOf(address) !== undefined;
  }

  private topicOf(address: Address) {
    return address.kind === 'topic' ? this.broker.topic(address.topic) : undefined;
  }

  private queueOf(address: Address): DeliveryQueue | undefined {
    if (address.kind !== 'subscription') return undefined;
    return this.broker.queue(address.topic, address.subscription, address.dead);
  }
}
