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

/** What a handler asks of its caller. */
interface Rules {
  readonly target: unknown;
  readonly isPublic: boolean | undefined;
  readonly roles: readonly Role[] | undefined;
  readonly scopes: readonly Scope[];
  readonly isFresh: boolean | undefined;
}

/**
 * Lets a request in when its handler is public, or its token is valid, of an allowed role, with one of the handler's
 * scopes where it is limited to some and, where the handler wants it, with a fresh second factor; remembers the caller.
 */
export class CallerGuard implements CanActivate {
  /** By handler, of the class that asked last: a handler that several classes inherit is looked up again. */
  private readonly rules = new Map<unknown, Rules>();

  constructor(
    private readonly reflector: Reflector,
    private readonly verifier: TokenVerifier,
    private readonly clock: Clock,
  ) {}

  canActivate(context: ExecutionContext): true | Promise<true> {
    const rules = this.rulesOf(context);
    if (rules.isPublic) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest & { caller?: Caller }>();
    const token = tokenIn(request.headers.authorization);
    const known = this.verifier.known(token);
    if (known !== undefined) return this.admit(request, rules, known);
    return this.callerOf(token).then((caller) => this.admit(request, rules, caller));
  }

  private admit(request: { caller?: Caller }, { roles, scopes, isFresh }: Rules, caller: Caller): true {
    request.caller = caller;
    if (roles !== undefined && !roles.includes(caller.role)) throw new ProblemException('forbidden');
    requireScope(caller, scopes);
    if (isFresh) requireFreshSecondFactor(caller, this.clock);
    return true;
  }

  /** What the handler and its class are decorated with, read once. */
  private rulesOf(context: ExecutionContext): Rules {
    const [handler, target] = [context.getHandler(), context.getClass()];
    const known = this.rules.get(handler);
    if (known?.target === target) return known;
    const targets = [handler, target];
    const rules = {
      target,
      isPublic: this.reflector.getAllAndOverride<boolean>(PUBLIC, targets),
      roles: this.reflector.getAllAndOverride<Role[] | undefined>(ROLES_ALLOWED, targets),
      scopes: this.reflector.get<readonly Scope[] | undefined>(SCOPES_ALLOWED, handler) ?? [],
      isFresh: this.reflector.getAllAndOverride<boolean>(FRESH_SECOND_FACTOR, targets),
    };
    this.rules.set(handler, rules);
    return rules;
  }

  private async callerOf(token: string): Promise<Caller> {
    try {
      return await this.verifier.verify(token);
    } catch (error) {
      if (error instanceof InvalidToken) throw new ProblemException('unauthorized');
      throw error;
    }
  }
}

/** The token of an Authorization header; throws the problem `unauthorized` where there is none. */
function tokenIn(authorization = ''): string {
  const token = /^Bearer ([\w.-]+)$/i.exec(authorization.slice(0, AUTHORIZATION_CHARS_MAX))?.[1];
  if (token === undefined) throw new ProblemException('unauthorized');
  return token;
}

/** Throws the problem `second-factor-required` unless the caller has shown one a moment ago. A token of an API key never has. */
export function requireFreshSecondFactor({ secondFactorAtMs = Number.NEGATIVE_INFINITY }: Caller, clock: Clock): void {
  if (clock.now() - secondFactorAtMs <= SECOND_FACTOR_FRESH_SECONDS * 1_000) return;
  throw new ProblemException('second-factor-required', { detail: HOW_TO_STEP_UP });
}

function requireScope({ scopes }: Caller, allowed: readonly Scope[]): void {
  if (scopes === undefined || allowed.some((scope) => scopes.includes(scope))) return;
  const detail = allowed.length === 0 ? 'No API key opens this.' : `It needs the scope ${allowed.join(' or ')}.`;
  throw new ProblemException('insufficient-scope', { detail });
}
