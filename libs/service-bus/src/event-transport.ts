import type { ServiceBusClient } from '@azure/service-bus';
import type { EventDeclaration, EventEnvelope } from '@ballast/contracts';
import { BaseRpcContext, Server } from '@nestjs/microservices';
import type { CustomTransportStrategy, MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { EventListener } from './event-listener.js';
import type { ListenerHealth, ListenerOptions } from './event-listener.js';
import { keepHandlerErrors } from './keep-handler-errors.js';
import type { ListenerLog } from './subscription.js';

/** The pattern that hears every event which no other pattern matches. */
const EVERYTHING_ELSE = '*';

/** What a transport listens to. */
export interface EventTransportOptions {
  /** Stays open when the transport closes. */
  readonly client: ServiceBusClient;
  readonly listeners: readonly ListenerOptions[];
  /** To decode data by type; handlers of other types receive the data as it came. */
  readonly events: readonly EventDeclaration[];
  readonly log: ListenerLog;
  /** Takes the place of a handler for `*` where there is none. */
  readonly defaultHandler?: (events: EventEnvelope[]) => Promise<void>;
}

/** How all listeners of a transport are doing, together. */
export interface TransportHealth extends ListenerHealth {
  /** Events that nobody here wanted to hear and that were therefore completed. */
  readonly unheard: number;
}

/**
 * Nest transport over `EventListener`: `@EventPattern('order.placed.v1') handle(@Payload() event)`. A message is
 * completed only after its handler's promise and stream have ended well. The pattern `*` hears everything not matched
 * otherwise, from a gathering listener as an array of events of one lane.
 */
export class EventTransport extends Server implements CustomTransportStrategy {
  override readonly transportId = Symbol('service-bus');
  /** Without this Nest reports a handler's error itself and the message looks handled. */
  override readonly propagatesEventHandlerErrors = true;
  private listeners: EventListener[] = [];
  private unheard = 0;

  constructor(private readonly options: EventTransportOptions) {
    super();
    this.initializeSerializer({});
    this.initializeDeserializer({});
  }

  /** Called by Nest when the handlers are known. */
  listen(callback: (error?: unknown) => void): void {
    const events = this.options.events.filter(({ type }) => this.handlerOf(type) !== undefined);
    this.listeners = this.options.listeners.map(
      (listener) =>
        new EventListener(this.options.client, {
          ...listener,
          events,
          log: this.options.log,
          handle: (received) => this.dispatch(received, listener.gather !== undefined),
        }),
    );
    Promise.all(this.listeners.map((listener) => listener.start())).then(() => callback(), callback);
  }

  async close(): Promise<void> {
    await Promise.all(this.listeners.map((listener) => listener.close()));
  }

  health(): TransportHealth {
    const all = this.listeners.map((listener) => listener.health());
    return {
      connected: all.length > 0 && all.every(({ connected }) => connected),
      inHand: all.reduce((sum, { inHand }) => sum + inHand, 0),
      deadLettered: all.reduce((sum, { deadLettered }) => sum + deadLettered, 0),
      unheard: this.unheard,
    };
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
  private async dispatch(events: readonly EventEnvelope[], gathers: boolean): Promise<void> {
    let together: EventEnvelope[] = [];
    for (const event of events) {
      const handler = this.messageHandlers.get(event.type);
      if (handler === undefined && gathers) {
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
