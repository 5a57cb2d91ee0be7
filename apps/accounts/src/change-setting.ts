import { isLooser, settingOf, wrongIn } from '@ballast/contracts/accounts';
import type {
  ChangeSettingRequest,
  RollBackSettingRequest,
  SettingDeclaration,
  SettingView,
} from '@ballast/contracts/accounts';
import { Clock, ProblemException, requireFreshSecondFactor } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { ConfigurationStore } from './adapters/configuration.js';
import { traceNow } from './adapters/trace-now.js';
import type { Decided } from './adapters/versioned.js';
import { noSuchVersion } from './configure-profile.js';
import { changedEvent, presentVersion, settingView, withVersion } from './domain/setting.js';
import type { Configuration, SettingContent } from './domain/setting.js';
import { nextVersion } from './domain/version.js';
import type { ChangeFacts, ChangeMark } from './domain/version.js';

/** An admin asks for another value of a setting. */
export interface SettingChange {
  readonly caller: Caller;
  readonly key: string;
  readonly mark: ChangeMark;
}

/** Sets what services read while they run: each change is one more version, and theirs within a second. */
@Injectable()
export class ChangeSetting {
  constructor(
    private readonly store: ConfigurationStore,
    private readonly clock: Clock,
  ) {}

  /**
   * The setting with the value. Throws the problems `not-found`, `invalid-request` for a value that it cannot have,
   * `second-factor-required` where it allows more than before, `precondition-failed` and `idempotency-key-reused`.
   */
  async execute(asked: SettingChange, { value, reason }: ChangeSettingRequest): Promise<SettingView> {
    const setting = knownSetting(asked.key);
    const wrong = wrongIn(setting, value);
    if (wrong !== undefined)
      throw new ProblemException('invalid-request', { errors: [{ pointer: '/value', detail: wrong }] });
    return this.change(asked, { value }, { reason });
  }

  /** The setting with what an earlier version had: version 1 is the default. Throws the problems of `execute`. */
  async rollBack(asked: SettingChange, { version, reason }: RollBackSettingRequest): Promise<SettingView> {
    const setting = knownSetting(asked.key);
    const content = version === 1 ? {} : (await this.store.version(asked.key, version))?.content;
    // What was right when it was set may be out of a range that was narrowed since.
    const isRight =
      content !== undefined && (content.value === undefined || wrongIn(setting, content.value) === undefined);
    if (!isRight) throw noSuchVersion();
    return this.change(asked, content, { reason, restoredVersion: version });
  }

  private async change(
    { caller, key, mark }: SettingChange,
    content: SettingContent,
    said: Omit<ChangeFacts, 'actor' | 'at'>,
  ): Promise<SettingView> {
    const setting = knownSetting(key);
    const version = await this.store.change(key, mark, async (configuration) => {
      const before = presentVersion(configuration, key);
      if (mark.expectedVersion !== undefined && mark.expectedVersion !== before.version)
        throw new ProblemException('precondition-failed', { detail: `It is at version ${before.version}.` });
      this.requireRight(setting, { before: before.content, after: content, caller });
      return this.decide(configuration, { key, content }, { ...said, actor: caller.userId, at: this.clock.iso() });
    });
    return settingView(key, setting, version);
  }

  private requireRight(
    setting: SettingDeclaration,
    { before, after, caller }: { before: SettingContent; after: SettingContent; caller: Caller },
  ): void {
    const [from, to] = [before.value ?? setting.default, after.value ?? setting.default];
    if (isLooser(setting, from, to)) requireFreshSecondFactor(caller, this.clock);
  }

  private async decide(
    configuration: Configuration,
    { key, content }: { key: string; content: SettingContent },
    facts: ChangeFacts,
  ): Promise<Decided<Configuration, SettingContent>> {
    const before = presentVersion(configuration, key);
    const version = nextVersion(before, content, facts);
    if (version === undefined) return { version: { ...before, changed: [], actor: facts.actor, at: facts.at } };
    const event = changedEvent(version, traceNow(this.clock));
    return { version, change: { head: withVersion(configuration, version), event } };
  }
}

/** What the setting may be. Throws the problem `not-found` where there is none of that name. */
export function knownSetting(key: string): SettingDeclaration {
  const setting = settingOf(key);
  if (setting === undefined) throw new ProblemException('not-found');
  return setting;
}
