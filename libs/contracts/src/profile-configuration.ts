import {
  CountField,
  DecimalField,
  IdField,
  InstantField,
  ListField,
  NestedField,
  OpenWordField,
  TextField,
  TextListField,
  WordField,
} from './fields.js';
import { PROFILE_ID_PATTERN, USER_ID_PATTERN } from './ids.js';
import { SYMBOL_PATTERN } from './order-terms.js';
import { TradingLimits } from './trading-limits.js';

/** What a strategy does to decide. */
export const STRATEGY_KINDS = ['manual', 'momentum', 'mean-reversion', 'breakout'] as const;
export type StrategyKind = (typeof STRATEGY_KINDS)[number];

/** Symbols that one strategy trades, at most. */
const SYMBOLS_MAX = 50;
/** Versions that a thing can have: what an `ETag` can carry is more. */
export const VERSION_MAX = 1_000_000_000;
/** Characters of a reason, at most. */
export const REASON_CHARS_MAX = 256;
/** Characters of a preset's id, at most. */
const PRESET_ID_CHARS_MAX = 64;
/** Where something of a profile's configuration is. */
const CHANGED_PATTERN = /^\/[A-Za-z]{1,32}(\/[A-Za-z]{1,32})?$/;
/** Places that one change can be about: every field of a profile's configuration, and more to come. */
const CHANGED_MAX = 64;

/** How a profile trades, but for the kind of its strategy. Shares are decimals: 0.05 is a twentieth. */
class StrategyTerms {
  @TextListField({
    description: 'What it trades; absent, whatever it is told to.',
    itemsMax: SYMBOLS_MAX,
    pattern: SYMBOL_PATTERN,
    optional: true,
    example: ['AAPL', 'MSFT'],
  })
  symbols?: string[];
  @CountField({
    description: 'Seconds of one bar: how often it decides.',
    min: 60,
    max: 86_400,
    optional: true,
    example: 300,
  })
  barSeconds?: number;
  @CountField({ description: 'Bars on which it decides.', min: 2, max: 1_000, optional: true, example: 20 })
  lookbackBars?: number;
  @DecimalField({
    description: 'What one entry may take of the capital that is available, as a share of it, 1 at most.',
    positive: true,
    max: '1',
    optional: true,
    example: '0.05',
  })
  entryShareRatio?: string;
  @DecimalField({
    description: 'How far against an entry its stop loss lies, as a share of the price of the entry, 0.99 at most.',
    positive: true,
    max: '0.99',
    optional: true,
    example: '0.02',
  })
  stopLossRatio?: string;
  @DecimalField({
    description:
      'How far in favour of an entry its take profit lies, as a share of the price of the entry, 10 at most.',
    positive: true,
    max: '10',
    optional: true,
    example: '0.04',
  })
  takeProfitRatio?: string;
}

const KIND = { description: 'What it does to decide; `manual` is by hand.', example: 'momentum' };

/** How a profile trades, as a request and an answer say it. */
export class StrategyConfiguration extends StrategyTerms {
  @WordField(STRATEGY_KINDS, KIND)
  kind!: StrategyKind;
}

/** The same in an event, whose readers take a kind that they do not know for one of its kind. */
export class StrategyConfigurationV1 extends StrategyTerms {
  @OpenWordField(STRATEGY_KINDS, KIND)
  kind!: string;
}

const riskField = (): PropertyDecorator =>
  NestedField(() => TradingLimits, {
    description: 'What its owner lets it do, within what is allowed to it; of each limit the tighter one holds.',
    optional: true,
  });
const nameField = (optional: boolean): PropertyDecorator =>
  TextField({ description: 'Its name.', lengthMax: 64, optional, example: 'momentum' });
const reasonField = (): PropertyDecorator =>
  TextField({
    description: 'Why; kept with the version and in the audit.',
    lengthMax: REASON_CHARS_MAX,
    optional: true,
    example: 'smaller size while volatility is high',
  });

/** What is said of every version, in answers and events alike. */
export class VersionFacts {
  @CountField({ description: 'Its number: 1 is what was made first.', min: 1, max: VERSION_MAX, example: 2 })
  version!: number;
  @TextListField({
    description: 'What is not as in the version before, as JSON pointers; absent in the first.',
    itemsMax: CHANGED_MAX,
    pattern: CHANGED_PATTERN,
    optional: true,
    example: ['/risk/orderNotionalUsdMax'],
  })
  changed?: string[];
  @IdField(USER_ID_PATTERN, { description: 'Who made it.' })
  actor!: string;
  @reasonField()
  reason?: string;
  @CountField({
    description: 'The version whose content it has again; absent where it is no roll-back.',
    min: 1,
    max: VERSION_MAX,
    optional: true,
    example: 1,
  })
  restoredVersion?: number;
}

/** The parts of a profile that change; one that is left out stays as it is, one that is given takes the place of the former whole. */
export class ConfigureProfileRequest {
  @nameField(true)
  name?: string;
  @NestedField(() => StrategyConfiguration, { description: 'How it trades.', optional: true })
  strategy?: StrategyConfiguration;
  @riskField()
  risk?: TradingLimits;
  @reasonField()
  reason?: string;
}

export class RollBackProfileRequest {
  @CountField({ description: 'The version whose content it is to have again.', min: 1, max: VERSION_MAX, example: 1 })
  version!: number;
  @reasonField()
  reason?: string;
}

/** What is said of every version of a profile. */
export class ProfileVersionFacts extends VersionFacts {
  @TextField({
    description: 'The preset of which it has strategy and risk; absent where it has none from one.',
    lengthMax: PRESET_ID_CHARS_MAX,
    pattern: /^[a-z0-9_]+$/,
    optional: true,
    example: 'balanced',
  })
  presetId?: string;
  @CountField({ description: 'The version of that preset.', min: 1, max: VERSION_MAX, optional: true, example: 1 })
  presetVersion?: number;
}

export class ProfileVersionView extends ProfileVersionFacts {
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile.' })
  profileId!: string;
  @nameField(false)
  name!: string;
  @NestedField(() => StrategyConfiguration, { description: 'How it trades; absent, by hand.', optional: true })
  strategy?: StrategyConfiguration;
  @riskField()
  risk?: TradingLimits;
  @InstantField({ description: 'When it was made.' })
  at!: string;
}

export class ProfileVersionPage {
  @ListField(() => ProfileVersionView, { description: 'Newest first.', itemsMax: 200 })
  items!: ProfileVersionView[];
  @TextField({
    description: 'Pass as `cursor` to get the next page; absent on the last.',
    lengthMax: 8192,
    optional: true,
  })
  nextCursor?: string;
}
