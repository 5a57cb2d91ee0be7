import 'reflect-metadata';
import { settingsOrExit } from '@ballast/service-host';
import { readAuditSettings } from './audit.config.js';
import { startAudit } from './start-audit.js';

/** Starts the service with the settings of its environment; ends the process where they are wrong. */
export async function main(): Promise<void> {
  await startAudit({ settings: await settingsOrExit(readAuditSettings()) });
}
