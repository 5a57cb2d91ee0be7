import 'reflect-metadata';
import { settingsOrExit } from '@ballast/service-host';
import { readLedgerSettings } from './ledger.config.js';
import { startLedger } from './start-ledger.js';

await startLedger(await settingsOrExit(readLedgerSettings()));
