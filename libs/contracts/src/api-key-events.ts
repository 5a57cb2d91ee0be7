import { ADDRESS_RANGES_MAX, ADDRESS_RANGE_PATTERN } from './api-key-api.js';
import { declareEvent } from './event.js';
import { IdField, InstantField, TextField, TextListField } from './fields.js';
import { API_KEY_ID_PATTERN, USER_ID_PATTERN } from './ids.js';
import { SCOPES } from './scopes.js';
import type { Scope } from './scopes.js';

class ApiKeyReference {
  @IdField(API_KEY_ID_PATTERN, { description: 'The key.' })
  keyId!: string;
  @IdField(USER_ID_PATTERN, { description: 'The user for whom it acts.' })
  ownerId!: string;
}

export class ApiKeyCreatedV1 extends ApiKeyReference {
  @TextField({ description: 'Its name.', lengthMax: 64 })
  name!: string;
  @TextListField({ description: 'What it may do.', words: SCOPES, itemsMax: SCOPES.length })
  scopes!: Scope[];
  @InstantField({ description: 'When it ends.' })
  expiresAt!: string;
  @TextListField({
    description: 'Addresses and ranges from which it may be used; everywhere where absent.',
    pattern: ADDRESS_RANGE_PATTERN,
    itemsMax: ADDRESS_RANGES_MAX,
    optional: true,
  })
  allowedAddresses?: string[];
  @TextField({ description: 'Its own usage plan, where it has one.', lengthMax: 32, optional: true })
  plan?: string;
}

export class ApiKeyRotatedV1 extends ApiKeyReference {
  @InstantField({ description: 'Until when the secret before is valid.' })
  previousValidUntil!: string;
}

export class ApiKeyRevokedV1 extends ApiKeyReference {
  @IdField(USER_ID_PATTERN, { description: 'Who revoked it.' })
  revokedBy!: string;
}

export const apiKeyCreated = declareEvent('accounts', 'key.created.v1', ApiKeyCreatedV1, 'An API key was made.');
export const apiKeyRotated = declareEvent(
  'accounts',
  'key.rotated.v1',
  ApiKeyRotatedV1,
  'An API key got another secret; the one before ends.',
);
export const apiKeyRevoked = declareEvent(
  'accounts',
  'key.revoked.v1',
  ApiKeyRevokedV1,
  'An API key was revoked; it opens nothing any more.',
);

/** Every event of an API key, in the order of its life. */
export const API_KEY_EVENTS = [apiKeyCreated, apiKeyRotated, apiKeyRevoked];
