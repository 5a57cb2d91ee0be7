import 'reflect-metadata';
import { settingsOrExit } from '@ballast/service-host';
import { readLedgerSettings } from './ledger.config.js';
import { startLedger } from './start-ledger.js';

/** Starts the service with the settings of its environment; ends the process where they are wrong. */
export async function main(): Promise<void> {
  await startLedger(await settingsOrExit(readLedgerSettings()));
}
