export { Failure } from './failure.js';
export { SYSTEM_PARTITION, UnreadableEvent, declareEvent, decodeEventData } from './event.js';
export type { EventDeclaration, EventEnvelope } from './event.js';
export {
  AUDIT_TTL_SECONDS,
  DELIVERY_COUNT_MAX,
  DUPLICATE_DETECTION_SECONDS,
  EVENT_TTL_SECONDS,
  LOCK_DURATION_SECONDS,
} from './topology.js';
export type { ContainerDeclaration, SubscriptionDeclaration, TopicDeclaration, Topology } from './topology.js';
