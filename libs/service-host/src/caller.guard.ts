import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { SECOND_FACTOR_FRESH_SECONDS } from '@ballast/contracts/accounts';
import type { Role, Scope } from '@ballast/contracts/accounts';
import type { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { FRESH_SECOND_FACTOR, PUBLIC, ROLES_ALLOWED } from './caller.js';
import type { Caller } from './caller.js';
import type { Clock } from './clock.js';
import { ProblemException } from './problem-exception.js';
import { SCOPES_ALLOWED } from './scopes.js';
import { InvalidToken } from './token-verifier.js';
import type { TokenVerifier } from './token-verifier.js';

/** Characters of an Authorization header that are looked at. */
const AUTHORIZATION_CHARS_MAX = 8_192;
/** Shown to a caller who needs a second factor. */
const HOW_TO_STEP_UP =
  'Send a one-time code to POST /v1/auth/step-up and repeat this with the token that it gives; who has no second ' +
  'factor yet enrols one with POST /v1/auth/second-factor.';

/**
 * Lets a request in when its handler is public, or its token is valid, of an allowed role, with one of the handler's
 * scopes where it is limited to some and, where the handler wants it, with a fresh second factor; remembers the caller.
 */
export class CallerGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly verifier: TokenVerifier,
    private readonly clock: Clock,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, targets)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest & { caller?: Caller }>();
    const caller = await this.callerOf(request.headers.authorization);
    request.caller = caller;
    const allowed = this.reflector.getAllAndOverride<Role[] | undefined>(ROLES_ALLOWED, targets);
    if (allowed !== undefined && !allowed.includes(caller.role)) throw new ProblemException('forbidden');
    requireScope(caller, this.reflector.get<readonly Scope[] | undefined>(SCOPES_ALLOWED, context.getHandler()) ?? []);
    if (this.reflector.getAllAndOverride<boolean>(FRESH_SECOND_FACTOR, targets)) this.requireFresh(caller);
    return true;
  }

  private requireFresh({ secondFactorAtMs = Number.NEGATIVE_INFINITY }: Caller): void {
    if (this.clock.now() - secondFactorAtMs <= SECOND_FACTOR_FRESH_SECONDS * 1_000) return;
    throw new ProblemException('second-factor-required', { detail: HOW_TO_STEP_UP });
  }

  private async callerOf(authorization: string | undefined): Promise<Caller> {
    const token = /^Bearer ([\w.-]+)$/i.exec((authorization ?? '').slice(0, AUTHORIZATION_CHARS_MAX))?.[1];
    if (token === undefined) throw new ProblemException('unauthorized');
    try {
      return await this.verifier.verify(token);
    } catch (error) {
      if (error instanceof InvalidToken) throw new ProblemException('unauthorized');
      throw error;
    }
  }
}

function requireScope({ scopes }: Caller, allowed: readonly Scope[]): void {
  if (scopes === undefined || allowed.some((scope) => scopes.includes(scope))) return;
  const detail = allowed.length === 0 ? 'No API key opens this.' : `It needs the scope ${allowed.join(' or ')}.`;
  throw new ProblemException('insufficient-scope', { detail });
}
