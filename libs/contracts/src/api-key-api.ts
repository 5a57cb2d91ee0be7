import { CountField, IdField, InstantField, ListField, TextField, TextListField, WordField } from './fields.js';
import { API_KEY_ID_PATTERN, USER_ID_PATTERN } from './ids.js';
import { SCOPES } from './scopes.js';
import type { Scope } from './scopes.js';
import { PLAN_NAME_PATTERN } from './usage-plans.js';

/** Days for which a key is valid unless its request says otherwise, and at most. */
export const API_KEY_DAYS_DEFAULT = 90;
export const API_KEY_DAYS_MAX = 366;
/** Seconds for which a token in the place of a key is valid; a revoked key is good for nothing after that at the latest. */
export const API_KEY_TOKEN_TTL_SECONDS = 60;
/** Seconds for which the secret before may stay valid after a rotation: a day. */
export const API_KEY_OVERLAP_SECONDS_MAX = 86_400;
/** Address ranges of one key, at most. */
export const ADDRESS_RANGES_MAX = 20;
/** What a key's secret looks like: the 26 characters of the key's id and 256 random bits in base64url. */
export const API_KEY_SECRET_PATTERN = /^bk_[0-9a-hjkmnp-tv-z]{26}_[A-Za-z0-9_-]{43}$/;

/** An address, or a range in CIDR notation; whether it exists is checked where it is used. */
export const ADDRESS_RANGE_PATTERN = /^[0-9A-Fa-f.:]{2,45}(\/\d{1,3})?$/;
const NAME_CHARS_MAX = 64;
const KEY_STATES = ['active', 'expired', 'revoked'] as const;

export class CreateApiKeyRequest {
  @TextField({ description: 'A name by which you know it again.', lengthMax: NAME_CHARS_MAX, example: 'rebalancer' })
  name!: string;
  @TextListField({
    description: 'What it may do; your role limits it too.',
    words: SCOPES,
    itemsMax: SCOPES.length,
    example: ['orders:read', 'orders:write'],
  })
  scopes!: Scope[];
  @InstantField({ description: 'When it ends; 90 days from now by default, 366 at most.', optional: true })
  expiresAt?: string;
  @TextListField({
    description: 'Addresses and ranges (CIDR, IPv4 or IPv6) from which it may be used; everywhere where absent.',
    pattern: ADDRESS_RANGE_PATTERN,
    itemsMax: ADDRESS_RANGES_MAX,
    optional: true,
    example: ['203.0.113.0/24', '2001:db8::/32'],
  })
  allowedAddresses?: string[];
  @TextField({
    description: 'A usage plan of its own, for admins to give; without, it counts against the plan of its owner.',
    lengthMax: 32,
    pattern: PLAN_NAME_PATTERN,
    optional: true,
  })
  plan?: string;
}

export class RotateApiKeyRequest {
  @CountField({
    description: 'Seconds for which the secret before stays valid; 0 by default, which ends it at once.',
    min: 0,
    max: API_KEY_OVERLAP_SECONDS_MAX,
    optional: true,
    example: 3_600,
  })
  overlapSeconds?: number;
}

export class ApiKeyView {
  @IdField(API_KEY_ID_PATTERN, { description: 'The key.' })
  id!: string;
  @IdField(USER_ID_PATTERN, { description: 'The user for whom it acts.' })
  ownerId!: string;
  @TextField({ description: 'Its name.', lengthMax: NAME_CHARS_MAX })
  name!: string;
  @TextField({ description: 'The beginning of its secret, by which it is found in your settings.', lengthMax: 16 })
  prefix!: string;
  @TextListField({ description: 'What it may do.', words: SCOPES, itemsMax: SCOPES.length })
  scopes!: Scope[];
  @TextListField({
    description: 'Addresses and ranges from which it may be used; everywhere where absent.',
    pattern: ADDRESS_RANGE_PATTERN,
    itemsMax: ADDRESS_RANGES_MAX,
    optional: true,
  })
  allowedAddresses?: string[];
  @TextField({ description: 'Its own usage plan, where it has one.', lengthMax: 32, optional: true })
  plan?: string;
  @WordField(KEY_STATES, { description: 'Whether it opens anything.' })
  state!: (typeof KEY_STATES)[number];
  @InstantField({ description: 'When it was made.' })
  createdAt!: string;
  @InstantField({ description: 'When it ends.' })
  expiresAt!: string;
  @InstantField({ description: 'When it was last used, to the minute; absent where it never was.', optional: true })
  lastUsedAt?: string;
  @InstantField({ description: 'When it got its present secret, where that is not its first.', optional: true })
  rotatedAt?: string;
  @InstantField({ description: 'When it was revoked.', optional: true })
  revokedAt?: string;
}

export class ApiKeySecretView extends ApiKeyView {
  @TextField({
    description:
      'The secret, to be sent as `Authorization: Bearer …` or `X-API-Key`. Shown this once and kept nowhere: a repeated request is answered without it.',
    lengthMax: 128,
    optional: true,
  })
  secret?: string;
}

export class ApiKeyPage {
  @ListField(() => ApiKeyView, { description: 'In a stable order without meaning.', itemsMax: 500 })
  items!: ApiKeyView[];
  @TextField({
    description: 'Pass as `cursor` to get the next page; absent on the last.',
    lengthMax: 8192,
    optional: true,
  })
  nextCursor?: string;
}

/** What the gateway asks of accounts for a key that a caller sent. */
export class ExchangeApiKeyRequest {
  @TextField({ description: 'The secret.', lengthMax: 128 })
  secret!: string;
}

/** A token in the place of a key, and what the gateway checks itself. */
export class ApiKeyTokenView {
  @TextField({ description: 'An access token with the scopes of the key.', lengthMax: 4096 })
  accessToken!: string;
  @CountField({ description: 'Seconds for which it is valid.', min: 1, max: API_KEY_TOKEN_TTL_SECONDS })
  expiresInSeconds!: number;
  @IdField(API_KEY_ID_PATTERN, { description: 'The key.' })
  keyId!: string;
  @IdField(USER_ID_PATTERN, { description: 'The user for whom it acts.' })
  ownerId!: string;
  @TextListField({
    description: 'Addresses and ranges from which it may be used; everywhere where absent.',
    pattern: ADDRESS_RANGE_PATTERN,
    itemsMax: ADDRESS_RANGES_MAX,
    optional: true,
  })
  allowedAddresses?: string[];
  @TextField({ description: 'Whose usage it counts against: the key, or its owner.', lengthMax: 64 })
  usageSubject!: string;
}
