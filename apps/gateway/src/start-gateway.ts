import { startService } from '@ballast/service-host';
import type { Clock, RunningService } from '@ballast/service-host';
import { DocsController } from './adapters/docs.controller.js';
import { Doorkeeper } from './adapters/doorkeeper.js';
import type { GatewaySettings } from './gateway.config.js';
import { GatewayModule } from './gateway.module.js';

/** Starts the gateway with these settings and returns it running. A test may bring its own clock. */
export async function startGateway(
  settings: GatewaySettings,
  overrides: { clock?: Clock } = {},
): Promise<RunningService> {
  const { host, port, logLevel, telemetry } = settings;
  const module = GatewayModule.forRoot(settings);
  const service = await startService({
    name: 'gateway',
    host,
    port,
    logLevel,
    telemetry,
    module,
    doorkeeper: Doorkeeper,
    ...overrides,
  });
  service.app.get(DocsController, { strict: false }).describe(service.app, module.controllers ?? []);
  return service;
}
