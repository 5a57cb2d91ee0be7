import { AzureModule } from '@ballast/service-host';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { ACCOUNTS_SETTINGS } from './accounts.config.js';
import type { AccountsSettings } from './accounts.config.js';
import { ApiKeyStore } from './adapters/api-key.store.js';
import { ApiKeyExchangeController, ApiKeysController } from './adapters/api-keys.controller.js';
import { AuthController } from './adapters/auth.controller.js';
import { FirstLogins } from './adapters/first-logins.js';
import { KeysController } from './adapters/keys.controller.js';
import { Passwords } from './adapters/passwords.js';
import { ProfileStore } from './adapters/profile.store.js';
import { ProfilesController } from './adapters/profiles.controller.js';
import { SigningKey } from './adapters/signing-key.js';
import { UsageLeaseController, UsageController } from './adapters/usage.controller.js';
import { UsageStore } from './adapters/usage.store.js';
import { UserStore } from './adapters/user.store.js';
import { CreateApiKey } from './create-api-key.js';
import { CreateFirstUsers } from './create-first-users.js';
import { CreateProfile } from './create-profile.js';
import { ExchangeApiKey } from './exchange-api-key.js';
import { LeaseUsage } from './lease-usage.js';
import { ReadApiKeys } from './read-api-keys.js';
import { ReadProfiles } from './read-profiles.js';
import { RevokeApiKey } from './revoke-api-key.js';
import { RotateApiKey } from './rotate-api-key.js';
import { SetUsagePlans } from './set-usage-plans.js';
import { SignIn } from './sign-in.js';

/** Everything about API keys. */
const API_KEYS = [ApiKeyStore, CreateApiKey, ReadApiKeys, RotateApiKey, RevokeApiKey, ExchangeApiKey];
/** Everything about usage plans. */
const USAGE = [UsageStore, LeaseUsage, SetUsagePlans];

/** Accounts, wired. */
@Module({})
export class AccountsModule {
  static with(settings: AccountsSettings, signingKey: SigningKey): DynamicModule {
    return {
      module: AccountsModule,
      imports: [
        AzureModule.forRoot({
          settings: settings.platform,
          service: 'accounts',
          topic: 'accounts',
          containers: [
            { name: 'trading_users', relayed: true },
            { name: 'trade_profiles', relayed: true },
            { name: 'api_keys', relayed: true },
            { name: 'usage_plans', relayed: true },
          ],
          tokenKeys: signingKey.publicKeys,
        }),
      ],
      controllers: [
        AuthController,
        KeysController,
        ProfilesController,
        ApiKeysController,
        ApiKeyExchangeController,
        UsageController,
        UsageLeaseController,
      ],
      providers: [
        { provide: ACCOUNTS_SETTINGS, useValue: settings },
        { provide: SigningKey, useValue: signingKey },
        { provide: FirstLogins, useValue: new FirstLogins(settings.dataDir) },
        Passwords,
        UserStore,
        ProfileStore,
        CreateFirstUsers,
        SignIn,
        CreateProfile,
        ReadProfiles,
        ...API_KEYS,
        ...USAGE,
      ],
    };
  }
}
