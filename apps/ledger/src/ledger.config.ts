import { platformSettings, readSettings } from '@ballast/service-host';
import type { PlatformSettings } from '@ballast/service-host';

const PORT_DEFAULT = 3003;

/** What the ledger needs to know. */
export interface LedgerSettings {
  readonly platform: PlatformSettings;
}

/** The only reader of the environment in this service; a missing setting stops the start with its name. */
export function readLedgerSettings(env?: NodeJS.ProcessEnv): Promise<LedgerSettings> {
  return readSettings((settings) => ({ platform: platformSettings(settings, { port: PORT_DEFAULT }) }), env);
}
