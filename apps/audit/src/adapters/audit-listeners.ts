import { ServiceBusClient } from '@azure/service-bus';
import { topology } from '@ballast/contracts';
import { EventListeners } from '@ballast/service-bus';
import { Readiness, ServiceLog } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { RECORDS_MAX } from '../domain/commit-parts.js';
import { RecordEvents } from '../record-events.js';

/** Our subscription of every topic. */
const SUBSCRIPTION = 'audit';
/** Milliseconds for which the events of one chain are gathered into one commit, over all topics. */
const GATHER_MS = 200;
/** Messages in hand per topic; each waits out the gathering, so this bounds the rate. */
const CONCURRENCY = 512;

/**
 * Hears every event of every topic and records it as it was published: the data is not decoded, so that nothing of it
 * is dropped and nothing goes unrecorded because we cannot read it.
 */
@Injectable()
export class AuditListeners implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly listeners: EventListeners;

  constructor(client: ServiceBusClient, recordEvents: RecordEvents, log: ServiceLog, readiness: Readiness) {
    this.listeners = new EventListeners(client, {
      subscriptions: topology.topics
        .filter(({ subscriptions }) => subscriptions.some(({ name }) => name === SUBSCRIPTION))
        .map(({ name: topic }) => ({ topic, subscription: SUBSCRIPTION, concurrency: CONCURRENCY })),
      gather: { ms: GATHER_MS, max: RECORDS_MAX },
      events: [],
      handle: async (events) => {
        const [first] = events;
        if (first !== undefined) await recordEvents.execute(first.partitionkey, events);
      },
      log,
    });
    readiness.add({ name: 'listeners', check: () => ({ ok: this.listeners.health().connected }) });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.listeners.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.listeners.close();
  }
}
