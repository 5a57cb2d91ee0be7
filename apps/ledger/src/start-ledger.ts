import { startService } from '@ballast/service-host';
import type { AzureOptions, RunningService } from '@ballast/service-host';
import type { LedgerSettings } from './ledger.config.js';
import { LedgerModule } from './ledger.module.js';

/** Topics whose subscription `ledger` this service listens to. */
const TOPICS_HEARD = ['accounts', 'orders', 'ledger'] as const;

/** Starts the ledger; resolves when it listens. `overrides` are for tests. */
export function startLedger(
  settings: LedgerSettings,
  overrides: Pick<AzureOptions, 'tokenKeys'> = {},
): Promise<RunningService> {
  const { host, port, logLevel, telemetry } = settings.platform;
  return startService({
    name: 'ledger',
    host,
    port,
    logLevel,
    telemetry,
    module: LedgerModule.forRoot(settings, overrides),
    listeners: TOPICS_HEARD.map((topic) => ({ topic, subscription: 'ledger' })),
  });
}
