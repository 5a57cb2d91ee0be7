export { administerServiceBus, connectServiceBus } from './connect-service-bus.js';
export type { ServiceBusConnection } from './connect-service-bus.js';
export { fromMessage, toMessage } from './event-message.js';
export { EventListener, EventListeners } from './event-listener.js';
export type {
  EventListenerOptions,
  EventListenersOptions,
  HeardSubscription,
  ListenerOptions,
} from './event-listener.js';
export type { ListenerHealth } from './reception.js';
export { DeadLetters } from './dead-letters.js';
export type { DeadLetter, DeadLetterSource } from './dead-letters.js';
export { EventSender } from './event-sender.js';
export { EventTransport } from './event-transport.js';
export type { EventTransportOptions, TransportHealth } from './event-transport.js';
export { ReplicaSubscription } from './replica-subscription.js';
export { ParkingFull } from './parking.js';
export type { Aggregate, ParkedMessage, ParkingCause, ParkingLot, Redriven } from './parking.js';
export { countOne, durationOf, observe } from './instruments.js';
export type { Duration } from './instruments.js';
export { beginSpan, inSpan } from './spans.js';
export type { OpenSpan, SpanOptions } from './spans.js';
export { childTraceparent, currentTrace, newTraceparent, runInTrace } from './trace.js';
export type { Trace } from './trace.js';
export type { ListenerLog } from './subscription.js';
