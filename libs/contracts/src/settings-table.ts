import { parseDecimal } from '@ballast/money';

/** A value of a setting: decimals are texts. */
export type SettingValue = string | number | boolean;

/** Which way a value goes to allow more; a change that way needs a fresh second factor. */
export type Loosening = 'higher' | 'on';

interface SettingFacts {
  readonly description: string;
  /** Services that read it while they run; `everybody` for what callers are shown. */
  readonly readBy: readonly string[];
  readonly unit?: string;
  /** Absent where no value allows more than another. */
  readonly loosens?: Loosening;
}

interface DecimalSetting extends SettingFacts {
  readonly type: 'decimal';
  /** Absent: nothing holds until it is set. */
  readonly default?: string;
  readonly min: string;
  readonly max: string;
}

interface IntegerSetting extends SettingFacts {
  readonly type: 'integer';
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

interface FlagSetting extends SettingFacts {
  readonly type: 'flag';
  readonly default: boolean;
}

interface TextSetting extends SettingFacts {
  readonly type: 'text';
  /** Absent: there is none until it is set. */
  readonly default?: string;
  readonly lengthMax: number;
}

/** What a setting may be, and who reads it. */
export type SettingDeclaration = DecimalSetting | IntegerSetting | FlagSetting | TextSetting;

const usd = (description: string, value: string): DecimalSetting => ({
  ...{ type: 'decimal', unit: 'USD', default: value, min: '1', max: '100000000' },
  ...{ loosens: 'higher', readBy: ['orders'], description },
});
const count = (description: string, value: number, max: number): IntegerSetting => ({
  ...{ type: 'integer', default: value, min: 1, max },
  ...{ loosens: 'higher', readBy: ['orders'], description },
});
const feature = (description: string, value: boolean): FlagSetting => ({
  ...{ type: 'flag', default: value, readBy: ['everybody'], description },
});

/**
 * Everything that an admin can change while the product runs, with the value that holds until it is set. Never a secret:
 * every service may read all of it. Services take what is set within a second; see `LiveSettings`.
 */
export const SETTINGS = {
  'trading.order-notional-usd-max': usd('What one order may be worth.', '1000000'),
  'trading.position-usd-max': usd('What may be held of a symbol, and asked for.', '10000000'),
  'trading.concentration-ratio-max': {
    ...{ type: 'decimal', min: '0.001', max: '10', loosens: 'higher', readBy: ['orders'] },
    description: 'The same as a share of the capital that is allocated to the profile; no limit until it is set.',
  },
  'trading.open-orders-max': count('Orders of one profile that may be live at once.', 100, 500),
  'trading.orders-per-minute-max': count('Entries that one profile may place in a minute.', 1_000, 100_000),
  'trading.daily-loss-usd-max': usd('What exits of one day, UTC, may lose before no entry is placed.', '100000'),
  'trading.losses-in-a-row-max': count('Trades in a row, on one day, that may end in a loss.', 20, 1_000),
  'trading.short-selling': {
    ...{ type: 'flag', default: false, loosens: 'on', readBy: ['orders'] },
    description: 'Whether profiles may sell what they do not hold, unless theirs says otherwise.',
  },
  'trading.price-collar-ratio': {
    ...{ type: 'decimal', default: '0.05', min: '0.001', max: '0.5', loosens: 'higher', readBy: ['orders'] },
    description: 'How far through the market a price may go, as a share of it.',
  },
  'trading.quote-age-ms-max': {
    ...{ type: 'integer', unit: 'ms', default: 30_000, min: 100, max: 600_000, loosens: 'higher', readBy: ['orders'] },
    description: 'Age above which a quote is too old to decide on.',
  },
  'trading.capital-wait-ms-max': {
    ...{ type: 'integer', unit: 'ms', default: 60_000, min: 5_000, max: 600_000, loosens: 'higher' },
    readBy: ['orders'],
    description: 'How long an order may wait for the word on its capital.',
  },
  'gateway.signed-out-requests-per-second': {
    ...{ type: 'integer', unit: '1/s', default: 100, min: 10, max: 10_000, loosens: 'higher', readBy: ['gateway'] },
    description: 'Requests without a sign-in of one network, in the long run, at each gateway.',
  },
  'gateway.signed-out-burst': {
    ...{ type: 'integer', default: 1_000, min: 20, max: 100_000, loosens: 'higher', readBy: ['gateway'] },
    description: 'The same at once after a pause.',
  },
  'product.notice': {
    ...{ type: 'text', lengthMax: 500, readBy: ['everybody'] },
    description: 'What everybody is told, for example of maintenance; nothing until it is set.',
  },
  'tabs.marketplace': feature('Whether the console shows the marketplace of connectors.', false),
  'tabs.membership': feature('Whether the console shows plans and membership.', false),
  'tabs.advice': feature('Whether the console shows the adviser.', false),
  'tabs.reconciliation': feature('Whether the console shows breaks and their resolution.', false),
} as const satisfies Readonly<Record<string, SettingDeclaration>>;

/** The name of a setting. */
export type SettingKey = keyof typeof SETTINGS;

/** Every name of a setting, in the order of the table. */
export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];

/** What a name of a setting looks like. */
export const SETTING_KEY_PATTERN = /^[a-z]{1,32}\.[a-z][a-z-]{0,63}$/;
/** Settings whose name begins so are the feature flags. */
export const FEATURE_PREFIX = 'tabs.';
/** Characters of a text that is a value, at most. */
export const SETTING_TEXT_MAX = 500;

/** What the setting of that name may be, or `undefined` where there is none. */
export function settingOf(key: string): SettingDeclaration | undefined {
  return Object.hasOwn(SETTINGS, key) ? SETTINGS[key as SettingKey] : undefined;
}

/** What is wrong with the value, as the end of a sentence that begins with it; `undefined` where it is right. */
export function wrongIn(setting: SettingDeclaration, value: unknown): string | undefined {
  switch (setting.type) {
    case 'decimal': {
      const { min, max } = setting;
      const number = parseDecimal(value);
      const isRight = number?.gte(min) === true && number.lte(max);
      return isRight ? undefined : `must be a decimal string from "${min}" to "${max}"`;
    }
    case 'integer': {
      const { min, max } = setting;
      const isRight = typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
      return isRight ? undefined : `must be a whole number from ${min} to ${max}`;
    }
    case 'flag':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'text': {
      const isRight = typeof value === 'string' && value.length > 0 && value.length <= setting.lengthMax;
      return isRight ? undefined : `must be a text of 1 to ${setting.lengthMax} characters`;
    }
  }
}

/** Whether `to` allows more than `from`; an absent value of a limit is no limit. Both are right for the setting. */
export function isLooser(
  setting: SettingDeclaration,
  from: SettingValue | undefined,
  to: SettingValue | undefined,
): boolean {
  if (setting.loosens === undefined || from === to) return false;
  if (setting.loosens === 'on') return to === true;
  if (from === undefined) return false;
  if (to === undefined) return true;
  if (setting.type === 'decimal') return parseDecimal(String(to))?.gt(String(from)) === true;
  return Number(to) > Number(from);
}
