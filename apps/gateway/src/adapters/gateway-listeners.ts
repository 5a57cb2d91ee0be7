import { ServiceBusClient } from '@azure/service-bus';
import { topology } from '@ballast/contracts';
import { EventListener } from '@ballast/service-bus';
import { Readiness, ServiceLog } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { EventWaits } from '../event-waits.js';
import { Broadcaster } from './broadcaster.js';

/** Our subscription of every topic. */
const SUBSCRIPTION = 'gateway';

/** Hears every event of every topic, for the requests that wait for one and for the sockets. */
@Injectable()
export class GatewayListeners implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly listeners: readonly EventListener[];

  constructor(
    client: ServiceBusClient,
    waits: EventWaits,
    broadcaster: Broadcaster,
    log: ServiceLog,
    readiness: Readiness,
  ) {
    this.listeners = topology.topics
      .filter(({ subscriptions }) => subscriptions.some(({ name }) => name === SUBSCRIPTION))
      .map(
        ({ name: topic }) =>
          new EventListener(client, {
            topic,
            subscription: SUBSCRIPTION,
            // The data goes on as it was published: an older gateway must not drop fields of a newer event.
            events: [],
            handle: async (events) => {
              for (const event of events) {
                waits.hear(event);
                broadcaster.hear(topic, event);
              }
            },
            log,
          }),
      );
    readiness.add({ name: 'listeners', check: () => ({ ok: this.listeners.every((one) => one.health().connected) }) });
  }

  async onApplicationBootstrap(): Promise<void> {
    await Promise.all(this.listeners.map((listener) => listener.start()));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.listeners.map((listener) => listener.close()));
  }
}
