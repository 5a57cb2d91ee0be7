export {
  BROKER_KEY_CHARS_MAX,
  KEYED_REVISION_MAX,
  brokerKeyOf,
  isLongBrokerKey,
  longBrokerKeyOf,
  orderOfBrokerKey,
} from './broker-key.js';
export { EVENTS, hearersOf, topology } from './declaration.js';
export { SYSTEM_PARTITION, UnreadableEvent, declareEvent, decodeEventData } from './event.js';
export type { EventDeclaration, EventEnvelope } from './event.js';
export { Failure } from './failure.js';
export {
  API_KEY_ID_PATTERN,
  ORDER_ID_PATTERN,
  PRODUCT_ID,
  PROFILE_ID_PATTERN,
  SESSION_ID_PATTERN,
  TRADE_ID_PATTERN,
  TRANSFER_ID_PATTERN,
  USER_ID_PATTERN,
  newOrderId,
  newProfileId,
  newRequestId,
  newSessionId,
  newUserId,
  profileOfOrder,
  profileOfTransfer,
  REVISION_MAX,
  tradeOfEntry,
  exitOrderIdOf,
  transferIdOf,
} from './ids.js';
export { PROBLEMS, Problem, ProblemField } from './problem.js';
export type { ProblemCode } from './problem.js';
export {
  CAPITAL_REFUSALS,
  CAPITAL_REFUSAL_CODES,
  HOLD_REFUSAL_CODES,
  ORDER_REFUSALS,
  ORDER_REFUSAL_CODES,
  REPLACE_REFUSAL_CODES,
} from './refusals.js';
export type { CapitalRefusalCode, OrderRefusalCode, Refusal } from './refusals.js';
export {
  AUDIT_TTL_SECONDS,
  DELIVERY_COUNT_MAX,
  DUPLICATE_DETECTION_SECONDS,
  EVENT_TTL_SECONDS,
  LOCK_DURATION_SECONDS,
} from './topology.js';
export type {
  ContainerDeclaration,
  ReplicaSubscriptionDeclaration,
  SubscriptionDeclaration,
  TopicDeclaration,
  Topology,
} from './topology.js';
