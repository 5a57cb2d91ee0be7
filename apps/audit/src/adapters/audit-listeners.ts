import type { ServiceBusClient } from '@azure/service-bus';
import { topology } from '@ballast/contracts';
import { EventListeners } from '@ballast/service-bus';
import type { Parking, Readiness, ServiceLog } from '@ballast/service-host';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { RECORDS_MAX } from '../domain/commit-parts.js';
import type { RecordEvents } from '../record-events.js';

/** Our subscription of every topic. */
const SUBSCRIPTION = 'audit';
/** Milliseconds for which the events of one chain are gathered into one commit, over all topics. */
export const GATHER_MS = 500;
/** Messages in hand per topic; each waits out the gathering, so this bounds the rate. */
const CONCURRENCY = 1_024;

/** What the service around it gives. */
export interface AuditHost {
  readonly log: ServiceLog;
  readonly readiness: Readiness;
  readonly parking: Parking;
}

/**
 * Hears every event of every topic and records it as it was published: the data is not decoded, so that nothing of it
 * is dropped and nothing goes unrecorded because we cannot read it.
 */
export class AuditListeners implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly listeners: EventListeners;

  constructor(client: ServiceBusClient, recordEvents: RecordEvents, { log, readiness, parking }: AuditHost) {
    const subscriptions = topology.topics
      .filter((topic) => topic.subscriptions.some(({ name }) => name === SUBSCRIPTION))
      .map(({ name: topic }) => ({ topic, subscription: SUBSCRIPTION, concurrency: CONCURRENCY }));
    this.listeners = new EventListeners(client, {
      subscriptions,
      parking: parking.list,
      gather: { ms: GATHER_MS, max: RECORDS_MAX },
      events: [],
      handle: async (events) => {
        const [first] = events;
        if (first !== undefined) await recordEvents.execute(first.partitionkey, events);
      },
      log,
    });
    parking.connect(this.listeners, client, subscriptions);
    readiness.add({ name: 'listeners', check: () => ({ ok: this.listeners.health().connected }) });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.listeners.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.listeners.close();
  }
}
