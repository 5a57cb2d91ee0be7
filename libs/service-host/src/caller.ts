import type { Role } from '@ballast/contracts/accounts';
import { SetMetadata, createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';

/** Who sends a request, as the verified token says. */
export interface Caller {
  readonly userId: string;
  readonly role: Role;
  /** The session (`ses_…`) or API key (`key_…`) for which the token was made; absent where the token does not say. */
  readonly sessionId?: string;
  /** To what the token is limited; absent, it allows all that the role does. */
  readonly scopes?: readonly string[];
  /** When the caller last showed a second factor, in milliseconds since 1970; absent, never in this session. */
  readonly secondFactorAtMs?: number;
}

/** Metadata keys that the guard reads. */
export const PUBLIC = 'ballast:public';
export const ROLES_ALLOWED = 'ballast:roles';
export const FRESH_SECOND_FACTOR = 'ballast:fresh-second-factor';

/** The request needs no token. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(PUBLIC, true);

/** Only callers of these roles; a role contains no other. Without this every role may. */
export const Roles = (...roles: Role[]): MethodDecorator & ClassDecorator => SetMetadata(ROLES_ALLOWED, roles);

/**
 * Only callers who showed a second factor within the last `SECOND_FACTOR_FRESH_SECONDS`; anybody else gets the problem
 * `second-factor-required`. A token of an API key has none and never passes.
 */
export const RequireFreshSecondFactor = (): MethodDecorator & ClassDecorator => SetMetadata(FRESH_SECOND_FACTOR, true);

/** The `Caller` of this request; throws in a public handler, which has none. */
export const CurrentCaller = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<{ caller?: Caller }>();
  if (caller === undefined) throw new Error('a public handler has no caller');
  return caller;
});
