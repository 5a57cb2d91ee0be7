import { platformSettings, readSettings } from '@ballast/service-host';
import type { PlatformSettings } from '@ballast/service-host';

const PORT_DEFAULT = 3004;

/** The only reader of the environment in this service; a missing setting stops the start with its name. */
export function readAuditSettings(): Promise<PlatformSettings> {
  return readSettings((settings) => platformSettings(settings, { port: PORT_DEFAULT }));
}
