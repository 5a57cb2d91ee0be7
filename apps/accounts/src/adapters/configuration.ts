import { PRODUCT_ID } from '@ballast/contracts';
import { ContainerStore } from '@ballast/cosmos';
import { Clock, InjectStore } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { CONFIGURATION_ID, NOTHING_SET } from '../domain/setting.js';
import type { Configuration, SettingContent, SettingVersion } from '../domain/setting.js';
import type { ChangeMark } from '../domain/version.js';
import { Versioned } from './versioned.js';
import type { Decided } from './versioned.js';

/** Milliseconds for which what was read is shown again to services: with what they wait between two looks, under a second. */
const FRESH_MS = 400;
const FIELDS = { productId: PRODUCT_ID };

/** What is set, and its versions, in one partition. */
@Injectable()
export class ConfigurationStore {
  private readonly versioned: Versioned<Configuration, SettingContent>;
  private known: { readonly configuration: Promise<Configuration>; readonly readAtMs: number } | undefined;

  constructor(
    @InjectStore('dynamic_config') store: ContainerStore,
    private readonly clock: Clock,
  ) {
    this.versioned = new Versioned(store, () => CONFIGURATION_ID);
  }

  /** What is set, as it is stored now. */
  async stored(): Promise<Configuration> {
    return (await this.versioned.head(FIELDS)) ?? NOTHING_SET;
  }

  /** What is set, as it was stored 0.4 s ago at most. One read serves all who ask meanwhile. */
  lately(): Promise<Configuration> {
    const nowMs = this.clock.now();
    if (this.known !== undefined && Math.abs(nowMs - this.known.readAtMs) < FRESH_MS) return this.known.configuration;
    const known = { configuration: this.stored(), readAtMs: nowMs };
    this.known = known;
    known.configuration.catch(() => {
      if (this.known === known) this.known = undefined;
    });
    return known.configuration;
  }

  /** Commits what was decided on the setting as it is stored, once per actor and idempotency key. */
  async change(
    key: string,
    mark: ChangeMark,
    decide: (configuration: Configuration) => Promise<Decided<Configuration, SettingContent>>,
  ): Promise<SettingVersion> {
    try {
      return await this.versioned.change(FIELDS, { of: key, mark }, (head = NOTHING_SET) => decide(head));
    } finally {
      this.known = undefined;
    }
  }

  /** One version of a setting but the first, which is its default; or `undefined`. */
  version(key: string, version: number): Promise<SettingVersion | undefined> {
    return this.versioned.version(FIELDS, key, version);
  }

  /** Up to `limit` versions before that one, newest first; from the newest where none is named. */
  before(key: string, before: string | undefined, limit: number): Promise<SettingVersion[]> {
    return this.versioned.versions(FIELDS, key, { before, limit });
  }
}
