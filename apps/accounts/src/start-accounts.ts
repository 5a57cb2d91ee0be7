import { startService } from '@ballast/service-host';
import type { Clock, RunningService } from '@ballast/service-host';
import type { AccountsSettings } from './accounts.config.js';
import { AccountsModule } from './accounts.module.js';
import { SealingKey } from './adapters/sealing-key.js';
import { SigningKey } from './adapters/signing-key.js';

/** Starts accounts. A test may bring its own clock. */
export async function startAccounts(
  settings: AccountsSettings,
  overrides: { clock?: Clock } = {},
): Promise<RunningService> {
  const { platform, dataDir, tokenSigningKey, sealingKey } = settings;
  const keys = {
    signing:
      tokenSigningKey === undefined ? await SigningKey.inDirectory(dataDir) : await SigningKey.parse(tokenSigningKey),
    sealing: sealingKey === undefined ? await SealingKey.inDirectory(dataDir) : SealingKey.parse(sealingKey),
  };
  return startService({
    name: 'accounts',
    host: platform.host,
    port: platform.port,
    module: AccountsModule.with(settings, keys),
    logLevel: platform.logLevel,
    telemetry: platform.telemetry,
    ...overrides,
  });
}
