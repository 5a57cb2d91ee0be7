/**
 * Everything that must exist before a service can start: topics with their subscriptions and filters, and containers
 * with their keys, indexes and lifetimes. Declared once, here: the local servers create it, `infra/topology.json` is
 * generated from it for the Azure templates, and the services take their names from it.
 */

/** One subscription of a topic: what one consumer hears. */
export interface SubscriptionDeclaration {
  /** The consumer's name; equal to the service that listens. */
  readonly name: string;
  /** A Service Bus SQL filter; absent means every message. */
  readonly sqlFilter?: string;
  /** Whether messages are received by session, each session by one receiver at a time; absent means they are not. */
  readonly requiresSession?: boolean;
}

/** A topic, named after the service that owns it and is the only one to send to it. */
export interface TopicDeclaration {
  readonly name: string;
  readonly subscriptions: readonly SubscriptionDeclaration[];
}

/** Subscriptions that each replica of a consumer makes for itself, of each of these topics, without a filter. */
export interface ReplicaSubscriptionDeclaration {
  /** The consumer's name, with which the names of its subscriptions begin. */
  readonly name: string;
  readonly topics: readonly string[];
  /** Seconds after which the broker deletes one that nobody hears; the service's least is 300. */
  readonly autoDeleteOnIdleSeconds: number;
}

/** A Cosmos DB container, named with the one service that may open it. */
export interface ContainerDeclaration {
  readonly name: string;
  readonly owner: string;
  /** One path, or several for a hierarchical key. */
  readonly partitionKeyPaths: readonly string[];
  /** Seconds an item lives unless it says otherwise; -1 switches expiry on with no default; absent means off. */
  readonly defaultTtlSeconds?: number;
  /** The only paths that are indexed, in index syntax (`/kind/?`). */
  readonly indexedPaths: readonly string[];
  readonly compositeIndexes?: readonly (readonly {
    readonly path: string;
    readonly order: 'ascending' | 'descending';
  }[])[];
}

/** The whole declaration, as the local servers and the generated `infra/topology.json` read it. */
export interface Topology {
  readonly database: string;
  readonly topics: readonly TopicDeclaration[];
  /** Nobody makes these beforehand; who they are named after may make and delete them, and nothing else. */
  readonly replicaSubscriptions: readonly ReplicaSubscriptionDeclaration[];
  readonly containers: readonly ContainerDeclaration[];
}

/** Seconds after which the broker deletes the subscription of a replica that is gone: the service's least. */
export const REPLICA_IDLE_SECONDS = 300;
/** Seconds a message is locked to the replica that received it. Short, so that a crash is felt for seconds. */
export const LOCK_DURATION_SECONDS = 5;
/** Deliveries after which the broker dead-letters. High, so that waiting for a precondition never does. */
export const DELIVERY_COUNT_MAX = 2_000;
/** Seconds in which the broker drops a second message with the same id. */
export const DUPLICATE_DETECTION_SECONDS = 600;
/** Seconds an event row lives in its container after it was committed: 30 days. */
export const EVENT_TTL_SECONDS = 2_592_000;
/** Seconds an audit record lives in the hot store: 90 days. */
export const AUDIT_TTL_SECONDS = 7_776_000;
/** Seconds for which a lock on something at run time is remembered that nobody renews: an hour. */
export const LOCK_TTL_SECONDS = 3_600;
