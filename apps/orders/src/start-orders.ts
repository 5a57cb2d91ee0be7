import { startService } from '@ballast/service-host';
import type { RunningService } from '@ballast/service-host';
import type { OrdersSettings } from './orders.config.js';
import { OrdersModule } from './orders.module.js';
import type { OrdersOverrides } from './orders.module.js';

/** Topics whose subscription `orders` this service listens to. */
const TOPICS_HEARD = ['accounts', 'ledger', 'orders'] as const;

/** Starts the orders service; resolves when it listens. `overrides` are for tests. */
export function startOrders(settings: OrdersSettings, overrides: OrdersOverrides = {}): Promise<RunningService> {
  const { host, port, logLevel, telemetry } = settings.platform;
  return startService({
    name: 'orders',
    host,
    port,
    logLevel,
    telemetry,
    module: OrdersModule.forRoot(settings, overrides),
    ...(overrides.clock === undefined ? {} : { clock: overrides.clock }),
    listeners: TOPICS_HEARD.map((topic) => ({ topic, subscription: 'orders' })),
  });
}
