import { DELIVERY_COUNT_MAX, DUPLICATE_DETECTION_SECONDS, LOCK_DURATION_SECONDS } from '@ballast/contracts';
import { Faults } from '../faults/faults.js';
import { HttpServer, type HttpRequest } from '../http/http-server.js';
import type { TlsCredentials } from '../http/tls.js';
import type { Pages } from '../pages/pages.js';
import { GroupCommit } from '../storage/group-commit.js';
import { isInUse, isStorageFull, Sqlite } from '../storage/sqlite.js';
import type { Usage } from '../usage.js';
import type { AccessPolicy } from './access-policy.js';
import { answerAdministration } from './administration/administration-api.js';
import { statusView } from './administration/status-page.js';
import { AmqpServer } from './amqp-server.js';
import { BrokerStore } from './broker-store.js';
import { declareBusFaults } from './bus-faults.js';
import { Broker } from './broker.js';
import { Entities, type Topic } from './entities.js';
import { EntityChanges } from './entity-changes.js';
import { EntityDescriptionStore } from './entity-description-store.js';
import { EntraTokens, type EntraOptions } from '../entra-tokens.js';
import { EntityRoutes } from './entity-routes.js';
import { IdleWatch } from './idle-watch.js';
import { SessionStates } from './session-states.js';
import { Sessions } from './sessions.js';
import { TokenVerifier } from './token-verifier.js';
import { SERVICE_POLICY, type QueueDeclaration, type TopicOptions } from './queue-policy.js';

/** What a Service Bus server is started with. */
export interface ServiceBusServerOptions {
  /** The SQLite file that holds everything. */
  readonly file: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly topics: readonly TopicOptions[];
  /** None unless given. */
  readonly queues?: readonly QueueDeclaration[];
  /** The key of `RootManageSharedAccessKey`, which may do everything, as it stands in a connection string. */
  readonly sharedAccessKey: string;
  /** Who else may use the namespace. */
  readonly policies?: readonly AccessPolicy[];
  /** Whose Entra tokens are accepted; nobody's unless given. */
  readonly entra?: EntraOptions | undefined;
  readonly usage: Usage;
  /** Clients must encrypt where it is given. */
  readonly tls?: TlsCredentials | undefined;
  /** Those that can be ordered; its own, which nobody can, unless given. */
  readonly faults?: Faults;
  /** Where the status page is one of; there is none without. */
  readonly pages?: Pages;
  /** 5 000 unless given. */
  readonly lockDurationMs?: number;
  /** Deliveries after which a message is dead-lettered; 2 000 unless given. */
  readonly maxDeliveryCount?: number;
  /** How long a message id is remembered; 600 000 unless given. */
  readonly duplicateDetectionMs?: number;
}

/** The name of the key that every namespace has. */
export const ROOT_KEY_NAME = 'RootManageSharedAccessKey';
const MS_PER_SECOND = 1_000;

/** A Service Bus namespace on this machine: AMQP 1.0 and its administration over HTTP on one port. */
export class ServiceBusServer {
  private constructor(
    private readonly amqp: AmqpServer,
    private readonly http: HttpServer,
    private readonly broker: Broker,
    private readonly idle: IdleWatch,
    private readonly db: Sqlite,
  ) {}

  /** Opens the file, makes the entities that are missing, and listens. Rejects when the port or the file is taken. */
  static async start(options: ServiceBusServerOptions): Promise<ServiceBusServer> {
    const db = new Sqlite(options.file);
    const faults = options.faults ?? new Faults();
    try {
      const policy = {
        ...SERVICE_POLICY,
        maxDeliveryCount: options.maxDeliveryCount ?? DELIVERY_COUNT_MAX,
        lockDurationMs: options.lockDurationMs ?? LOCK_DURATION_SECONDS * MS_PER_SECOND,
      };
      const duplicateDetectionMs = options.duplicateDetectionMs ?? DUPLICATE_DETECTION_SECONDS * MS_PER_SECOND;
      const store = new BrokerStore(db);
      const declarations = { topics: options.topics, queues: options.queues ?? [] };
      const descriptions = new EntityDescriptionStore(db);
      const entities = new Entities(declarations, store, descriptions, { policy, duplicateDetectionMs });
      const commits = new GroupCommit(db);
      const broker = new Broker(entities, store, commits, faults);
      const changes = new EntityChanges({
        entities,
        store,
        descriptions,
        commits,
        changed: (queue) => broker.deliveries.pump(queue),
      });
      const sizeOf = (topic: Topic): number => store.quota.count(topic);
      const entra = options.entra === undefined ? undefined : new EntraTokens(options.entra);
      const tokens = new TokenVerifier([rootPolicy(options), ...(options.policies ?? [])], entities, entra);
      const administration = { entities, changes, descriptions, sizeOf, tokens };
      const status = { entities, broker, descriptions, usage: options.usage };
      const page = (request: HttpRequest) =>
        options.pages?.answer('status', request, (query) => statusView(query, status));
      const http = HttpServer.detached(
        async (request) => (await page(request)) ?? answerAdministration(request, administration),
      );
      const sessions = new Sessions(broker, new SessionStates(db, commits));
      const routes = new EntityRoutes(entities, broker, changes, sessions, { usage: options.usage, faults, tokens });
      const amqp = await AmqpServer.listen(options, routes, (socket) => http.accept(socket));
      options.pages?.served('status', amqp.port);
      declareBusFaults(faults, {
        queues: () => entities.queues(),
        links: () => [...amqp.connections()].flatMap(({ links }) => [...links]),
        deliveries: broker.deliveries,
        holdStorage: (isHeld) => db.holdSize(isHeld),
        sessions,
      });
      const idle = new IdleWatch({ entities, changes, descriptions, commits });
      return new ServiceBusServer(amqp, http, broker, idle, db);
    } catch (error) {
      letGo(db);
      throw error;
    }
  }

  get port(): number {
    return this.amqp.port;
  }

  /** Answers what is in hand, closes every connection and the file; what was accepted stays. */
  async close(): Promise<void> {
    await this.broker.flush();
    await this.idle.close();
    await this.http.close();
    await this.amqp.close();
    await this.broker.close();
    letGo(this.db);
  }
}

/**
 * Closes the file so that it can be opened again at once. The library keeps a closed connection, with its exclusive lock,
 * until its last statement is collected; leaving WAL mode gives the lock up.
 */
function letGo(db: Sqlite): void {
  try {
    db.exec('PRAGMA journal_mode = DELETE');
    db.exec('PRAGMA locking_mode = NORMAL');
    db.exec('SELECT 1 FROM sqlite_master');
  } catch (error) {
    // On a full disk, and while an earlier connection is still around, what is in the log stays there for the next start.
    if (!isStorageFull(error) && !isInUse(error)) throw error;
  } finally {
    db.close();
  }
}

function rootPolicy({ sharedAccessKey }: ServiceBusServerOptions): AccessPolicy {
  return { name: ROOT_KEY_NAME, rights: ['Send', 'Listen', 'Manage'], keys: [sharedAccessKey] };
}
