import { PRESETS_MAX, SHIPPED_PRESET_IDS } from '@ballast/contracts/accounts';
import type {
  ApplyPresetRequest,
  PresetList,
  PresetRequest,
  PresetView,
  ProfileView,
  ShippedPresetId,
} from '@ballast/contracts/accounts';
import { Clock, ProblemException } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { PresetStore } from './adapters/preset.store.js';
import { traceNow } from './adapters/trace-now.js';
import type { Decided } from './adapters/versioned.js';
import { ConfigureProfile } from './configure-profile.js';
import type { ProfileChange } from './configure-profile.js';
import { contentOfPreset, presetContent, presetEvent, presetIdOf, presetIn, presetView } from './domain/preset.js';
import type { Preset, PresetContent, PresetVersion } from './domain/preset.js';
import { SHIPPED_PRESETS, SHIPPED_VERSION } from './domain/shipped-presets.js';
import { nextVersion } from './domain/version.js';
import type { ChangeMark } from './domain/version.js';

/** Keeps the presets of users beside the shipped ones, and gives them to profiles. */
@Injectable()
export class KeepPresets {
  constructor(
    private readonly presets: PresetStore,
    private readonly configureProfile: ConfigureProfile,
    private readonly clock: Clock,
  ) {}

  /** The shipped ones and the user's own. */
  async list(ownerId: string): Promise<PresetList> {
    const own = (await this.presets.list(ownerId)).map((preset) => ownView(preset.id, versionOf(preset)));
    return { items: [...SHIPPED_PRESET_IDS.map(shippedView), ...own] };
  }

  /** One of them. Throws the problem `not-found`. */
  async one(ownerId: string, presetId: string): Promise<PresetView> {
    const preset = await this.find(ownerId, presetId);
    if (preset === undefined) throw new ProblemException('not-found');
    return preset;
  }

  /** Makes one, once per idempotency key. Throws the problems `conflict` for too many and `idempotency-key-reused`. */
  async create(mark: ChangeMark, request: PresetRequest): Promise<PresetView> {
    const { actor } = mark;
    const presetId = presetIdOf(actor, mark.idempotencyKey);
    const content = presetContent(request);
    const made = await this.presets.change(actor, { presetId, mark }, async (earlier) => {
      if (earlier !== undefined) throw new ProblemException('idempotency-key-reused');
      if ((await this.presets.list(actor)).length >= PRESETS_MAX)
        throw new ProblemException('conflict', { detail: `You have ${PRESETS_MAX} presets; delete one first.` });
      const first = { of: presetId, version: 1, content, changed: [], actor, at: this.clock.iso() };
      return this.committing(actor, first);
    });
    return ownView(presetId, made);
  }

  /**
   * Gives it another content as a whole; profiles that have it keep what they got. Throws the problems `not-found`,
   * `conflict` for a shipped one, `precondition-failed` and `idempotency-key-reused`.
   */
  async update(presetId: string, mark: ChangeMark, request: PresetRequest): Promise<PresetView> {
    const content = presetContent(request);
    return ownView(presetId, await this.change(presetId, mark, () => content));
  }

  /** Takes it out of the list for good. Throws the problems of `update`. */
  async delete(presetId: string, mark: ChangeMark): Promise<void> {
    await this.change(presetId, mark, (preset) => ({ ...contentOfPreset(preset), isDeleted: true }));
  }

  /** Gives a profile what the preset says, as a new version that names it. Throws as `ConfigureProfile` does. */
  async apply(asked: ProfileChange, { presetId, reason }: ApplyPresetRequest): Promise<ProfileView> {
    const preset = await this.find(asked.caller.userId, presetId);
    const said = { reason, ...(preset && { preset: { presetId, presetVersion: preset.version } }) };
    // One that is not there is missed inside of the change: a repetition gets its first answer though the preset is gone.
    return this.configureProfile.change(asked, said, ({ name }) => {
      if (preset === undefined) throw noSuchPreset();
      return { name, strategy: preset.strategy, risk: preset.risk };
    });
  }

  private async find(ownerId: string, presetId: string): Promise<PresetView | undefined> {
    if (isShippedId(presetId)) return shippedView(presetId);
    const preset = await this.presets.find(ownerId, presetId);
    return preset && ownView(presetId, versionOf(preset));
  }

  private change(
    presetId: string,
    mark: ChangeMark,
    contentFor: (preset: Preset) => PresetContent,
  ): Promise<PresetVersion> {
    if (isShippedId(presetId)) throw new ProblemException('conflict', { detail: 'A shipped preset stays as it is.' });
    const { actor, expectedVersion } = mark;
    return this.presets.change(actor, { presetId, mark }, (preset) => {
      if (preset === undefined || preset.isDeleted === true) throw new ProblemException('not-found');
      if (expectedVersion !== undefined && expectedVersion !== preset.version)
        throw new ProblemException('precondition-failed', { detail: `It is at version ${preset.version}.` });
      const before = { of: presetId, ...versionOf(preset) };
      const version = nextVersion(before, contentFor(preset), { actor, at: this.clock.iso() });
      if (version === undefined) return { version: { ...before, changed: [], actor, at: this.clock.iso() } };
      return this.committing(actor, version);
    });
  }

  private committing(ownerId: string, version: PresetVersion): Decided<Preset, PresetContent> {
    const event = presetEvent(ownerId, version, traceNow(this.clock));
    return { version, change: { head: presetIn(ownerId, version), event } };
  }
}

const isShippedId = (presetId: string): presetId is ShippedPresetId => Object.hasOwn(SHIPPED_PRESETS, presetId);
const versionOf = (preset: Preset) => ({ version: preset.version, content: contentOfPreset(preset) });
const ownView = (presetId: string, version: Pick<PresetVersion, 'version' | 'content'>): PresetView =>
  presetView(presetId, version, { isShipped: false });
const shippedView = (presetId: ShippedPresetId): PresetView =>
  presetView(presetId, { version: SHIPPED_VERSION, content: SHIPPED_PRESETS[presetId] }, { isShipped: true });

function noSuchPreset(): ProblemException {
  return new ProblemException('invalid-request', {
    errors: [{ pointer: '/presetId', detail: 'is not a preset that you have' }],
  });
}
