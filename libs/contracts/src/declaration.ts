import {
  API_KEY_EVENTS,
  PROFILE_EVENTS,
  USAGE_PLAN_EVENTS,
  USER_EVENTS,
  configurationChanged,
  presetChanged,
  profileConfigured,
  profileCreated,
} from './accounts.js';
import type { EventDeclaration } from './event.js';
import {
  LEDGER_EVENTS,
  capitalDeclined,
  capitalHeld,
  shortfallCleared,
  shortfallOpened,
  transferReceived,
  transferRefused,
  transferReserved,
} from './ledger.js';
import {
  bookLimitsChanged,
  bookOpened,
  controlsChanged,
  controlsEnforced,
  orderBecameUnknown,
  orderCancelRequested,
  orderEnded,
  orderExecuted,
  orderExitsAbandoned,
  orderExitsDue,
  orderExitsOversized,
  orderOpened,
  orderPlaced,
  orderPositionReversed,
  orderRefused,
  orderReplaceRejected,
  orderReplaceRequested,
  orderReplaceSubmitted,
  orderReplaced,
  orderSubmitted,
  orderTriggered,
  tradeClosed,
} from './orders.js';
import { PARKED_LIST_EVENTS } from './parked.js';
import { AUDIT_TTL_SECONDS, LOCK_TTL_SECONDS, REPLICA_IDLE_SECONDS } from './topology.js';
import type { ContainerDeclaration, SubscriptionDeclaration, TopicDeclaration, Topology } from './topology.js';

/** Every published event, by owner and in the order of an order's life. */
export const EVENTS: readonly EventDeclaration[] = [
  ...USER_EVENTS,
  ...API_KEY_EVENTS,
  ...USAGE_PLAN_EVENTS,
  ...PROFILE_EVENTS,
  presetChanged,
  configurationChanged,
  bookOpened,
  bookLimitsChanged,
  orderPlaced,
  orderRefused,
  orderTriggered,
  orderSubmitted,
  orderBecameUnknown,
  orderOpened,
  orderExecuted,
  orderEnded,
  orderCancelRequested,
  orderReplaceRequested,
  orderReplaceSubmitted,
  orderReplaced,
  orderReplaceRejected,
  orderExitsDue,
  orderExitsAbandoned,
  orderExitsOversized,
  orderPositionReversed,
  tradeClosed,
  controlsChanged,
  controlsEnforced,
  ...LEDGER_EVENTS,
  ...Object.values(PARKED_LIST_EVENTS).flatMap(({ parked, redriven, dropped }) => [parked, redriven, dropped]),
];

/** Who hears what: consumer, topic, and the events; an entry of `only` narrows an event by its intent. */
interface Hearing {
  readonly consumer: string;
  readonly events: readonly EventDeclaration[];
  readonly only?: { readonly event: EventDeclaration; readonly intent: 'entry' | 'exit' };
}

const HEARINGS: readonly Hearing[] = [
  { consumer: 'orders', events: [profileCreated, profileConfigured] },
  { consumer: 'orders', events: [capitalHeld, capitalDeclined, shortfallOpened, shortfallCleared] },
  {
    consumer: 'orders',
    events: [
      orderPlaced,
      orderCancelRequested,
      orderReplaceRequested,
      orderExitsDue,
      orderExitsOversized,
      orderTriggered,
      tradeClosed,
      controlsChanged,
    ],
    only: { event: orderPlaced, intent: 'exit' },
  },
  { consumer: 'ledger', events: [profileCreated] },
  { consumer: 'ledger', events: [transferReserved, transferReceived, transferRefused] },
  {
    consumer: 'ledger',
    events: [orderPlaced, orderExecuted, orderEnded, orderReplaceRequested, orderReplaced, orderReplaceRejected],
    only: { event: orderPlaced, intent: 'entry' },
  },
];

/** Consumers that hear everything of every topic, their replicas together. */
const HEARS_ALL = ['audit'] as const;
/** Consumers of which every replica hears everything of every topic. */
const REPLICAS_HEAR_ALL = ['gateway'] as const;

const typeIn = (events: readonly EventDeclaration[]): string =>
  `cloudEvents_type IN (${events.map((event) => `'${event.type}'`).join(', ')})`;

function filterOf({ events, only }: Hearing): string {
  if (only === undefined) return typeIn(events);
  const others = events.filter((event) => event !== only.event);
  return `(cloudEvents_type = '${only.event.type}' AND cloudEvents_intent = '${only.intent}') OR ${typeIn(others)}`;
}

const ownersOf = (events: readonly EventDeclaration[]): string[] => [...new Set(events.map((event) => event.topic))];

const topics: TopicDeclaration[] = ownersOf(EVENTS).map((name) => ({
  name,
  subscriptions: [
    ...HEARINGS.filter((hearing) => hearing.events[0]?.topic === name).map((hearing): SubscriptionDeclaration => ({
      name: hearing.consumer,
      sqlFilter: filterOf(hearing),
    })),
    ...HEARS_ALL.map((consumer): SubscriptionDeclaration => ({ name: consumer })),
  ],
}));

const replicaSubscriptions = REPLICAS_HEAR_ALL.map((name) => ({
  name,
  topics: topics.map((topic) => topic.name),
  autoDeleteOnIdleSeconds: REPLICA_IDLE_SECONDS,
}));

/** The consumers that hear an event, in the order of their names. */
export function hearersOf(event: EventDeclaration): string[] {
  return [
    ...HEARINGS.filter((hearing) => hearing.events.includes(event)).map((hearing) => hearing.consumer),
    ...HEARS_ALL,
    ...REPLICAS_HEAR_ALL,
  ].sort();
}

const BY_PROFILE = ['/productId', '/profileId'];

/** Where the sequence of an event is: in its own row, or in one that carries it. */
const BY_SEQUENCE = ['/sequence/?', '/event/sequence/?'];

const leases = (owner: string): ContainerDeclaration => ({
  name: `${owner}_leases`,
  owner,
  partitionKeyPaths: ['/id'],
  defaultTtlSeconds: -1,
  indexedPaths: [],
});

const containers: ContainerDeclaration[] = [
  {
    name: 'trading_users',
    owner: 'accounts',
    partitionKeyPaths: ['/productId', '/userId'],
    defaultTtlSeconds: -1,
    indexedPaths: ['/kind/?'],
  },
  {
    name: 'trade_profiles',
    owner: 'accounts',
    partitionKeyPaths: BY_PROFILE,
    defaultTtlSeconds: -1,
    indexedPaths: ['/kind/?', '/ownerId/?'],
  },
  {
    name: 'api_keys',
    owner: 'accounts',
    partitionKeyPaths: ['/productId', '/keyId'],
    defaultTtlSeconds: -1,
    indexedPaths: ['/kind/?', '/ownerId/?'],
  },
  {
    name: 'usage_plans',
    owner: 'accounts',
    partitionKeyPaths: ['/productId', '/usageOf'],
    defaultTtlSeconds: -1,
    indexedPaths: [],
  },
  {
    name: 'strategy_presets',
    owner: 'accounts',
    partitionKeyPaths: ['/productId', '/ownerId'],
    defaultTtlSeconds: -1,
    indexedPaths: ['/kind/?'],
  },
  {
    name: 'dynamic_config',
    owner: 'accounts',
    partitionKeyPaths: ['/productId'],
    defaultTtlSeconds: -1,
    indexedPaths: [],
  },
  leases('accounts'),
  {
    name: 'trade_orders',
    owner: 'orders',
    partitionKeyPaths: BY_PROFILE,
    defaultTtlSeconds: -1,
    indexedPaths: ['/kind/?', '/liveOrders/?', ...BY_SEQUENCE],
  },
  {
    name: 'trade_history',
    owner: 'orders',
    partitionKeyPaths: BY_PROFILE,
    defaultTtlSeconds: -1,
    indexedPaths: ['/sequence/?'],
  },
  {
    name: 'trading_controls',
    owner: 'orders',
    partitionKeyPaths: ['/productId'],
    defaultTtlSeconds: -1,
    indexedPaths: [],
  },
  {
    name: 'runtime_locks',
    owner: 'orders',
    partitionKeyPaths: ['/lockName'],
    defaultTtlSeconds: LOCK_TTL_SECONDS,
    indexedPaths: [],
  },
  leases('orders'),
  {
    name: 'capital_ledgers',
    owner: 'ledger',
    partitionKeyPaths: BY_PROFILE,
    defaultTtlSeconds: -1,
    indexedPaths: ['/kind/?', '/at/?', '/occurredAt/?', ...BY_SEQUENCE],
  },
  leases('ledger'),
  leases('audit'),
  {
    name: 'audit-events',
    owner: 'audit',
    partitionKeyPaths: ['/productId', '/chainId'],
    defaultTtlSeconds: AUDIT_TTL_SECONDS,
    indexedPaths: ['/kind/?', '/position/?', '/subject/?'],
  },
];

/** The one declaration of everything that must exist in the cloud or on the laptop before a service starts. */
export const topology: Topology = { database: 'ballast', topics, replicaSubscriptions, containers };
