import { PRODUCT_ID, SYSTEM_PARTITION } from '@ballast/contracts';
import type { EventDeclaration, EventEnvelope } from '@ballast/contracts';
import {
  API_KEY_DAYS_DEFAULT,
  apiKeyCreated,
  apiKeyRevoked,
  apiKeyRotated,
  usagePlanAssigned,
} from '@ballast/contracts/accounts';
import type { ApiKeyView, CreateApiKeyRequest, Scope } from '@ballast/contracts/accounts';
import type { Trace } from '@ballast/service-bus';
import { accountEvent } from './account-event.js';
import { derivedId } from './derived-id.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Seconds for which a key is still shown after its end; then it vanishes by itself, and audit alone knows of it, for about as long. */
const KEPT_SECONDS = 7_776_000;
/** Characters of a secret that are shown in lists: they are of the key's id and not secret. */
const PREFIX_CHARS = 11;

/** An API key as stored: what it may do, and the hash of its secret, never the secret. */
export interface ApiKey {
  readonly id: string;
  readonly productId: string;
  readonly keyId: string;
  readonly kind: 'api-key';
  /** Seconds from its last change on after which it vanishes; absent for those of before. */
  readonly ttl?: number;
  readonly ownerId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly allowedAddresses?: readonly string[];
  readonly plan?: string;
  readonly secretHash: string;
  /** The secret before, while it is still valid. */
  readonly previous?: { readonly secretHash: string; readonly validUntil: string };
  readonly version: number;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly rotatedAt?: string;
  readonly revokedAt?: string;
  /** To the minute, so that a busy key is written once a minute. */
  readonly lastUsedAt?: string;
  /** The requests that made it and that rotated it last, by which a repetition is known. */
  readonly madeBy: RequestMark;
  readonly rotatedBy?: RequestMark;
}

/** By what a repeated request is known: its idempotency key, and the hash of what it asked. */
export interface RequestMark {
  readonly idempotencyKey: string;
  readonly requestHash: string;
}

/** When something happens to a key, in which trace and by which request. */
export interface KeyOccasion {
  /** ISO 8601. */
  readonly time: string;
  readonly trace: Trace;
}

/** A key after something happened to it, and the event that tells of it. */
export interface KeyChange {
  readonly key: ApiKey;
  readonly event: EventEnvelope;
}

/** The id of the key that this user makes with this idempotency key: a repetition of the request meets the key itself. */
export function apiKeyIdOf(ownerId: string, idempotencyKey: string): string {
  return `key_${derivedId('api-key', ownerId, idempotencyKey)}`;
}

/** The id of the key whose secret this claims to be. The text must match `API_KEY_SECRET_PATTERN`. */
export function keyIdOfSecret(secret: string): string {
  return `key_${secret.slice(3, 29)}`;
}

/** A new key as its owner asks for it. */
export function newApiKey(
  asked: { ownerId: string; request: CreateApiKeyRequest; madeBy: RequestMark; secretHash: string },
  { time, trace }: KeyOccasion,
): KeyChange {
  const { ownerId, request, madeBy, secretHash } = asked;
  const { name, scopes, allowedAddresses, plan } = request;
  const keyId = apiKeyIdOf(ownerId, madeBy.idempotencyKey);
  const expiresAt = request.expiresAt ?? new Date(Date.parse(time) + API_KEY_DAYS_DEFAULT * DAY_MS).toISOString();
  const terms = {
    name,
    scopes,
    ...(allowedAddresses === undefined ? {} : { allowedAddresses }),
    ...(plan === undefined ? {} : { plan }),
    expiresAt,
  };
  const key = keptAt(time, {
    ...{ id: keyId, productId: PRODUCT_ID, keyId, kind: 'api-key', ownerId },
    ...terms,
    ...{ secretHash, version: 1, createdAt: time, madeBy },
  });
  return { key, event: eventOf(key, apiKeyCreated, { keyId, ownerId, ...terms }, { time, trace }) };
}

/** The key with another secret; the one before stays valid for `overlapSeconds`. */
export function rotated(
  key: ApiKey,
  { secretHash, overlapSeconds, rotatedBy }: { secretHash: string; overlapSeconds: number; rotatedBy: RequestMark },
  { time, trace }: KeyOccasion,
): KeyChange {
  const { keyId, ownerId } = key;
  const validUntil = new Date(Date.parse(time) + overlapSeconds * 1_000).toISOString();
  const previous = { secretHash: key.secretHash, validUntil };
  const next = keptAt(time, { ...key, secretHash, previous, rotatedAt: time, rotatedBy, version: key.version + 1 });
  return {
    key: next,
    event: eventOf(next, apiKeyRotated, { keyId, ownerId, previousValidUntil: validUntil }, { time, trace }),
  };
}

/** The key, revoked by that user. */
export function revoked(key: ApiKey, revokedBy: string, { time, trace }: KeyOccasion): KeyChange {
  const { keyId, ownerId } = key;
  const next = keptAt(time, { ...key, revokedAt: time, version: key.version + 1 });
  return { key: next, event: eventOf(next, apiKeyRevoked, { keyId, ownerId, revokedBy }, { time, trace }) };
}

/** The key with a usage plan of its own, or `undefined` where it has that one already. */
export function withPlan(
  key: ApiKey,
  plan: string,
  { assignedBy, ...occasion }: KeyOccasion & { assignedBy: string },
): KeyChange | undefined {
  if (key.plan === plan) return undefined;
  const next = keptAt(occasion.time, { ...key, plan, version: key.version + 1 });
  return { key: next, event: eventOf(next, usagePlanAssigned, { subject: key.keyId, plan, assignedBy }, occasion) };
}

/** The key with the minute in which it was used, or `undefined` where it says so already. */
export function used(key: ApiKey, nowMs: number): ApiKey | undefined {
  const lastUsedAt = new Date(Math.floor(nowMs / MINUTE_MS) * MINUTE_MS).toISOString();
  return lastUsedAt === key.lastUsedAt ? undefined : keptAt(lastUsedAt, { ...key, lastUsedAt });
}

/** The key, to vanish a while after its end, whether it expires or was revoked. */
function keptAt(time: string, key: ApiKey): ApiKey {
  const secondsLeft = key.revokedAt === undefined ? (Date.parse(key.expiresAt) - Date.parse(time)) / 1_000 : 0;
  return { ...key, ttl: Math.max(0, Math.ceil(secondsLeft)) + KEPT_SECONDS };
}

/** Whether the key opens anything at that time, in milliseconds since 1970, and why not. */
export function stateOf({ revokedAt, expiresAt }: ApiKey, nowMs: number): ApiKeyView['state'] {
  if (revokedAt !== undefined) return 'revoked';
  return Date.parse(expiresAt) <= nowMs ? 'expired' : 'active';
}

/** The hashes of the secrets that open the key at that time. */
export function validHashes({ secretHash, previous }: ApiKey, nowMs: number): string[] {
  const isStillValid = previous !== undefined && nowMs < Date.parse(previous.validUntil);
  return [secretHash, ...(isStillValid ? [previous.secretHash] : [])];
}

/** The key as its owner sees it. */
export function apiKeyViewOf(key: ApiKey, nowMs: number): ApiKeyView {
  const { id, ownerId, name, scopes, allowedAddresses, plan, createdAt, expiresAt } = key;
  const { lastUsedAt, rotatedAt, revokedAt } = key;
  return {
    ...{ id, ownerId, name, prefix: `bk_${id.slice(4)}`.slice(0, PREFIX_CHARS), scopes: [...scopes] },
    ...(allowedAddresses === undefined ? {} : { allowedAddresses: [...allowedAddresses] }),
    ...(plan === undefined ? {} : { plan }),
    ...{ state: stateOf(key, nowMs), createdAt, expiresAt },
    ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
    ...(rotatedAt === undefined ? {} : { rotatedAt }),
    ...(revokedAt === undefined ? {} : { revokedAt }),
  };
}

function eventOf<Data extends object>(
  { keyId, ownerId, version }: ApiKey,
  declaration: EventDeclaration<Data>,
  data: Data,
  { time, trace }: KeyOccasion,
): EventEnvelope<Data> {
  const about = { aggregateId: keyId, version, subject: keyId, partitionKey: SYSTEM_PARTITION, ownerId };
  return accountEvent({ declaration, ...about, data }, time, trace);
}
