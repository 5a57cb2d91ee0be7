import { PRODUCT_ID } from '@ballast/contracts';
import { PRESETS_MAX } from '@ballast/contracts/accounts';
import { ContainerStore } from '@ballast/cosmos';
import { InjectStore } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import type { Preset, PresetContent, PresetVersion } from '../domain/preset.js';
import type { ChangeMark } from '../domain/version.js';
import { Versioned } from './versioned.js';
import type { Decided } from './versioned.js';

/** The presets of users with their versions, a partition per user. */
@Injectable()
export class PresetStore {
  constructor(@InjectStore('strategy_presets') private readonly store: ContainerStore) {}

  /** The user's presets that are not gone, in the order of their ids. */
  async list(ownerId: string): Promise<Preset[]> {
    const { items } = await this.store.query<Preset>({
      query: 'SELECT * FROM c WHERE c.kind = @kind AND NOT IS_DEFINED(c.isDeleted) ORDER BY c.id',
      parameters: { '@kind': 'preset' },
      partition: [PRODUCT_ID, ownerId],
      pageSize: PRESETS_MAX,
    });
    return items;
  }

  /** The user's preset of that id, or `undefined` where there is none, or none any more. */
  async find(ownerId: string, presetId: string): Promise<Preset | undefined> {
    const preset = (await this.store.read<Preset>(presetId, [PRODUCT_ID, ownerId]))?.document;
    return preset?.isDeleted === true ? undefined : preset;
  }

  /** Commits what was decided on the preset as it is stored, once per actor and idempotency key. */
  change(
    ownerId: string,
    { presetId, mark }: { readonly presetId: string; readonly mark: ChangeMark },
    decide: (preset: Preset | undefined) => Decided<Preset, PresetContent> | Promise<Decided<Preset, PresetContent>>,
  ): Promise<PresetVersion> {
    // One head each: the presets of a user share the partition, and nothing of theirs has to change together.
    const versioned = new Versioned<Preset, PresetContent>(this.store, () => presetId);
    return versioned.change({ productId: PRODUCT_ID, ownerId }, { of: presetId, mark }, decide);
  }
}
