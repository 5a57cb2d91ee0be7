import type { ServiceBusClient } from '@azure/service-bus';
import type { EventDeclaration, EventEnvelope } from '@ballast/contracts';
import { BaseRpcContext, Server } from '@nestjs/microservices';
import type { CustomTransportStrategy, MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { EventListeners } from './event-listener.js';
import type { ListenerOptions } from './event-listener.js';
import { keepHandlerErrors } from './keep-handler-errors.js';
import type { Gather } from './lanes.js';
import type { ParkedMessage, ParkingLot, Redriven } from './parking.js';
import type { ListenerHealth } from './reception.js';
import type { ListenerLog } from './subscription.js';

/** The pattern that hears every event which no other pattern matches. */
const EVERYTHING_ELSE = '*';

/** What a transport listens to. */
export interface EventTransportOptions {
  /** Stays open when the transport closes. */
  readonly client: ServiceBusClient;
  /** They share their lanes, so that all of them gather alike or none does. */
  readonly listeners: readonly ListenerOptions[];
  /** To decode data by type; handlers of other types receive the data as it came. */
  readonly events: readonly EventDeclaration[];
  readonly log: ListenerLog;
  /** Where messages go that cannot be handled, and those behind them; absent, they are dead-lettered. */
  readonly parking?: ParkingLot;
  /** Takes the place of a handler for `*` where there is none. */
  readonly defaultHandler?: (events: EventEnvelope[]) => Promise<void>;
}

/** How all listeners of a transport are doing, together. */
export interface TransportHealth extends ListenerHealth {
  /** Events that nobody here wanted to hear and that were therefore completed. */
  readonly unheard: number;
}

/**
 * Nest transport over `EventListeners`: `@EventPattern('order.placed.v1') handle(@Payload() event)`. A message is
 * completed only after its handler's promise and stream have ended well. The pattern `*` hears everything not matched
 * otherwise, from gathering listeners as an array of events of one lane. One call at a time per aggregate (`subject`), per
 * profile where the listeners gather, over all of them.
 */
export class EventTransport extends Server implements CustomTransportStrategy {
  override readonly transportId = Symbol('service-bus');
  /** Without this Nest reports a handler's error itself and the message looks handled. */
  override readonly propagatesEventHandlerErrors = true;
  private readonly gather: Gather | undefined;
  private listeners: EventListeners | undefined;
  private unheard = 0;

  /** Throws an `Error` where the listeners do not gather alike. */
  constructor(private readonly options: EventTransportOptions) {
    super();
    this.gather = commonGather(options.listeners);
    this.initializeSerializer({});
    this.initializeDeserializer({});
  }

  /** Called by Nest when the handlers are known. */
  listen(callback: (error?: unknown) => void): void {
    const events = this.options.events.filter(({ type }) => this.handlerOf(type) !== undefined);
    const { client, listeners, log, parking } = this.options;
    this.listeners = new EventListeners(client, {
      subscriptions: listeners,
      ...(this.gather === undefined ? { lane: 'subject' } : { gather: this.gather }),
      ...(parking !== undefined && { parking }),
      events,
      log,
      handle: (received) => this.dispatch(received),
    });
    this.listeners.start().then(() => callback(), callback);
  }

  async close(): Promise<void> {
    await this.listeners?.close();
  }

  /** Handles a parked message again: one try, whose outcome is returned. Rejects where nothing is heard yet, or no more. */
  redrive(parked: ParkedMessage): Promise<Redriven> {
    if (this.listeners === undefined) return Promise.reject(new Error('the transport does not listen'));
    return this.listeners.redrive(parked);
  }

  health(): TransportHealth {
    const health = this.listeners?.health() ?? { connected: false, inHand: 0, deadLettered: 0 };
    return { ...health, unheard: this.unheard };
  }

  /** The client of the bus. */
  unwrap<T>(): T {
    return this.options.client as T;
  }

  /** Throws: the transport has no events of its own; `health()` says how it is. */
  on(): never {
    throw new Error('EventTransport has no events of its own; ask health()');
  }

  /** In order; with `gather`, neighbours for the pattern `*` go to it together. */
  private async dispatch(events: readonly EventEnvelope[]): Promise<void> {
    let together: EventEnvelope[] = [];
    for (const event of events) {
      const handler = this.messageHandlers.get(event.type);
      if (handler === undefined && this.gather !== undefined) {
        together.push(event);
        continue;
      }
      await this.handleTogether(together);
      together = [];
      if (handler === undefined) await this.handleOther(event);
      else await this.call(handler, event);
    }
    await this.handleTogether(together);
  }

  private async handleTogether(events: EventEnvelope[]): Promise<void> {
    if (events.length === 0) return;
    const handler = this.messageHandlers.get(EVERYTHING_ELSE);
    if (handler !== undefined) await this.call(handler, events);
    else await this.handleByDefault(events);
  }

  private async handleOther(event: EventEnvelope): Promise<void> {
    const handler = this.messageHandlers.get(EVERYTHING_ELSE);
    if (handler !== undefined) await this.call(handler, event);
    else await this.handleByDefault([event]);
  }

  private async handleByDefault(events: EventEnvelope[]): Promise<void> {
    if (this.options.defaultHandler === undefined) this.unheard += events.length;
    else await this.options.defaultHandler(events);
  }

  private handlerOf(type: string): unknown {
    return this.messageHandlers.get(type) ?? this.messageHandlers.get(EVERYTHING_ELSE) ?? this.options.defaultHandler;
  }

  /** Rejects with what the handler threw, or what its stream ended with. */
  private call(handler: MessageHandler, payload: EventEnvelope | EventEnvelope[]): Promise<void> {
    const context = new BaseRpcContext([payload]);
    return new Promise((resolve, reject) => {
      this.onProcessingStartHook(this.transportId, context, () =>
        keepHandlerErrors(() => ended(handler, payload, context))
          .then(resolve, reject)
          .finally(() => this.onProcessingEndHook?.(this.transportId, context)),
      );
    });
  }
}

async function ended(handler: MessageHandler, payload: unknown, context: BaseRpcContext): Promise<void> {
  const result: unknown = await handler(payload, context);
  if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
}

/** A call holds events of any listener, so that there is one time and one maximum for all of them. */
function commonGather(listeners: readonly ListenerOptions[]): Gather | undefined {
  const [first] = listeners;
  if (listeners.some(({ gather }) => gather?.ms !== first?.gather?.ms || gather?.max !== first?.gather?.max)) {
    throw new Error('the listeners of one transport share their lanes and must gather alike');
  }
  return first?.gather;
}
