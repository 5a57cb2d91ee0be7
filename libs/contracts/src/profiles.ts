import { declareEvent } from './event.js';
import { CountField, IdField, InstantField, ListField, NestedField, TextField } from './fields.js';
import { PROFILE_ID_PATTERN, USER_ID_PATTERN } from './ids.js';
import {
  ProfileVersionFacts,
  StrategyConfiguration,
  StrategyConfigurationV1,
  VERSION_MAX,
} from './profile-configuration.js';
import { TradingLimits } from './trading-limits.js';

/** Entry orders of one profile and symbol that may be live at once, unless the profile says otherwise. */
export const ENTRIES_PER_SYMBOL_MAX_DEFAULT = 1;

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

export class ProfileConfiguredV1 extends ProfileVersionFacts {
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile.' })
  profileId!: string;
  @TextField({ description: 'Its name.', lengthMax: 64 })
  name!: string;
  @NestedField(() => StrategyConfigurationV1, { description: 'How it trades; absent, by hand.', optional: true })
  strategy?: StrategyConfigurationV1;
  @NestedField(() => TradingLimits, {
    description: 'What its owner lets it do, within what is allowed to it; absent, all of that.',
    optional: true,
  })
  risk?: TradingLimits;
}

export const profileCreated = declareEvent(
  'accounts',
  'profile.created.v1',
  ProfileCreatedV1,
  'A profile was made; orders opens its book, the ledger its account.',
);
export const profileConfigured = declareEvent<ProfileConfiguredV1>(
  'accounts',
  'profile.configured.v1',
  ProfileConfiguredV1,
  'A profile has a new version of its strategy and risk configuration; orders holds it to the risk part.',
);

/** Every event of profiles. */
export const PROFILE_EVENTS = [profileCreated, profileConfigured];

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
  @CountField({ description: 'The number of its present version, which is its `ETag`.', min: 1, max: VERSION_MAX })
  version!: number;
  @NestedField(() => StrategyConfiguration, { description: 'How it trades; absent, by hand.', optional: true })
  strategy?: StrategyConfiguration;
  @NestedField(() => TradingLimits, {
    description: 'What its owner lets it do, within what is allowed to it; of each limit the tighter one holds.',
    optional: true,
  })
  risk?: TradingLimits;
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
