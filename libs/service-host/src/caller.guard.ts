import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Role } from '@ballast/contracts/accounts';
import type { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { PUBLIC, ROLES_ALLOWED } from './caller.js';
import type { Caller } from './caller.js';
import { ProblemException } from './problem-exception.js';
import { InvalidToken } from './token-verifier.js';
import type { TokenVerifier } from './token-verifier.js';

/** Characters of an Authorization header that are looked at. */
const AUTHORIZATION_CHARS_MAX = 8_192;

/** Lets a request in when its handler is public or its token is valid and of an allowed role; remembers the caller. */
export class CallerGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly verifier: TokenVerifier,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, targets)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest & { caller?: Caller }>();
    const caller = await this.callerOf(request.headers.authorization);
    request.caller = caller;
    const allowed = this.reflector.getAllAndOverride<Role[] | undefined>(ROLES_ALLOWED, targets);
    if (allowed !== undefined && !allowed.includes(caller.role)) throw new ProblemException('forbidden');
    return true;
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
