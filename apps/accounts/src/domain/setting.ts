import { PRODUCT_ID, SYSTEM_PARTITION } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { SETTINGS, configurationChanged, settingOf } from '@ballast/contracts/accounts';
import type {
  ConfigurationChangedV1,
  ConfigurationDocument,
  FeatureFlagsView,
  SettingDeclaration,
  SettingKey,
  SettingValue,
  SettingVersionView,
  SettingView,
} from '@ballast/contracts/accounts';
import type { Trace } from '@ballast/service-bus';
import { accountEvent } from './account-event.js';
import { factsOf } from './version.js';
import type { Version } from './version.js';

/** Id of the one document with everything that is set. */
export const CONFIGURATION_ID = 'configuration';

/** What of a setting changes from version to version; without a value it has its default. */
export interface SettingContent {
  readonly value?: SettingValue;
}

export type SettingVersion = Version<SettingContent>;

/** Everything that is set, as stored: one document, so that one read tells all of it. */
export interface Configuration {
  readonly id: typeof CONFIGURATION_ID;
  readonly kind: 'configuration';
  readonly productId: string;
  /** Rises with every change. */
  readonly revision: number;
  /** By name, of all that were ever set. */
  readonly settings: Readonly<Record<string, SettingContent & { readonly version: number }>>;
}

/** Nothing was ever set. */
export const NOTHING_SET: Configuration = {
  ...{ id: CONFIGURATION_ID, kind: 'configuration', productId: PRODUCT_ID },
  ...{ revision: 1, settings: {} },
};

/** The setting as it is now: the first version of each is its default, and has no row. */
export function presentVersion(
  { settings }: Configuration,
  key: string,
): Pick<SettingVersion, 'of' | 'version' | 'content'> {
  const { version = 1, value } = Object.hasOwn(settings, key) ? (settings[key] ?? {}) : {};
  return { of: key, version, content: value === undefined ? {} : { value } };
}

/** The configuration with this version of a setting. */
export function withVersion(configuration: Configuration, { of, version, content }: SettingVersion): Configuration {
  const { revision, settings } = configuration;
  return { ...configuration, revision: revision + 1, settings: { ...settings, [of]: { version, ...content } } };
}

/** The event that tells of a version of a setting. */
export function changedEvent(version: SettingVersion, trace: Trace): EventEnvelope<ConfigurationChangedV1> {
  const { of: key, at, content } = version;
  return accountEvent(
    {
      declaration: configurationChanged,
      aggregateId: `configuration_${key}`,
      version: version.version,
      subject: key,
      partitionKey: SYSTEM_PARTITION,
      data: { ...factsOf(version), key, ...content },
    },
    at,
    trace,
  );
}

/** What is set, as services read it. What this version of the product does not know is left out. */
export function configurationDocument({ revision, settings }: Configuration): ConfigurationDocument {
  const values = Object.entries(settings).flatMap(([key, { value }]) =>
    value === undefined || settingOf(key) === undefined ? [] : [[key, value] as const],
  );
  return { revision, values: Object.fromEntries(values) };
}

/** The setting as those see it who may change it. */
export function settingView(
  key: string,
  setting: SettingDeclaration,
  { version, content }: Pick<SettingVersion, 'version' | 'content'>,
): SettingView {
  const { type, description, unit, loosens, readBy, default: byDefault } = setting;
  const value = content.value ?? byDefault;
  return {
    ...{ key, type, description },
    ...(unit === undefined ? {} : { unit }),
    ...(value === undefined ? {} : { value }),
    ...(byDefault === undefined ? {} : { default: byDefault }),
    ...boundsOf(setting),
    ...(loosens === undefined ? {} : { loosens }),
    ...{ readBy: [...readBy], version },
  };
}

function boundsOf(setting: SettingDeclaration): Pick<SettingView, 'min' | 'max'> {
  if (setting.type === 'flag') return {};
  return setting.type === 'text' ? { min: 1, max: setting.lengthMax } : { min: setting.min, max: setting.max };
}

/** A version of a setting as those see it who may change it. */
export function settingVersionView(version: SettingVersion): SettingVersionView {
  return { ...factsOf(version), key: version.of, ...version.content, at: version.at };
}

/** The feature flags as they are now, by area. */
export function featureFlags(configuration: Configuration): FeatureFlagsView {
  const isOn = (key: SettingKey): boolean =>
    (presentVersion(configuration, key).content.value ?? (SETTINGS[key] as SettingDeclaration).default) === true;
  return {
    tabs: {
      marketplace: isOn('tabs.marketplace'),
      membership: isOn('tabs.membership'),
      advice: isOn('tabs.advice'),
      reconciliation: isOn('tabs.reconciliation'),
    },
  };
}
