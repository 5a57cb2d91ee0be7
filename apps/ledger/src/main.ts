import 'reflect-metadata';
import { readLedgerSettings } from './ledger.config.js';
import { startLedger } from './start-ledger.js';

await startLedger(await readLedgerSettings());
