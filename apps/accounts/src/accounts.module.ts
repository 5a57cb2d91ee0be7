import { AzureModule } from '@ballast/service-host';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { ACCOUNTS_SETTINGS } from './accounts.config.js';
import type { AccountsSettings } from './accounts.config.js';
import { AuthController } from './adapters/auth.controller.js';
import { FirstLogins } from './adapters/first-logins.js';
import { KeysController } from './adapters/keys.controller.js';
import { Passwords } from './adapters/passwords.js';
import { ProfileStore } from './adapters/profile.store.js';
import { ProfilesController } from './adapters/profiles.controller.js';
import { SigningKey } from './adapters/signing-key.js';
import { UserStore } from './adapters/user.store.js';
import { CreateFirstUsers } from './create-first-users.js';
import { CreateProfile } from './create-profile.js';
import { ReadProfiles } from './read-profiles.js';
import { SignIn } from './sign-in.js';

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
          ],
          tokenKeys: signingKey.publicKeys,
        }),
      ],
      controllers: [AuthController, KeysController, ProfilesController],
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
      ],
    };
  }
}
