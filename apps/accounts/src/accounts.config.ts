import { platformSettings, readSettings } from '@ballast/service-host';
import type { PlatformSettings, SettingsReader } from '@ballast/service-host';
import { parseOidcProviders } from './oidc-settings.js';
import type { OidcProvider } from './oidc-settings.js';
import type { PasswordCost } from './adapters/passwords.js';

const PORT_DEFAULT = 3_001;

/** What accounts needs to know. */
export interface AccountsSettings {
  readonly platform: PlatformSettings;
  /** Where the local signing key and the first logins are kept. */
  readonly dataDir: string;
  /** The private key of the tokens as JWK in JSON; absent, it is kept in `dataDir`. */
  readonly tokenSigningKey?: string;
  /** 32 bytes in base64 that seal second factors and refresh tokens; absent, they are kept in `dataDir`. */
  readonly sealingKey?: string;
  /** The OpenID Connect issuers with which users may sign in; none where it is absent. */
  readonly oidcProviders?: readonly OidcProvider[];
  /** What a guess of a password costs; only tests bring less than the default. */
  readonly passwordCost?: PasswordCost;
  /** Shows a line to whoever started the process, past the log. */
  print(line: string): void;
}

/** What of it only Key Vault knows where there is one, as replicas share no directory. */
const VAULT_SECRETS = ['TOKEN_SIGNING_KEY', 'SEALING_KEY'] as const;

/** The injection token of the settings. */
export const ACCOUNTS_SETTINGS = 'accounts:settings';

/**
 * Reads the environment: the platform's settings, DATA_DIR, OIDC_PROVIDERS (a JSON list, a secret as it holds some), and TOKEN_SIGNING_KEY and SEALING_KEY, which must be given
 * where there is a Key Vault.
 */
export function readAccountsSettings(): Promise<AccountsSettings> {
  return readSettings((settings) => {
    const [tokenSigningKey, sealingKey] = VAULT_SECRETS.map((name) => {
      const value = settings.optionalSecret(name);
      if (value === undefined && settings.optionalText('KEY_VAULT_URI') !== undefined) {
        settings.complain(name, 'is missing');
      }
      return value;
    });
    return {
      platform: platformSettings(settings, { port: PORT_DEFAULT, accountsUrl: `http://127.0.0.1:${PORT_DEFAULT}` }),
      dataDir: settings.text('DATA_DIR', { default: '.data/accounts' }),
      ...(tokenSigningKey === undefined ? {} : { tokenSigningKey }),
      ...(sealingKey === undefined ? {} : { sealingKey }),
      oidcProviders: oidcProvidersIn(settings),
      print: (line: string) => void process.stdout.write(`${line}\n`),
    };
  });
}

function oidcProvidersIn(settings: SettingsReader): OidcProvider[] {
  try {
    return parseOidcProviders(settings.optionalSecret('OIDC_PROVIDERS') ?? '[]');
  } catch (error) {
    settings.complain('OIDC_PROVIDERS', (error as Error).message);
    return [];
  }
}
