import { readAccountsSettings } from './accounts.config.js';
import { startAccounts } from './start-accounts.js';

await startAccounts(await readAccountsSettings());
