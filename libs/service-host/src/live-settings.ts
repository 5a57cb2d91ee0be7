import { setTimeout as delay } from 'node:timers/promises';
import { CONFIGURATION_PATH, SETTINGS, settingOf, wrongIn } from '@ballast/contracts/accounts';
import type { ConfigurationDocument, SettingDeclaration, SettingKey, SettingValue } from '@ballast/contracts/accounts';
import type { FactoryProvider, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { getJson } from './get-json.js';
import { Readiness } from './readiness.js';
import { ServiceLog } from './service-log.js';

/** Milliseconds between two looks. With what accounts waits between two reads, a change is here within a second. */
export const CONFIGURATION_POLL_MS = 400;
const LOOK_MS_MAX = 1_000;

/** What is set, or `undefined` where it is what the tag stands for still. */
export type FetchConfiguration = (
  knownTag: string | undefined,
  signal: AbortSignal,
) => Promise<{ readonly tag: string; readonly document: ConfigurationDocument } | undefined>;

type Typed<Key extends SettingKey> = (typeof SETTINGS)[Key] extends { type: 'integer' }
  ? number
  : (typeof SETTINGS)[Key] extends { type: 'flag' }
    ? boolean
    : string;

/**
 * The settings of the product as this process knows them: read before the start is complete, and looked at again for as long
 * as it runs, by every replica for itself. While accounts is away what was known last holds, and before that the defaults.
 */
export class LiveSettings implements OnModuleInit, OnApplicationShutdown {
  private values: Readonly<Record<string, SettingValue>> = {};
  private tag: string | undefined;
  private isKnown = false;
  private isAway = false;
  private readonly stopping = new AbortController();
  private looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly fetchConfiguration: FetchConfiguration,
    private readonly log: ServiceLog,
    readiness: Readiness,
  ) {
    readiness.add({ name: 'configuration', check: () => ({ ok: this.isKnown, detail: { revision: this.tag ?? '' } }) });
  }

  /** What an admin has set, or `undefined` where the default holds. */
  set<Key extends SettingKey>(key: Key): Typed<Key> | undefined {
    return this.values[key] as Typed<Key> | undefined;
  }

  /** What holds now; of a setting without a default `undefined` where it is not set. */
  get<Key extends SettingKey>(key: Key): Typed<Key> | DefaultOf<Key> {
    return this.set(key) ?? ((SETTINGS[key] as SettingDeclaration).default as DefaultOf<Key>);
  }

  /** Looks once, so that what is set holds from the first request on, and goes on looking. */
  async onModuleInit(): Promise<void> {
    await this.look();
    this.looking = this.keepLooking();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.looking;
  }

  private async keepLooking(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await delay(CONFIGURATION_POLL_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await this.look();
    }
  }

  private async look(): Promise<void> {
    try {
      const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(LOOK_MS_MAX)]);
      const found = await this.fetchConfiguration(this.tag, signal);
      if (found !== undefined && found.tag !== this.tag) this.take(found.tag, found.document);
      if (this.isAway) this.log.info({ revision: this.tag }, 'the configuration can be read again');
      [this.isKnown, this.isAway] = [true, false];
    } catch (error) {
      if (this.stopping.signal.aborted || this.isAway) return;
      this.isAway = true;
      this.log.warn({ err: error }, 'the configuration cannot be read; what was known last holds, else the defaults');
    }
  }

  /** A value that this version of the service does not take is left as it was: accounts may know a wider range. */
  private take(tag: string, { values }: ConfigurationDocument): void {
    const taken = Object.entries(values).flatMap(([key, value]): [string, SettingValue][] => {
      const setting = settingOf(key);
      if (setting === undefined) return [];
      const before = this.values[key];
      if (wrongIn(setting, value) === undefined) return [[key, value]];
      this.log.error({ key }, 'a setting has a value that this version of the service does not take');
      return before === undefined ? [] : [[key, before]];
    });
    if (this.isKnown) this.log.info({ revision: tag }, 'the configuration has changed');
    [this.values, this.tag] = [Object.fromEntries(taken), tag];
  }
}

type DefaultOf<Key extends SettingKey> = (typeof SETTINGS)[Key] extends { default: infer Default }
  ? Default
  : undefined;

/** Provides the `LiveSettings` of a service that asks accounts there. */
export function liveSettings(accountsUrl: string): FactoryProvider<LiveSettings> {
  return {
    provide: LiveSettings,
    inject: [ServiceLog, Readiness],
    useFactory: (log: ServiceLog, readiness: Readiness) => new LiveSettings(settingsAt(accountsUrl), log, readiness),
  };
}

/** Reads what accounts says is set; an accounts that knows no settings yet says that nothing is. */
export function settingsAt(accountsUrl: string): FetchConfiguration {
  return async (knownTag, signal) => {
    const { status, headers, json } = await getJson(`${accountsUrl}${CONFIGURATION_PATH}`, {
      ...(knownTag !== undefined && { headers: { 'if-none-match': knownTag } }),
      signal,
    });
    if (status === 304) return undefined;
    if (status === 404) return { tag: '', document: { revision: 0, values: {} } };
    if (status !== 200) throw new Error(`accounts answered ${status}`);
    return { tag: headers.etag ?? '', document: json() as ConfigurationDocument };
  };
}
