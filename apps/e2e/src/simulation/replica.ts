import { EVENTS, Failure } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { ContainerStore, Relay } from '@ballast/cosmos';
import { EventListeners, EventSender } from '@ballast/service-bus';
import type { EventListenersOptions, ParkingLot } from '@ballast/service-bus';
import type { ServiceLog } from '@ballast/service-host';
import type { Bus } from './bus.js';
import type { Store } from './store.js';
import type { VirtualProcess } from './virtual-process.js';
import type { Wire } from './wire.js';

/** Nest's name for what `@EventPattern` notes on a method. */
const PATTERN = 'microservices:pattern';

/** Milliseconds after which a relay has surely saved how far it is. */
const SAVED_AFTER_MS = 1_500;

/** What was logged, or put aside, that no outage explains. */
export interface Oddity {
  readonly process: string;
  readonly text: string;
}

/** What replicas share. */
export interface Platform {
  readonly store: Store;
  readonly bus: Bus;
  readonly oddities: Oddity[];
  /** Whether positions are saved before the events up to them are sent. */
  readonly savesBeforeSending?: boolean;
}

/** The parts of a service that are the same in each: its stores, its relays and its listeners. */
export class Replica {
  readonly log: ServiceLog;
  private readonly relays = new Map<string, Relay>();

  constructor(
    readonly service: string,
    private readonly wire: Wire,
    private readonly platform: Platform,
  ) {
    this.log = this.logInto();
  }

  get process(): VirtualProcess {
    return this.wire.process;
  }

  /** A container of the service's own; a commit of events wakes the relay that is told of it. */
  container(name: string): ContainerStore {
    return new ContainerStore(this.platform.store.container(name, this.wire), {
      onCommit: () => this.relays.get(name)?.wake(),
    });
  }

  /** Publishes what is committed to the containers in the service's topic. */
  async relay(names: readonly string[]): Promise<void> {
    const { store, bus } = this.platform;
    const sender = new EventSender(bus.client(this.wire), this.service);
    for (const name of names) {
      const relay = new Relay({
        container: store.container(name, this.wire),
        leases: this.container(`${this.service}_leases`),
        name,
        owner: this.process.name,
        send: (events) => this.send(sender, events),
        log: this.log,
      });
      this.relays.set(name, relay);
      await this.insist(() => relay.start());
    }
  }

  /** Hands the events of the topics to the methods of the controllers that name their types. */
  async hear(topics: readonly string[], controllers: readonly object[]): Promise<void> {
    const handlers = handlersOf(controllers);
    await this.listen(topics, {
      events: EVENTS.filter(({ type }) => handlers.has(type)),
      lane: 'subject',
      handle: async (events) => {
        for (const event of events) await handlers.get(event.type)?.(event);
      },
    });
  }

  /** Hears the service's subscriptions of the topics. */
  async listen(
    topics: readonly string[],
    handling: Pick<EventListenersOptions, 'events' | 'handle' | 'gather' | 'lane'>,
  ): Promise<void> {
    const listeners = new EventListeners(this.platform.bus.client(this.wire), {
      subscriptions: topics.map((topic) => ({ topic, subscription: this.service })),
      parking: this.parking(),
      log: this.log,
      ...handling,
    });
    await listeners.start();
  }

  private async send(sender: EventSender, events: EventEnvelope[]): Promise<void> {
    if (this.platform.savesBeforeSending !== true) return sender.send(events);
    setTimeout(() => void this.insist(() => sender.send(events)), SAVED_AFTER_MS);
  }

  /** Again and again while the world is unwell. */
  private async insist(work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
  }

  /** Nothing in a run is so broken that it has to be put aside. */
  private parking(): ParkingLot {
    return {
      holds: () => false,
      park: async ({ messageId }, { reason, description }) =>
        this.note(`parked ${messageId}: ${reason} ${description}`),
      queue: async () => false,
    };
  }

  private note(text: string): void {
    this.platform.oddities.push({ process: this.process.name, text });
  }

  /** Keeps what is logged beside an error that is no failure of the world. */
  private logInto(): ServiceLog {
    const keep = ({ err, error }: { err?: unknown; error?: unknown }, message: string): void => {
      const cause = err ?? error;
      if (cause instanceof Error && !(cause instanceof Failure) && !isOutage(cause))
        this.note(`${message}: ${cause.stack ?? cause.message}`);
    };
    return { info: () => undefined, debug: () => undefined, warn: keep, error: keep } as unknown as ServiceLog;
  }
}

/** Errors by which services say that something is away or was faster. */
const OUTAGES = ['LeaseLost', 'LockLost', 'VenueUnavailable', 'VenueOutcomeUnknown', 'StoreAnswer'];
const isOutage = ({ name }: Error): boolean => OUTAGES.includes(name);

type Handler = (event: EventEnvelope) => Promise<void>;

/** The methods of controllers by the type of event that they are declared to take. */
function handlersOf(controllers: readonly object[]): ReadonlyMap<string, Handler> {
  const handlers = new Map<string, Handler>();
  for (const controller of controllers) {
    const methods = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(controller) as object);
    for (const { value } of Object.values(methods)) {
      const patterns = typeof value === 'function' ? (Reflect.getMetadata(PATTERN, value) as unknown) : undefined;
      for (const pattern of Array.isArray(patterns) ? patterns : [])
        handlers.set(String(pattern), (event) =>
          (value as (event: EventEnvelope) => Promise<void>).call(controller, event),
        );
    }
  }
  return handlers;
}
