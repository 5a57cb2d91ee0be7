import type { EventEnvelope } from '@ballast/contracts';
import { profileConfigured } from '@ballast/contracts/accounts';
import type {
  ConfigureProfileRequest,
  ProfileConfiguredV1,
  ProfileVersionView,
  StrategyConfiguration,
} from '@ballast/contracts/accounts';
import type { TradingLimits } from '@ballast/contracts/orders';
import type { Trace } from '@ballast/service-bus';
import { accountEvent } from './account-event.js';
import type { Profile } from './profile.js';
import { factsOf } from './version.js';
import type { Version } from './version.js';

/** What of a profile changes from version to version. */
export interface ProfileContent {
  readonly name: string;
  readonly strategy?: StrategyConfiguration;
  readonly risk?: TradingLimits;
}

export type ProfileVersion = Version<ProfileContent>;

/** The content of the profile as it is now. */
export function contentOf({ name, strategy, risk }: Profile): ProfileContent {
  return {
    name,
    ...(strategy === undefined ? {} : { strategy }),
    ...(risk === undefined ? {} : { risk }),
  };
}

/** The content with the parts that are given; plain values, so that it can be compared with what was stored. */
export function withParts(content: ProfileContent, { name, strategy, risk }: ConfigureProfileRequest): ProfileContent {
  return {
    ...content,
    ...(name === undefined ? {} : { name }),
    ...(strategy === undefined ? {} : { strategy: plain(strategy) }),
    ...(risk === undefined ? {} : { risk: plain(risk) }),
  };
}

const plain = <T>(part: T): T => JSON.parse(JSON.stringify(part)) as T;

/** The first version of a profile, as it was made. Only of one that has not been changed: later, its row says it. */
export function firstVersion(profile: Profile): ProfileVersion {
  const { id, ownerId, createdAt } = profile;
  return { of: id, version: 1, content: contentOf(profile), changed: [], actor: ownerId, at: createdAt };
}

/** The profile in this version of it. */
export function profileIn(profile: Profile, { version, content }: ProfileVersion): Profile {
  const { strategy: _strategy, risk: _risk, ...fixed } = profile;
  return { ...fixed, version, ...content };
}

/** The event that tells of a version of the profile. */
export function configuredEvent(
  { id, ownerId }: Profile,
  version: ProfileVersion,
  trace: Trace,
): EventEnvelope<ProfileConfiguredV1> {
  const { at, content } = version;
  return accountEvent(
    {
      declaration: profileConfigured,
      aggregateId: id,
      version: version.version,
      subject: id,
      partitionKey: id,
      ownerId,
      data: { ...factsOf(version), profileId: id, ...content },
    },
    at,
    trace,
  );
}

/** The version as the owner of the profile sees it. */
export function profileVersionView(version: ProfileVersion): ProfileVersionView {
  return { ...factsOf(version), profileId: version.of, ...version.content, at: version.at };
}
