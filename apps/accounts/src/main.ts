import { settingsOrExit } from '@ballast/service-host';
import { readAccountsSettings } from './accounts.config.js';
import { startAccounts } from './start-accounts.js';

await startAccounts(await settingsOrExit(readAccountsSettings()));
