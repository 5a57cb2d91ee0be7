import { PRODUCT_ID } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { ENTRIES_PER_SYMBOL_MAX_DEFAULT, profileCreated } from '@ballast/contracts/accounts';
import type {
  CreateProfileRequest,
  ProfileCreatedV1,
  ProfileView,
  Role,
  StrategyConfiguration,
} from '@ballast/contracts/accounts';
import type { TradingLimits } from '@ballast/contracts/orders';
import type { Trace } from '@ballast/service-bus';
import { accountEvent } from './account-event.js';
import { derivedId } from './derived-id.js';

/** A profile as stored. */
export interface Profile {
  readonly id: string;
  readonly productId: string;
  readonly profileId: string;
  readonly kind: 'profile';
  readonly ownerId: string;
  readonly name: string;
  readonly entriesPerSymbolMax: number;
  readonly createdAt: string;
  /** The number of the present version; absent, it is as it was made, and no version has a row. */
  readonly version?: number;
  readonly strategy?: StrategyConfiguration;
  readonly risk?: TradingLimits;
  /** Hash of the request that made it: the same key with another request is told apart by it. */
  readonly requestHash: string;
}

/** Somebody asks for a profile of their own. */
export interface CreateProfileCommand {
  readonly ownerId: string;
  readonly idempotencyKey: string;
  readonly requestHash: string;
  readonly request: CreateProfileRequest;
}

/** The id of the profile that this user makes with this key: a repetition of the request meets the profile itself. */
export function profileIdOf(ownerId: string, idempotencyKey: string): string {
  return `prf_${derivedId('profile', ownerId, idempotencyKey)}`;
}

/** The profile that a command asks for and the event that tells of it. `createdAt` is ISO 8601. */
export function newProfile(
  { ownerId, idempotencyKey, requestHash, request }: CreateProfileCommand,
  createdAt: string,
  trace: Trace,
): { profile: Profile; event: EventEnvelope<ProfileCreatedV1> } {
  const profileId = profileIdOf(ownerId, idempotencyKey);
  const { name, entriesPerSymbolMax = ENTRIES_PER_SYMBOL_MAX_DEFAULT } = request;
  const profile: Profile = {
    id: profileId,
    productId: PRODUCT_ID,
    profileId,
    kind: 'profile',
    ownerId,
    name,
    entriesPerSymbolMax,
    createdAt,
    requestHash,
  };
  const event = accountEvent(
    {
      declaration: profileCreated,
      aggregateId: profileId,
      subject: profileId,
      partitionKey: profileId,
      ownerId,
      data: { profileId, ownerId, name, entriesPerSymbolMax },
    },
    createdAt,
    trace,
  );
  return { profile, event };
}

/** The profile as its owner sees it. */
export function profileViewOf(profile: Profile): ProfileView {
  const { id, ownerId, name, entriesPerSymbolMax, version = 1, strategy, risk, createdAt } = profile;
  return {
    ...{ id, ownerId, name, entriesPerSymbolMax, version },
    ...(strategy === undefined ? {} : { strategy }),
    ...(risk === undefined ? {} : { risk }),
    createdAt,
  };
}

/** Whether the caller may see the profiles of everybody. */
export function seesAllProfiles(role: Role): boolean {
  return role === 'operator' || role === 'admin';
}
