import { SETTING_KEYS } from '@ballast/contracts/accounts';
import type {
  ConfigurationDocument,
  FeatureFlagsView,
  ProductNoticeView,
  SettingList,
  SettingVersionPage,
  SettingVersionView,
  SettingView,
} from '@ballast/contracts/accounts';
import { Listing, ProblemException, VERSION_PATTERN } from '@ballast/service-host';
import type { PageRequest } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { ConfigurationStore } from './adapters/configuration.js';
import { knownSetting } from './change-setting.js';
import {
  configurationDocument,
  featureFlags,
  presentVersion,
  settingVersionView,
  settingView,
} from './domain/setting.js';

/** Shows what is set: to admins as settings, to services as values, to everybody what concerns them. */
@Injectable()
export class ReadConfiguration {
  constructor(private readonly store: ConfigurationStore) {}

  /** Every setting. */
  async list(): Promise<SettingList> {
    const configuration = await this.store.stored();
    return {
      items: SETTING_KEYS.map((key) => settingView(key, knownSetting(key), presentVersion(configuration, key))),
    };
  }

  /** One setting. Throws the problem `not-found`. */
  async one(key: string): Promise<SettingView> {
    const setting = knownSetting(key);
    return settingView(key, setting, presentVersion(await this.store.stored(), key));
  }

  /** What a setting was set to, newest first. Throws the problems `not-found` and `invalid-cursor`. */
  async versions(key: string, page: PageRequest): Promise<SettingVersionPage> {
    knownSetting(key);
    const listing = new Listing('setting-versions', key);
    const found = await this.store.before(key, listing.placeIn(page, VERSION_PATTERN), page.limit + 1);
    const { items, ...next } = listing.pageOf(found, page.limit, ({ version }) => String(version));
    return { items: items.map(settingVersionView), ...next };
  }

  /** One version but the first, which is the default. Throws the problem `not-found`. */
  async version(key: string, version: number): Promise<SettingVersionView> {
    knownSetting(key);
    const found = await this.store.version(key, version);
    if (found === undefined) throw new ProblemException('not-found');
    return settingVersionView(found);
  }

  /** What is set, for services; 0.4 s old at most. */
  async forServices(): Promise<ConfigurationDocument> {
    return configurationDocument(await this.store.lately());
  }

  /** The feature flags, 0.4 s old at most. */
  async flags(): Promise<FeatureFlagsView> {
    return featureFlags(await this.store.lately());
  }

  /** What everybody is told, 0.4 s old at most. */
  async notice(): Promise<ProductNoticeView> {
    const { value } = presentVersion(await this.store.lately(), 'product.notice').content;
    return typeof value === 'string' ? { notice: value } : {};
  }
}
