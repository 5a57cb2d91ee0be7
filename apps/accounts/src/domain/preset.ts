import type { EventEnvelope } from '@ballast/contracts';
import { PRODUCT_ID, SYSTEM_PARTITION } from '@ballast/contracts';
import { presetChanged } from '@ballast/contracts/accounts';
import type { PresetChangedV1, PresetRequest, PresetView, StrategyConfiguration } from '@ballast/contracts/accounts';
import type { TradingLimits } from '@ballast/contracts/orders';
import type { Trace } from '@ballast/service-bus';
import { accountEvent } from './account-event.js';
import { derivedId } from './derived-id.js';
import { factsOf } from './version.js';
import type { Version } from './version.js';

/** What of a preset changes from version to version. */
export interface PresetContent {
  readonly name: string;
  readonly description?: string;
  readonly strategy: StrategyConfiguration;
  readonly risk: TradingLimits;
  /** It is gone; its versions stay, as profiles name them. */
  readonly isDeleted?: true;
}

export type PresetVersion = Version<PresetContent>;

/** A preset of a user, as stored. */
export interface Preset extends PresetContent {
  readonly id: string;
  readonly kind: 'preset';
  readonly productId: string;
  readonly ownerId: string;
  readonly version: number;
}

/** The id of the preset that this user makes with this key: a repetition of the request meets the preset itself. */
export function presetIdOf(ownerId: string, idempotencyKey: string): string {
  return `pre_${derivedId('preset', ownerId, idempotencyKey)}`;
}

/** The content that a request asks for; plain values, so that it can be compared with what was stored. */
export function presetContent({ name, description, strategy, risk }: PresetRequest): PresetContent {
  return JSON.parse(JSON.stringify({ name, description, strategy, risk })) as PresetContent;
}

/** The preset in this version of it. */
export function presetIn(ownerId: string, { of, version, content }: PresetVersion): Preset {
  return { id: of, kind: 'preset', productId: PRODUCT_ID, ownerId, version, ...content };
}

/** The content of the preset as it is now. */
export function contentOfPreset({ name, description, strategy, risk }: Preset): PresetContent {
  return { name, ...(description === undefined ? {} : { description }), strategy, risk };
}

/** The event that tells of a version of a preset. */
export function presetEvent(ownerId: string, version: PresetVersion, trace: Trace): EventEnvelope<PresetChangedV1> {
  const { of: presetId, at, content } = version;
  const { name, isDeleted = false } = content;
  return accountEvent(
    {
      declaration: presetChanged,
      aggregateId: presetId,
      version: version.version,
      subject: presetId,
      partitionKey: SYSTEM_PARTITION,
      ownerId,
      data: { ...factsOf(version), presetId, ownerId, name, isDeleted },
    },
    at,
    trace,
  );
}

/** A preset as its owner sees it, or everybody a shipped one. */
export function presetView(
  id: string,
  { version, content }: Pick<PresetVersion, 'version' | 'content'>,
  { isShipped }: Pick<PresetView, 'isShipped'>,
): PresetView {
  const { name, description, strategy, risk } = content;
  return { name, ...(description === undefined ? {} : { description }), strategy, risk, id, isShipped, version };
}
