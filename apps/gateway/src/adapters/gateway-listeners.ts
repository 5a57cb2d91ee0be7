import { ServiceBusClient } from '@azure/service-bus';
import { apiKeyRevoked, sessionRevoked } from '@ballast/contracts/accounts';
import { EventListener, ReplicaSubscription } from '@ballast/service-bus';
import { Readiness, RevokedSessions, ServiceLog } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { EventWaits } from '../event-waits.js';
import { StreamHub } from '../stream-hub.js';
import { ApiKeyTokens } from './api-key-tokens.js';
import { Broadcaster } from './broadcaster.js';

/** After which no token of the session or API key that they are about is good. */
const END_OF_TOKENS: ReadonlySet<string> = new Set([sessionRevoked.type, apiKeyRevoked.type]);

/**
 * Hears every event of every topic, for the requests that wait for one, for the streams and for who is still signed in,
 * over a subscription of this replica's own.
 */
@Injectable()
export class GatewayListeners implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly listeners: readonly EventListener[];

  constructor(
    client: ServiceBusClient,
    private readonly subscription: ReplicaSubscription,
    waits: EventWaits,
    broadcaster: Broadcaster,
    revoked: RevokedSessions,
    keys: ApiKeyTokens,
    hub: StreamHub,
    log: ServiceLog,
    readiness: Readiness,
  ) {
    this.listeners = subscription.topics.map(
      (topic) =>
        new EventListener(client, {
          topic,
          subscription: subscription.name,
          ensure: () => subscription.ensure(topic),
          // The data goes on as it was published: an older gateway must not drop fields of a newer event.
          events: [],
          handle: async (events) => {
            for (const event of events) {
              if (END_OF_TOKENS.has(event.type)) {
                revoked.add(event.subject);
                hub.endSession(event.subject);
              }
              if (topic === 'accounts') keys.hear(event);
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
    await this.subscription.remove();
  }
}
