export type { LedgerSettings } from './ledger.config.js';
export { startLedger } from './start-ledger.js';
export { VerifyLedger } from './verify-ledger.js';
