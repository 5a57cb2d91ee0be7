import { declareEvent } from './event.js';
import { CountField, IdField, InstantField, ListField, TextField, WordField } from './fields.js';
import { PROFILE_ID_PATTERN, USER_ID_PATTERN } from './ids.js';

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

/** What a user may do: read own, trade own, operate everybody's, administer. */
export const ROLES = ['viewer', 'trader', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Seconds an access token is valid. */
export const ACCESS_TOKEN_TTL_SECONDS = 900;
/** Seconds for which a second factor that was shown counts as fresh. */
export const SECOND_FACTOR_FRESH_SECONDS = 300;
/** `iss` and `aud` of every token. */
export const TOKEN_ISSUER = 'ballast-accounts';
export const TOKEN_AUDIENCE = 'ballast';

/** Entry orders of one profile and symbol that may be live at once, unless the profile says otherwise. */
export const ENTRIES_PER_SYMBOL_MAX_DEFAULT = 1;

export class UserCreatedV1 {
  @IdField(USER_ID_PATTERN, { description: 'The user.' })
  userId!: string;
  @TextField({ description: 'The name used to sign in.', lengthMax: 64 })
  username!: string;
  @WordField(ROLES, { description: 'What the user may do.' })
  role!: Role;
}

export class UserSignedInV1 {
  @IdField(USER_ID_PATTERN, { description: 'The user.' })
  userId!: string;
}

export class ProfileCreatedV1 {
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile.' })
  profileId!: string;
  @IdField(USER_ID_PATTERN, { description: 'The user who owns it.' })
  ownerId!: string;
  @TextField({ description: 'Its name.', lengthMax: 64 })
  name!: string;
  @CountField({ description: 'Entry orders of one symbol that may be live at once.', min: 1, max: 100 })
  entriesPerSymbolMax!: number;
}

export const userCreated = declareEvent('accounts', 'user.created.v1', UserCreatedV1, 'A user was made.');
export const userSignedIn = declareEvent(
  'accounts',
  'user.signed-in.v1',
  UserSignedInV1,
  'A user proved who they are and got a token.',
);
export const profileCreated = declareEvent(
  'accounts',
  'profile.created.v1',
  ProfileCreatedV1,
  'A profile was made; orders opens its book, the ledger its account.',
);

export class LoginRequest {
  @TextField({ description: 'The name used to sign in.', lengthMax: 64, example: 'demo' })
  username!: string;
  @TextField({ description: 'The password.', lengthMax: 256, example: 'printed-at-first-start' })
  password!: string;
}

export class TokenView {
  @TextField({ description: 'A JWT (ES256), to be sent as `Authorization: Bearer …`.', lengthMax: 4096 })
  accessToken!: string;
  @WordField(['Bearer'], { description: 'How to send it.' })
  tokenType!: 'Bearer';
  @CountField({ description: 'Seconds for which it is valid.', min: 1, max: 86_400 })
  expiresInSeconds!: number;
}

export class CreateProfileRequest {
  @TextField({ description: 'A name for the profile.', lengthMax: 64, example: 'momentum' })
  name!: string;
  @CountField({
    description: 'Entry orders of one symbol that may be live at once; 1 by default.',
    min: 1,
    max: 100,
    optional: true,
    example: 1,
  })
  entriesPerSymbolMax?: number;
}

export class ProfileView {
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile.' })
  id!: string;
  @IdField(USER_ID_PATTERN, { description: 'The user who owns it.' })
  ownerId!: string;
  @TextField({ description: 'Its name.', lengthMax: 64 })
  name!: string;
  @CountField({ description: 'Entry orders of one symbol that may be live at once.', min: 1, max: 100 })
  entriesPerSymbolMax!: number;
  @InstantField({ description: 'When it was made.' })
  createdAt!: string;
}

export class ProfilePage {
  @ListField(() => ProfileView, { description: 'In a stable order without meaning.', itemsMax: 500 })
  items!: ProfileView[];
  @TextField({
    description: 'Pass as `cursor` to get the next page; absent on the last.',
    lengthMax: 8192,
    optional: true,
  })
  nextCursor?: string;
}
