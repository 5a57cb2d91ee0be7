export type { AccountsSettings } from './accounts.config.js';
export { startAccounts } from './start-accounts.js';
