import { ServiceBusClient } from '@azure/service-bus';
import { topology } from '@ballast/contracts';
import { ReplicaSubscription, administerServiceBus, connectServiceBus } from '@ballast/service-bus';
import type { ServiceBusConnection } from '@ballast/service-bus';
import {
  AddressRanges,
  Clock,
  Readiness,
  RevokedSessions,
  TokenKeys,
  TokenVerifier,
  keysAt,
  liveSettings,
  revokedSessionsAt,
} from '@ballast/service-host';
import { Inject, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { DynamicModule, OnApplicationShutdown, Provider } from '@nestjs/common';
import { AcceptGuard } from './adapters/accept.guard.js';
import { AdminController } from './adapters/admin.controller.js';
import { ApiKeyTokens } from './adapters/api-key-tokens.js';
import { ApiKeysController } from './adapters/api-keys.controller.js';
import { AuthController } from './adapters/auth.controller.js';
import { Broadcaster } from './adapters/broadcaster.js';
import { CapitalAccountController } from './adapters/capital-account.controller.js';
import { CapitalHistoryController } from './adapters/capital-history.controller.js';
import { CapitalMonitorsController } from './adapters/capital-monitors.controller.js';
import { CapitalTransfersController } from './adapters/capital-transfers.controller.js';
import { CapitalController } from './adapters/capital.controller.js';
import { ConfigurationController } from './adapters/configuration.controller.js';
import { CredentialsController } from './adapters/credentials.controller.js';
import { DocsController } from './adapters/docs.controller.js';
import { Doorkeeper, TRUSTED_PROXIES } from './adapters/doorkeeper.js';
import { GatewayListeners } from './adapters/gateway-listeners.js';
import { OidcController } from './adapters/oidc.controller.js';
import { OrdersController } from './adapters/orders.controller.js';
import { OWNER_URLS, Owners } from './adapters/owners.js';
import { OwnerStreams } from './adapters/owner-streams.js';
import { ParkingController } from './adapters/parking.controller.js';
import { PresetsController } from './adapters/presets.controller.js';
import { ProfilesController } from './adapters/profiles.controller.js';
import { SessionsController } from './adapters/sessions.controller.js';
import { Sockets } from './adapters/sockets.js';
import { StreamSessions } from './adapters/stream-sessions.js';
import { StreamController } from './adapters/stream.controller.js';
import { TradesController } from './adapters/trades.controller.js';
import { UsageController } from './adapters/usage.controller.js';
import { UserSessionsController } from './adapters/user-sessions.controller.js';
import { UsersController } from './adapters/users.controller.js';
import { UsageLeases } from './adapters/usage-leases.js';
import { ConfigureProfile } from './configure-profile.js';
import { CreateProfile } from './create-profile.js';
import { EventWaits } from './event-waits.js';
import type { GatewaySettings } from './gateway.config.js';
import { PlaceOrder } from './place-order.js';
import { PreviewOrder } from './preview-order.js';
import { QuoteFeed } from './quote-feed.js';
import { StreamHub } from './stream-hub.js';
import { StreamMetrics } from './stream-metrics.js';

/** The wiring of the gateway. It has no store. */
@Module({})
export class GatewayModule implements OnApplicationShutdown {
  constructor(@Inject(ServiceBusClient) private readonly bus: ServiceBusClient) {}

  static forRoot({ serviceBus, owners, trustedProxies = [] }: GatewaySettings): DynamicModule {
    return {
      module: GatewayModule,
      controllers: [
        AuthController,
        ApiKeysController,
        CredentialsController,
        OidcController,
        SessionsController,
        UsersController,
        UserSessionsController,
        ProfilesController,
        CapitalController,
        CapitalAccountController,
        CapitalHistoryController,
        CapitalMonitorsController,
        CapitalTransfersController,
        OrdersController,
        TradesController,
        StreamController,
        AdminController,
        UsageController,
        ConfigurationController,
        PresetsController,
        ParkingController,
        DocsController,
      ],
      providers: [
        { provide: APP_GUARD, useClass: AcceptGuard },
        { provide: OWNER_URLS, useValue: owners },
        { provide: ServiceBusClient, useFactory: () => connectServiceBus(serviceBus) },
        { provide: ReplicaSubscription, useFactory: () => ownSubscription(serviceBus) },
        liveSettings(owners.accounts),
        revocationsAt(owners.accounts),
        verifierAt(owners.accounts),
        Owners,
        { provide: TRUSTED_PROXIES, useValue: new AddressRanges(trustedProxies) },
        ApiKeyTokens,
        UsageLeases,
        Doorkeeper,
        EventWaits,
        CreateProfile,
        ConfigureProfile,
        PlaceOrder,
        PreviewOrder,
        OwnerStreams,
        StreamHub,
        QuoteFeed,
        StreamSessions,
        StreamMetrics,
        Sockets,
        Broadcaster,
        GatewayListeners,
      ],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.bus.close();
  }
}

/** The one that the topology declares for every replica of the gateway. */
async function ownSubscription(serviceBus: ServiceBusConnection): Promise<ReplicaSubscription> {
  const declared = topology.replicaSubscriptions.find(({ name }) => name === 'gateway');
  if (declared === undefined) throw new Error('the topology declares no subscriptions of the gateway');
  return new ReplicaSubscription(await administerServiceBus(serviceBus), declared);
}

const revocationsAt = (accountsUrl: string): Provider => ({
  provide: RevokedSessions,
  inject: [Clock],
  useFactory: (clock: Clock) => new RevokedSessions(revokedSessionsAt(accountsUrl), clock),
});

const verifierAt = (accountsUrl: string): Provider => ({
  provide: TokenVerifier,
  inject: [Clock, Readiness, RevokedSessions],
  useFactory: (clock: Clock, readiness: Readiness, revoked: RevokedSessions) => {
    const verifier = new TokenVerifier(new TokenKeys(keysAt(accountsUrl), clock), clock, revoked);
    readiness.add({ name: 'token-keys', check: async () => ({ ok: await verifier.canVerify() }) });
    return verifier;
  },
});
