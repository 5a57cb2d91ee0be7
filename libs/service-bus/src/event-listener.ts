import type { ServiceBusClient } from '@azure/service-bus';
import type { EventDeclaration, EventEnvelope } from '@ballast/contracts';
import { EventLanes } from './event-lanes.js';
import type { LaneKey } from './event-lanes.js';
import { declarationsByType } from './event-message.js';
import type { Declarations } from './event-message.js';
import type { Gather } from './lanes.js';
import type { ParkedMessage, ParkingLot, Redriven } from './parking.js';
import { Reception } from './reception.js';
import type { ListenerHealth } from './reception.js';
import { redriveIn } from './redrive.js';
import type { ListenerLog } from './subscription.js';
import { within } from './waiting.js';

/** Messages in hand where a subscription does not say. */
export const CONCURRENCY_DEFAULT = 64;
/** Milliseconds that `close` waits for what is in hand. */
export const DRAIN_MS_MAX = 20_000;

/** A subscription that is heard, and how much of it at once. */
export interface HeardSubscription {
  readonly topic: string;
  readonly subscription: string;
  /** Messages in hand: being handled, behind their lane, or backing off. Default 64. */
  readonly concurrency?: number;
  /** Called before each link is opened: makes the subscription where it may be missing. What it throws is logged. */
  ensure?(): Promise<void>;
}

/** What one listener hears and how much of it at once. */
export interface ListenerOptions extends HeardSubscription {
  /** One call of the handler for up to `max` events of one lane, gathered for up to `ms` milliseconds. */
  readonly gather?: Gather;
}

/** What becomes of the events that are heard. */
interface Handling {
  /** Where messages go that cannot be handled, and those behind them; absent, they are dead-lettered. */
  readonly parking?: ParkingLot;
  /** Data of these types is decoded into the declared class; data of other types is handed on as it came. */
  readonly events: readonly EventDeclaration[];
  /**
   * Handles events of one lane: exactly one without `gather`. Returning means handled (or refused); a `Failure` means
   * later; anything else that is thrown is a bug.
   */
  handle(events: EventEnvelope[]): Promise<void>;
  readonly log: ListenerLog;
}

/** A listener's options with what it does. */
export interface EventListenerOptions extends ListenerOptions, Handling {}

/** The subscriptions that are heard together, with what is done. */
export interface EventListenersOptions extends Handling {
  readonly subscriptions: readonly HeardSubscription[];
  /** One call of the handler for up to `max` events of one lane, of any subscription, gathered for up to `ms` milliseconds. */
  readonly gather?: Gather;
  /** What shares a lane: by default the events of a profile. */
  readonly lane?: LaneKey;
}

/**
 * Hears several subscriptions whose events share their lanes: one call of the handler per lane at a
 * time, whichever subscription its events came from, many lanes at once. A message that backs off gives its lane's turn
 * to the next one; with `gather` the whole batch backs off and blocks its lane.
 */
export class EventListeners {
  private readonly lanes: EventLanes;
  private readonly declarations: Declarations;
  private readonly receptions: readonly Reception[];

  constructor(client: ServiceBusClient, options: EventListenersOptions) {
    const { subscriptions, gather, lane, events, log, parking } = options;
    const common = { events, log, ...(parking !== undefined && { parking }) };
    this.declarations = declarationsByType(events);
    this.lanes = new EventLanes((heard) => options.handle(heard), gather, lane);
    this.receptions = subscriptions.map(
      ({ concurrency = CONCURRENCY_DEFAULT, ...heard }) =>
        new Reception(client, { ...heard, concurrency, ...common }, this.lanes),
    );
  }

  /** Begins to listen. Resolves at once: a bus that is away is no reason not to start. */
  async start(): Promise<void> {
    for (const reception of this.receptions) reception.start();
  }

  /** Stops receiving, lets the handlers in hand finish for up to 20 s, gives back what only waited. */
  async close(): Promise<void> {
    await Promise.all(this.receptions.map((reception) => reception.stop()));
    await this.lanes.close();
    await within(DRAIN_MS_MAX, Promise.all(this.receptions.map((reception) => reception.drained())));
    await Promise.all(this.receptions.map((reception) => reception.close()));
  }

  /**
   * Handles a parked message again, in its lane: one try, whose outcome is returned. Rejects only where the listeners are
   * closed.
   */
  redrive(parked: ParkedMessage): Promise<Redriven> {
    return redriveIn(this.lanes, parked, this.declarations);
  }

  /** How all of them are doing, together. */
  health(): ListenerHealth {
    const all = this.receptions.map((reception) => reception.health());
    return {
      connected: all.length > 0 && all.every(({ connected }) => connected),
      inHand: all.reduce((sum, { inHand }) => sum + inHand, 0),
      deadLettered: all.reduce((sum, { deadLettered }) => sum + deadLettered, 0),
    };
  }
}

/** Hears one subscription, with lanes of its own. */
export class EventListener extends EventListeners {
  constructor(client: ServiceBusClient, options: EventListenerOptions) {
    const { events, log, gather, parking } = options;
    super(client, {
      ...(parking !== undefined && { parking }),
      subscriptions: [subscriptionOf(options)],
      ...(gather !== undefined && { gather }),
      events,
      log,
      handle: (heard) => options.handle(heard),
    });
  }
}

function subscriptionOf({ topic, subscription, concurrency, ensure }: EventListenerOptions): HeardSubscription {
  return { topic, subscription, ...(concurrency !== undefined && { concurrency }), ...(ensure && { ensure }) };
}
