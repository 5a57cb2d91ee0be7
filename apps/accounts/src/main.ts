import { settingsOrExit } from '@ballast/service-host';
import { readAccountsSettings } from './accounts.config.js';
import { startAccounts } from './start-accounts.js';

/** Starts the service with the settings of its environment; ends the process where they are wrong. */
export async function main(): Promise<void> {
  await startAccounts(await settingsOrExit(readAccountsSettings()));
}
