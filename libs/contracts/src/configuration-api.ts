import { declareEvent } from './event.js';
import {
  CountField,
  FlagField,
  InstantField,
  ListField,
  NestedField,
  ScalarField,
  TextField,
  TextListField,
  WordField,
} from './fields.js';
import { REASON_CHARS_MAX, VERSION_MAX, VersionFacts } from './profile-configuration.js';
import { SETTING_KEYS, SETTING_KEY_PATTERN, SETTING_TEXT_MAX } from './settings-table.js';
import type { SettingValue } from './settings-table.js';

/** Where accounts publishes what is set, for the services. */
export const CONFIGURATION_PATH = '/.well-known/configuration.json';
/** Types of settings. */
export const SETTING_TYPES = ['decimal', 'integer', 'flag', 'text'] as const;
/** Characters of a setting's name, at most. */
const KEY_CHARS_MAX = 97;
const FLAG_EXAMPLE = 'tabs.marketplace';

const keyField = (): PropertyDecorator =>
  TextField({
    description: 'Its name.',
    lengthMax: KEY_CHARS_MAX,
    pattern: SETTING_KEY_PATTERN,
    example: FLAG_EXAMPLE,
  });
const valueField = (description: string, optional: boolean): PropertyDecorator =>
  ScalarField({ description, lengthMax: SETTING_TEXT_MAX, optional, example: true });
const reasonField = (): PropertyDecorator =>
  TextField({
    description: 'Why; kept with the version and in the audit.',
    lengthMax: REASON_CHARS_MAX,
    optional: true,
    example: 'the marketplace opens',
  });

export class ChangeSettingRequest {
  @valueField('What it is to be, of the type of the setting; a decimal is a string.', false)
  value!: SettingValue;
  @reasonField()
  reason?: string;
}

export class RollBackSettingRequest {
  @CountField({
    description: 'The version whose value it is to have again; 1 is the default.',
    min: 1,
    max: VERSION_MAX,
    example: 1,
  })
  version!: number;
  @reasonField()
  reason?: string;
}

export class SettingView {
  @keyField()
  key!: string;
  @WordField(SETTING_TYPES, { description: 'What its values are.' })
  type!: (typeof SETTING_TYPES)[number];
  @TextField({ description: 'What it decides.', lengthMax: 256 })
  description!: string;
  @TextField({ description: 'The unit of its value.', lengthMax: 16, optional: true })
  unit?: string;
  @valueField('What it is now; absent where it has no default and is not set.', true)
  value?: SettingValue;
  @valueField('What it is unless it is set; absent, nothing.', true)
  default?: SettingValue;
  @valueField('The least that it may be.', true)
  min?: SettingValue;
  @valueField('The most that it may be, of a text its characters.', true)
  max?: SettingValue;
  @WordField(['higher', 'on'], {
    description: 'Which way it allows more; a change that way needs a fresh second factor.',
    optional: true,
  })
  loosens?: 'higher' | 'on';
  @TextListField({ description: 'Who reads it while running.', itemsMax: 16, pattern: /^[a-z]{1,32}$/ })
  readBy!: string[];
  @CountField({ description: 'The number of its present version, which is its `ETag`.', min: 1, max: VERSION_MAX })
  version!: number;
}

export class SettingList {
  @ListField(() => SettingView, {
    description: 'Every setting, in the order of the table.',
    itemsMax: SETTING_KEYS.length,
  })
  items!: SettingView[];
}

export class SettingVersionView extends VersionFacts {
  @keyField()
  key!: string;
  @valueField('What it was set to; absent, it had its default.', true)
  value?: SettingValue;
  @InstantField({ description: 'When it was set.' })
  at!: string;
}

export class SettingVersionPage {
  @ListField(() => SettingVersionView, {
    description: 'Newest first, without the first, which is the default.',
    itemsMax: 200,
  })
  items!: SettingVersionView[];
  @TextField({
    description: 'Pass as `cursor` to get the next page; absent on the last.',
    lengthMax: 8192,
    optional: true,
  })
  nextCursor?: string;
}

/** What parts of the console there are. */
export class TabFlags {
  @FlagField({ description: 'The marketplace of connectors.' })
  marketplace!: boolean;
  @FlagField({ description: 'Plans and membership.' })
  membership!: boolean;
  @FlagField({ description: 'The adviser.' })
  advice!: boolean;
  @FlagField({ description: 'Breaks and their resolution.' })
  reconciliation!: boolean;
}

export class FeatureFlagsView {
  @NestedField(() => TabFlags, { description: 'Which tabs the console shows.' })
  tabs!: TabFlags;
}

export class ProductNoticeView {
  @TextField({
    description: 'What everybody is told now; absent, nothing.',
    lengthMax: SETTING_TEXT_MAX,
    optional: true,
  })
  notice?: string;
}

export class ConfigurationChangedV1 extends VersionFacts {
  @keyField()
  key!: string;
  @valueField('What it is set to; absent, it has its default.', true)
  value?: SettingValue;
}

export const configurationChanged = declareEvent<ConfigurationChangedV1>(
  'accounts',
  'configuration.changed.v1',
  ConfigurationChangedV1,
  'A setting of the product has another value; every replica of those who read it has it within a second.',
);

/** What is set now, as services read it. */
export interface ConfigurationDocument {
  /** Rises with every change of any setting. */
  readonly revision: number;
  /** By name; what is not set is not there. */
  readonly values: Readonly<Record<string, SettingValue>>;
}
