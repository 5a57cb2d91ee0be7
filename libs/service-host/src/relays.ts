import type { Database } from '@azure/cosmos';
import type { ServiceBusClient } from '@azure/service-bus';
import { Failure } from '@ballast/contracts';
import { ContainerStore, Relay } from '@ballast/cosmos';
import { EventSender, observe } from '@ballast/service-bus';
import type { OnApplicationBootstrap } from '@nestjs/common';
import type { Readiness } from './readiness.js';
import type { ServiceLog } from './service-log.js';
import { leasesOf } from './service-name.js';

/** Milliseconds after which a relay that could not start is started again. */
const RESTART_MS = 250;

const RELAY_LAG = (container: string) => ({
  description: 'Age of the oldest event that is not published yet.',
  unit: 's',
  attributes: { container },
});

/** What the relays of one service need. */
export interface RelaysOptions {
  readonly database: Database;
  readonly client: ServiceBusClient;
  readonly topic: string;
  /** The containers that are published. */
  readonly names: readonly string[];
  readonly service: string;
  /** Id of this replica. */
  readonly owner: string;
  readonly log: ServiceLog;
  readonly readiness: Readiness;
}

/** Publishes what a service commits: one relay per relayed container, from bootstrap to shutdown. */
export class Relays implements OnApplicationBootstrap {
  private readonly relays = new Map<string, Relay>();
  private readonly sender: EventSender | undefined;
  private readonly stopping = new AbortController();
  private starts: Promise<void>[] = [];

  constructor(private readonly options: RelaysOptions) {
    if (options.names.length === 0) return;
    const sender = new EventSender(options.client, options.topic);
    this.sender = sender;
    const leases = new ContainerStore(options.database.container(leasesOf(options.service)));
    for (const name of options.names) this.add(name, sender, leases);
  }

  /** Begins; a store that is away is no reason not to start, so it is tried until it is there. */
  onApplicationBootstrap(): void {
    this.starts = [...this.relays].map(([name, relay]) => this.start(name, relay));
  }

  /** Says that something was committed to the container. */
  wake(container: string): void {
    this.relays.get(container)?.wake();
  }

  /** Finishes what is being sent and gives the leases back. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.starts);
    await Promise.all([...this.relays.values()].map((relay) => relay.stop()));
    await this.sender?.close();
  }

  private add(name: string, sender: EventSender, leases: ContainerStore): void {
    const { database, owner, log, readiness } = this.options;
    const relay = new Relay({
      container: database.container(name),
      leases,
      name,
      owner,
      send: (events) => sender.send(events),
      log,
    });
    this.relays.set(name, relay);
    observe('ballast.relay.lag', RELAY_LAG(name), () => relay.health().lagMs / 1_000);
    readiness.add({
      name: `relay ${name}`,
      check: () => {
        const detail = relay.health();
        return { ok: detail.ranges > 0, detail };
      },
    });
  }

  private async start(name: string, relay: Relay): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        return await relay.start();
      } catch (error) {
        const { log } = this.options;
        if (error instanceof Failure) log.warn({ relay: name, err: error }, 'the relay cannot start yet');
        else log.error({ relay: name, err: error }, 'the relay cannot start');
        await pause(RESTART_MS, this.stopping.signal);
      }
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
  });
}
