import { AzureModule, ServiceLog } from '@ballast/service-host';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { ACCOUNTS_SETTINGS } from './accounts.config.js';
import type { AccountsSettings } from './accounts.config.js';
import { ApiKeyStore } from './adapters/api-key.store.js';
import { ApiKeyExchangeController, ApiKeysController } from './adapters/api-keys.controller.js';
import { AttemptStore } from './adapters/attempt.store.js';
import { AuthController } from './adapters/auth.controller.js';
import { Challenges } from './adapters/challenges.js';
import { ConfigurationController, ConfigurationFeedController } from './adapters/configuration.controller.js';
import { ConfigurationStore } from './adapters/configuration.js';
import { FirstLogins } from './adapters/first-logins.js';
import { IdentityStore } from './adapters/identity.store.js';
import { KeysController } from './adapters/keys.controller.js';
import { OidcController } from './adapters/oidc.controller.js';
import { OidcIssuers } from './adapters/oidc-issuers.js';
import { OneTimeCodes } from './adapters/one-time-codes.js';
import { Passwords } from './adapters/passwords.js';
import { PasswordResetController } from './adapters/password-reset.controller.js';
import { PasswordResetStore } from './adapters/password-reset.store.js';
import { PresetStore } from './adapters/preset.store.js';
import { PresetsController } from './adapters/presets.controller.js';
import { ProfileStore } from './adapters/profile.store.js';
import { ProfileVersions } from './adapters/profile-versions.js';
import { ProfilesController } from './adapters/profiles.controller.js';
import { RefreshTokens } from './adapters/refresh-tokens.js';
import { RevokedHere } from './adapters/revoked-here.js';
import { SealingKey } from './adapters/sealing-key.js';
import { SessionStore } from './adapters/session.store.js';
import { SessionsController } from './adapters/sessions.controller.js';
import { SigningKey } from './adapters/signing-key.js';
import { UsageLeaseController, UsageController } from './adapters/usage.controller.js';
import { UsageStore } from './adapters/usage.store.js';
import { UserStore } from './adapters/user.store.js';
import { UserSessionsController } from './adapters/user-sessions.controller.js';
import { UsersController } from './adapters/users.controller.js';
import { BeginSession } from './begin-session.js';
import { ChangePassword } from './change-password.js';
import { ChangeSetting } from './change-setting.js';
import { ChangeUser } from './change-user.js';
import { ConfigureProfile } from './configure-profile.js';
import { CreateApiKey } from './create-api-key.js';
import { CreateFirstUsers } from './create-first-users.js';
import { CreateProfile } from './create-profile.js';
import { CreateUser } from './create-user.js';
import { EndSessions } from './end-sessions.js';
import { EnrolSecondFactor } from './enrol-second-factor.js';
import { ExchangeApiKey } from './exchange-api-key.js';
import { KeepPresets } from './keep-presets.js';
import { LeaseUsage } from './lease-usage.js';
import { LimitAttempts } from './limit-attempts.js';
import { ReadApiKeys } from './read-api-keys.js';
import { ReadConfiguration } from './read-configuration.js';
import { ReadProfileVersions } from './read-profile-versions.js';
import { ReadProfiles } from './read-profiles.js';
import { ReadSessions } from './read-sessions.js';
import { ReadUsers } from './read-users.js';
import { RefreshSession } from './refresh-session.js';
import { ResetPassword } from './reset-password.js';
import { RevokeApiKey } from './revoke-api-key.js';
import { RotateApiKey } from './rotate-api-key.js';
import { SetUsagePlans } from './set-usage-plans.js';
import { SignIn } from './sign-in.js';
import { SignInWithOidc } from './sign-in-with-oidc.js';
import { StepUp } from './step-up.js';
import { TakeCode } from './take-code.js';

/** The keys of accounts, read before the start. */
export interface AccountsKeys {
  readonly signing: SigningKey;
  readonly sealing: SealingKey;
}

const STORES = [
  UserStore,
  SessionStore,
  AttemptStore,
  PasswordResetStore,
  IdentityStore,
  ProfileStore,
  ProfileVersions,
];
const SIGN_IN = [SignIn, LimitAttempts, TakeCode, BeginSession, RefreshSession, EndSessions, ReadSessions, StepUp];
const USERS = [CreateFirstUsers, CreateUser, ChangeUser, ReadUsers, ChangePassword, ResetPassword, EnrolSecondFactor];
const PROFILES = [CreateProfile, ReadProfiles, ConfigureProfile, ReadProfileVersions, PresetStore, KeepPresets];

/** Everything about API keys. */
const API_KEYS = [ApiKeyStore, CreateApiKey, ReadApiKeys, RotateApiKey, RevokeApiKey, ExchangeApiKey];
/** Everything about usage plans. */
const USAGE = [UsageStore, LeaseUsage, SetUsagePlans];

/** Everything about what services read while they run. */
const CONFIGURATION = [ConfigurationStore, ChangeSetting, ReadConfiguration];

/** Accounts, wired. */
@Module({})
export class AccountsModule {
  static with(settings: AccountsSettings, keys: AccountsKeys): DynamicModule {
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
            { name: 'strategy_presets', relayed: true },
            { name: 'dynamic_config', relayed: true },
          ],
          tokenKeys: keys.signing.publicKeys,
        }),
      ],
      controllers: [
        AuthController,
        OidcController,
        SessionsController,
        UsersController,
        PasswordResetController,
        UserSessionsController,
        KeysController,
        ProfilesController,
        ApiKeysController,
        ApiKeyExchangeController,
        UsageController,
        UsageLeaseController,
        PresetsController,
        ConfigurationController,
        ConfigurationFeedController,
      ],
      providers: [
        { provide: ACCOUNTS_SETTINGS, useValue: settings },
        { provide: SigningKey, useValue: keys.signing },
        { provide: SealingKey, useValue: keys.sealing },
        { provide: FirstLogins, useValue: new FirstLogins(settings.dataDir) },
        { provide: Passwords, useValue: new Passwords(settings.passwordCost) },
        {
          provide: OidcIssuers,
          inject: [ServiceLog],
          useFactory: (log: ServiceLog) => new OidcIssuers(settings.oidcProviders ?? [], log),
        },
        SignInWithOidc,
        RefreshTokens,
        Challenges,
        OneTimeCodes,
        RevokedHere,
        ...STORES,
        ...SIGN_IN,
        ...USERS,
        ...PROFILES,
        ...API_KEYS,
        ...USAGE,
        ...CONFIGURATION,
      ],
    };
  }
}
