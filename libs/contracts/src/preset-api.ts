import { declareEvent } from './event.js';
import { CountField, FlagField, IdField, ListField, NestedField, TextField } from './fields.js';
import { USER_ID_PATTERN } from './ids.js';
import { REASON_CHARS_MAX, StrategyConfiguration, VERSION_MAX, VersionFacts } from './profile-configuration.js';
import { TradingLimits } from './trading-limits.js';

/** Presets that come with the product, from the most careful on. */
export const SHIPPED_PRESET_IDS = ['conservative', 'balanced', 'aggressive'] as const;
export type ShippedPresetId = (typeof SHIPPED_PRESET_IDS)[number];
/** Presets of one user, at most. */
export const PRESETS_MAX = 100;
/** An id of a preset: one of the shipped ones, or somebody's own. */
export const PRESET_ID_PATTERN = /^(conservative|balanced|aggressive|pre_[0-9a-hjkmnp-tv-z]{26})$/;

const DESCRIPTION_CHARS_MAX = 256;
const presetIdField = (): PropertyDecorator =>
  IdField(PRESET_ID_PATTERN, {
    description: 'The preset: a shipped one by its name, or one of your own.',
    example: 'balanced',
  });

/** What a preset says: how a profile trades, and what it lets itself do. */
export class PresetRequest {
  @TextField({ description: 'Its name.', lengthMax: 64, example: 'quiet mornings' })
  name!: string;
  @TextField({
    description: 'What it is for.',
    lengthMax: DESCRIPTION_CHARS_MAX,
    optional: true,
    example: 'Small size before the figures of ten o’clock.',
  })
  description?: string;
  @NestedField(() => StrategyConfiguration, { description: 'How a profile with it trades.' })
  strategy!: StrategyConfiguration;
  @NestedField(() => TradingLimits, { description: 'What a profile with it lets itself do.' })
  risk!: TradingLimits;
}

export class PresetView extends PresetRequest {
  @presetIdField()
  id!: string;
  @FlagField({ description: 'Whether it came with the product; then nobody changes it.' })
  isShipped!: boolean;
  @CountField({ description: 'The number of its present version, which is its `ETag`.', min: 1, max: VERSION_MAX })
  version!: number;
}

export class PresetList {
  @ListField(() => PresetView, {
    description: 'The shipped ones, and then your own.',
    itemsMax: SHIPPED_PRESET_IDS.length + PRESETS_MAX,
  })
  items!: PresetView[];
}

export class ApplyPresetRequest {
  @presetIdField()
  presetId!: string;
  @TextField({
    description: 'Why; kept with the version and in the audit.',
    lengthMax: REASON_CHARS_MAX,
    optional: true,
    example: 'earnings week',
  })
  reason?: string;
}

export class PresetChangedV1 extends VersionFacts {
  @presetIdField()
  presetId!: string;
  @IdField(USER_ID_PATTERN, { description: 'The user whose it is.' })
  ownerId!: string;
  @TextField({ description: 'Its name.', lengthMax: 64 })
  name!: string;
  @FlagField({ description: 'Whether it is gone with this version.' })
  isDeleted!: boolean;
}

export const presetChanged = declareEvent<PresetChangedV1>(
  'accounts',
  'preset.changed.v1',
  PresetChangedV1,
  'A preset of a user was made, says something else now, or is gone.',
);
