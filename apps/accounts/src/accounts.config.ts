import { platformSettings, readSettings } from '@ballast/service-host';
import type { PlatformSettings } from '@ballast/service-host';

const PORT_DEFAULT = 3_001;

/** What accounts needs to know. */
export interface AccountsSettings {
  readonly platform: PlatformSettings;
  /** Where the local signing key and the first logins are kept. */
  readonly dataDir: string;
  /** The private key of the tokens as JWK in JSON; absent, it is kept in `dataDir`. */
  readonly tokenSigningKey?: string;
  /** Shows a line to whoever started the process, past the log. */
  print(line: string): void;
}

/** The injection token of the settings. */
export const ACCOUNTS_SETTINGS = 'accounts:settings';

/**
 * Reads the environment: the platform's settings, DATA_DIR and TOKEN_SIGNING_KEY, which must be given where there is a
 * Key Vault, as replicas share no directory.
 */
export function readAccountsSettings(): Promise<AccountsSettings> {
  return readSettings((settings) => {
    const key = settings.optionalSecret('TOKEN_SIGNING_KEY');
    if (key === undefined && settings.optionalText('KEY_VAULT_URI') !== undefined) {
      settings.complain('TOKEN_SIGNING_KEY', 'is missing');
    }
    return {
      platform: platformSettings(settings, { port: PORT_DEFAULT, accountsUrl: `http://127.0.0.1:${PORT_DEFAULT}` }),
      dataDir: settings.text('DATA_DIR', { default: '.data/accounts' }),
      ...(key === undefined ? {} : { tokenSigningKey: key }),
      print: (line: string) => void process.stdout.write(`${line}\n`),
    };
  });
}
