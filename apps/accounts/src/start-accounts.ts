import { startService } from '@ballast/service-host';
import type { Clock, RunningService } from '@ballast/service-host';
import type { AccountsSettings } from './accounts.config.js';
import { AccountsModule } from './accounts.module.js';
import { SigningKey } from './adapters/signing-key.js';

/** Starts accounts. A test may bring its own clock. */
export async function startAccounts(
  settings: AccountsSettings,
  overrides: { clock?: Clock } = {},
): Promise<RunningService> {
  const { platform, dataDir, tokenSigningKey } = settings;
  const signingKey =
    tokenSigningKey === undefined ? await SigningKey.inDirectory(dataDir) : await SigningKey.parse(tokenSigningKey);
  return startService({
    name: 'accounts',
    host: platform.host,
    port: platform.port,
    module: AccountsModule.with(settings, signingKey),
    logLevel: platform.logLevel,
    ...overrides,
  });
}
