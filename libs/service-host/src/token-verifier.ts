import { ROLES, TOKEN_AUDIENCE, TOKEN_ISSUER } from '@ballast/contracts/accounts';
import type { Role } from '@ballast/contracts/accounts';
import { API_KEY_ID_PATTERN, SESSION_ID_PATTERN, USER_ID_PATTERN } from '@ballast/contracts';
import { errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTHeaderParameters } from 'jose';
import type { Caller } from './caller.js';
import type { Clock } from './clock.js';
import type { SessionRefusals } from './revoked-sessions.js';
import type { TokenKey, TokenKeys } from './token-keys.js';

/** Seconds by which the clocks of two machines may differ. */
const CLOCK_SKEW_SECONDS = 5;

/** Milliseconds for which a token that was right is not verified again: so long one of a key that is withdrawn is taken. */
const REMEMBERED_MS = 60_000;
/** Tokens remembered, at most; the one that came first goes. */
const REMEMBERED_MAX = 10_000;

/** The token is not one of ours, was changed, or has expired. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken';
}

/** A caller and until when their token says so. */
export interface VerifiedCaller extends Caller {
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number;
}

/** A token whose signature and claims were right, and until when it need not be looked at again. */
interface ReadToken {
  readonly caller: VerifiedCaller;
  readonly goodUntilMs: number;
}

/** Verifies access tokens: ES256, a key of accounts, issuer, audience, expiry, and that their session has not ended. */
export class TokenVerifier {
  private readonly tokens = new Map<string, ReadToken>();

  constructor(
    private readonly keys: TokenKeys,
    private readonly clock: Clock,
    private refusals?: SessionRefusals,
  ) {}

  /** From now on a token of a session that `refusals` has is none of ours. */
  refuse(refusals: SessionRefusals): void {
    this.refusals = refusals;
  }

  /** Who the token speaks for. Throws `InvalidToken`, or `Failure` while the keys cannot be read. */
  async verify(token: string): Promise<VerifiedCaller> {
    const { caller } = this.remembered(token) ?? (await this.read(token));
    return this.stillSignedIn(caller);
  }

  /**
   * Who the token speaks for, where that is known without waiting: it was right lately and its session goes on. Anything
   * else is `undefined`, and for `verify` to say.
   */
  known(token: string): VerifiedCaller | undefined {
    const { caller } = this.remembered(token) ?? {};
    if (caller?.sessionId === undefined || this.refusals === undefined) return caller;
    return this.refusals.hasNow?.(caller.sessionId) === false ? caller : undefined;
  }

  /** Whether tokens can be verified now. */
  canVerify(): Promise<boolean> {
    return this.keys.areKnown();
  }

  private remembered(token: string): ReadToken | undefined {
    const known = this.tokens.get(token);
    return known !== undefined && this.clock.now() < known.goodUntilMs ? known : undefined;
  }

  /** Verifies what the token itself says, and remembers it. */
  private async read(token: string): Promise<ReadToken> {
    const nowMs = this.clock.now();
    try {
      const { payload } = await jwtVerify(token, (header) => this.keyOf(header), {
        algorithms: ['ES256'],
        issuer: TOKEN_ISSUER,
        audience: TOKEN_AUDIENCE,
        requiredClaims: ['sub', 'exp', 'role'],
        clockTolerance: CLOCK_SKEW_SECONDS,
        currentDate: new Date(nowMs),
      });
      const caller = callerOf(payload);
      const goodUntilMs = Math.min(nowMs + REMEMBERED_MS, caller.expiresAtMs + CLOCK_SKEW_SECONDS * 1_000);
      return this.remember(token, { caller, goodUntilMs });
    } catch (error) {
      if (error instanceof errors.JOSEError) throw new InvalidToken(error.code, { cause: error });
      throw error;
    }
  }

  private remember(token: string, read: ReadToken): ReadToken {
    this.tokens.set(token, read);
    for (const first of this.tokens.keys()) {
      if (this.tokens.size <= REMEMBERED_MAX) break;
      this.tokens.delete(first);
    }
    return read;
  }

  private async stillSignedIn(caller: VerifiedCaller): Promise<VerifiedCaller> {
    const { sessionId } = caller;
    if (sessionId !== undefined && (await this.refusals?.has(sessionId)) === true) {
      throw new InvalidToken('the session has ended');
    }
    return caller;
  }

  private async keyOf(header: JWTHeaderParameters): Promise<TokenKey> {
    const key = header.kid === undefined ? undefined : await this.keys.find(header.kid);
    if (key === undefined) throw new InvalidToken('the key of the token is not known');
    return key;
  }
}

/** Words of a scope as RFC 6749 §3.3 spells them, one space between two. */
const SCOPE_PATTERN = /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/;

/** A claim that is there must be right: one that cannot be read must not count as one that is absent. */
function callerOf(payload: JWTPayload): VerifiedCaller {
  const { sub: userId = '', exp = 0, sid, scope, mfa_at: secondFactorAt } = payload;
  const role = ROLES.find((known): known is Role => known === payload['role']);
  if (!USER_ID_PATTERN.test(userId) || role === undefined) throw new InvalidToken('the claims are not ours');
  return {
    userId,
    role,
    expiresAtMs: exp * 1_000,
    ...(sid === undefined ? {} : { sessionId: sessionIdIn(sid) }),
    ...(scope === undefined ? {} : { scopes: scopesIn(scope) }),
    ...(secondFactorAt === undefined ? {} : { secondFactorAtMs: instantIn(secondFactorAt) }),
  };
}

function sessionIdIn(claim: unknown): string {
  if (typeof claim === 'string' && (SESSION_ID_PATTERN.test(claim) || API_KEY_ID_PATTERN.test(claim))) return claim;
  throw new InvalidToken('the claim sid is not ours');
}

function scopesIn(claim: unknown): string[] {
  if (claim === '') return [];
  if (typeof claim === 'string' && SCOPE_PATTERN.test(claim)) return claim.split(' ');
  throw new InvalidToken('the claim scope is not ours');
}

function instantIn(claim: unknown): number {
  if (Number.isSafeInteger(claim)) return Number(claim) * 1_000;
  throw new InvalidToken('the claim mfa_at is not ours');
}
