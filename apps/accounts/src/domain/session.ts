import { PRODUCT_ID, SYSTEM_PARTITION } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import {
  ACCESS_TOKEN_TTL_SECONDS,
  SESSION_TTL_SECONDS,
  sessionRevoked,
  userSignedIn,
} from '@ballast/contracts/accounts';
import type {
  SessionEndReason,
  SessionRevokedV1,
  SessionView,
  SignInMethod,
  UserSignedInV1,
} from '@ballast/contracts/accounts';
import { accountEvent } from './account-event.js';
import type { Occasion } from './user.js';

/** Milliseconds for which the refresh token before the newest gives the newest again: two tabs may refresh at once. */
export const REFRESH_GRACE_MS = 10_000;
/** Sessions of one user, at most; another one ends the oldest. */
export const SESSIONS_MAX = 40;
/** Seconds for which it is remembered that a session ended: longer than any of its access tokens lives. */
const REVOCATION_TTL_SECONDS = ACCESS_TOKEN_TTL_SECONDS + 300;
const DEVICE_CHARS_MAX = 256;
const ADDRESS_CHARS_MAX = 64;

/** Where a request comes from, as far as it says. */
export interface Client {
  readonly device?: string;
  readonly address?: string;
}

/** A session as stored. */
export interface Session {
  readonly id: string;
  readonly productId: string;
  readonly userId: string;
  readonly kind: 'session';
  readonly ttl: number;
  readonly method: SignInMethod;
  readonly device?: string;
  readonly address?: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
  /** Number of the newest refresh token, from 1. */
  readonly generation: number;
  /** SHA-256 in hexadecimal of the newest refresh token's secret. */
  readonly refreshHash: string;
  /** When the user last showed the second factor in it, in seconds since 1970. */
  readonly secondFactorAt?: number;
}

/** What takes the place of a session that ended before its time. */
export interface Revocation {
  readonly id: string;
  readonly productId: string;
  readonly userId: string;
  readonly kind: 'revocation';
  readonly ttl: number;
  readonly reason: SessionEndReason;
  readonly endedAt: string;
}

/** How a session begins. */
export interface SessionStart {
  readonly sessionId: string;
  readonly userId: string;
  readonly method: SignInMethod;
  readonly client: Client;
  readonly refreshHash: string;
}

const ttlUntil = (expiresAt: string, nowMs: number): number =>
  Math.max(1, Math.ceil((Date.parse(expiresAt) - nowMs) / 1_000));

const clientFields = ({ device, address }: Client): Client => ({
  ...(device === undefined || device === '' ? {} : { device: device.slice(0, DEVICE_CHARS_MAX) }),
  ...(address === undefined || address === '' ? {} : { address: address.slice(0, ADDRESS_CHARS_MAX) }),
});

/** A session that begins now, and the event that tells of it. */
export function newSession(
  { sessionId, userId, method, client, refreshHash }: SessionStart,
  { time, trace }: Occasion,
): { session: Session; event: EventEnvelope<UserSignedInV1> } {
  const nowMs = Date.parse(time);
  const session: Session = {
    id: sessionId,
    productId: PRODUCT_ID,
    userId,
    kind: 'session',
    ttl: SESSION_TTL_SECONDS,
    method,
    ...clientFields(client),
    createdAt: time,
    lastUsedAt: time,
    expiresAt: new Date(nowMs + SESSION_TTL_SECONDS * 1_000).toISOString(),
    generation: 1,
    refreshHash,
    ...(method === 'second-factor' ? { secondFactorAt: Math.floor(nowMs / 1_000) } : {}),
  };
  const event = accountEvent(
    {
      declaration: userSignedIn,
      aggregateId: sessionId,
      subject: userId,
      partitionKey: SYSTEM_PARTITION,
      data: { userId, sessionId, method },
    },
    time,
    trace,
  );
  return { session, event };
}

/** The session after its user showed the second factor again. */
export function steppedUp(session: Session, nowMs: number): Session {
  return { ...session, ttl: ttlUntil(session.expiresAt, nowMs), secondFactorAt: Math.floor(nowMs / 1_000) };
}

/** A refresh token of the session: which one, and whether its secret is the one that was given out as that. */
export interface PresentedToken {
  readonly generation: number;
  readonly isGenuine: boolean;
}

/**
 * What a refresh token is worth: the next one (`rotate`), the newest again (`repeat`: another tab was faster by at most
 * ten seconds), nothing (`refused`), or the end of the session (`reused`: two parties have its tokens).
 */
export function decideRefresh(
  session: Session,
  { generation, isGenuine }: PresentedToken,
  nowMs: number,
): 'rotate' | 'repeat' | 'reused' | 'refused' {
  if (!isGenuine || generation > session.generation || Date.parse(session.expiresAt) <= nowMs) return 'refused';
  if (generation === session.generation) return 'rotate';
  const isRecent = nowMs - Date.parse(session.lastUsedAt) <= REFRESH_GRACE_MS;
  return generation === session.generation - 1 && isRecent ? 'repeat' : 'reused';
}

/** The session with its next refresh token. */
export function rotated(
  session: Session,
  refreshHash: string,
  { client, nowMs }: { client: Client; nowMs: number },
): Session {
  return {
    ...session,
    ...clientFields(client),
    ttl: ttlUntil(session.expiresAt, nowMs),
    lastUsedAt: new Date(nowMs).toISOString(),
    generation: session.generation + 1,
    refreshHash,
  };
}

/** Why a session ends before its time, and who ended it where that is not its user. */
export interface SessionEnd {
  readonly reason: SessionEndReason;
  readonly actor?: string;
}

/** The end of a session: what takes its place, and the event that tells of it. */
export function endedSession(
  { sessionId, userId, ...why }: { sessionId: string; userId: string } & SessionEnd,
  { time, trace }: Occasion,
): { revocation: Revocation; event: EventEnvelope<SessionRevokedV1> } {
  const revocation: Revocation = {
    id: sessionId,
    productId: PRODUCT_ID,
    userId,
    kind: 'revocation',
    ttl: REVOCATION_TTL_SECONDS,
    reason: why.reason,
    endedAt: time,
  };
  const event = accountEvent(
    {
      declaration: sessionRevoked,
      aggregateId: sessionId,
      version: 2,
      subject: sessionId,
      partitionKey: SYSTEM_PARTITION,
      data: { sessionId, userId, ...why },
    },
    time,
    trace,
  );
  return { revocation, event };
}

/** The session as its user sees it. */
export function sessionViewOf(session: Session, currentId: string | undefined): SessionView {
  const { id, method, device, address, createdAt, lastUsedAt, expiresAt } = session;
  return {
    id,
    current: id === currentId,
    method,
    ...clientFields({ ...(device && { device }), ...(address && { address }) }),
    createdAt,
    lastUsedAt,
    expiresAt,
  };
}
