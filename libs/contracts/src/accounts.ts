export {
  ADDRESS_RANGES_MAX,
  API_KEY_DAYS_DEFAULT,
  API_KEY_DAYS_MAX,
  API_KEY_SECRET_PATTERN,
  API_KEY_TOKEN_TTL_SECONDS,
  ApiKeyPage,
  ApiKeySecretView,
  ApiKeyTokenView,
  ApiKeyView,
  CreateApiKeyRequest,
  ExchangeApiKeyRequest,
  RotateApiKeyRequest,
} from './api-key-api.js';
export { API_KEY_EVENTS, apiKeyCreated, apiKeyRevoked, apiKeyRotated } from './api-key-events.js';
export type { ApiKeyCreatedV1, ApiKeyRevokedV1, ApiKeyRotatedV1 } from './api-key-events.js';
export {
  CreateProfileRequest,
  ENTRIES_PER_SYMBOL_MAX_DEFAULT,
  PROFILE_EVENTS,
  ProfilePage,
  ProfileView,
  profileConfigured,
  profileCreated,
} from './profiles.js';
export type { ProfileConfiguredV1, ProfileCreatedV1 } from './profiles.js';
export {
  ConfigureProfileRequest,
  ProfileVersionPage,
  ProfileVersionView,
  RollBackProfileRequest,
  STRATEGY_KINDS,
  StrategyConfiguration,
} from './profile-configuration.js';
export type { StrategyKind } from './profile-configuration.js';
export {
  CONFIGURATION_PATH,
  ChangeSettingRequest,
  FeatureFlagsView,
  ProductNoticeView,
  RollBackSettingRequest,
  SettingList,
  SettingVersionPage,
  SettingVersionView,
  SettingView,
  configurationChanged,
} from './configuration-api.js';
export type { ConfigurationChangedV1, ConfigurationDocument } from './configuration-api.js';
export {
  FEATURE_PREFIX,
  SETTINGS,
  SETTING_KEYS,
  SETTING_KEY_PATTERN,
  isLooser,
  settingOf,
  wrongIn,
} from './settings-table.js';
export type { SettingDeclaration, SettingKey, SettingValue } from './settings-table.js';
export {
  ApplyPresetRequest,
  PRESETS_MAX,
  PRESET_ID_PATTERN,
  PresetList,
  PresetRequest,
  PresetView,
  SHIPPED_PRESET_IDS,
  presetChanged,
} from './preset-api.js';
export type { PresetChangedV1, ShippedPresetId } from './preset-api.js';
export {
  PASSWORD_RESET_SECRET_PATTERN,
  PASSWORD_RESET_TTL_SECONDS,
  PasswordResetView,
  ResetPasswordRequest,
} from './password-reset-api.js';
export { SCOPES } from './scopes.js';
export type { Scope } from './scopes.js';
export {
  AssignUsagePlanRequest,
  DEFAULT_PLAN,
  LEASE_TOKENS_MAX,
  LeaseUsageRequest,
  PLAN_NAME_PATTERN,
  SetUsagePlanRequest,
  USAGE_PLANS_MAX,
  USAGE_PLAN_EVENTS,
  USAGE_SUBJECT_PATTERN,
  UsageLeaseView,
  UsagePlanList,
  UsagePlanView,
  UsageView,
  usagePlanAssigned,
  usagePlanChanged,
} from './usage-plans.js';
export type { UsagePlanAssignedV1, UsagePlanChangedV1 } from './usage-plans.js';
export {
  ChangePasswordRequest,
  ChangeUserRequest,
  CreateUserRequest,
  EnrolSecondFactorRequest,
  LoginRequest,
  PASSWORD_CHARS_MAX,
  PASSWORD_CHARS_MIN,
  RecoveryCode,
  RefreshRequest,
  SecondFactorChallengeView,
  SecondFactorEnrolledView,
  SecondFactorLoginRequest,
  SecondFactorSecretView,
  SessionPage,
  SessionView,
  StepUpRequest,
  TokenView,
  USERNAME_PATTERN,
  USER_STATUSES,
  UserPage,
  UserView,
} from './auth-api.js';
export type { UserStatus } from './auth-api.js';
export {
  BeginOidcRequest,
  CompleteOidcRequest,
  OIDC_PROVIDER_PATTERN,
  OidcFlowView,
  OidcProviderList,
  OidcProviderView,
} from './oidc-api.js';
export { ROLES } from './roles.js';
export type { Role } from './roles.js';
export {
  SESSION_END_REASONS,
  SIGN_IN_METHODS,
  USER_EVENTS,
  recoveryCodeUsed,
  secondFactorEnrolled,
  secondFactorRemoved,
  sessionRevoked,
  userCreated,
  userDisabled,
  userEnabled,
  userIdentityLinked,
  userLockedOut,
  userPasswordChanged,
  userPasswordResetIssued,
  userRoleChanged,
  userSignedIn,
  userSteppedUp,
} from './user-events.js';
export type {
  RecoveryCodeUsedV1,
  SessionEndReason,
  SessionRevokedV1,
  SignInMethod,
  UserCreatedV1,
  UserIdentityLinkedV1,
  UserLockedOutV1,
  UserRoleChangedV1,
  UserSignedInV1,
  UserSteppedUpV1,
  UserTouchedV1,
} from './user-events.js';

/** Seconds an access token is valid. */
export const ACCESS_TOKEN_TTL_SECONDS = 900;
/** Seconds for which a second factor that was shown counts as fresh. */
export const SECOND_FACTOR_FRESH_SECONDS = 300;
/** Seconds a session lives, whatever is refreshed. */
export const SESSION_TTL_SECONDS = 604_800;
/** `iss` and `aud` of every token. */
export const TOKEN_ISSUER = 'ballast-accounts';
export const TOKEN_AUDIENCE = 'ballast';
