import type { Role } from '@ballast/contracts/accounts';
import { SetMetadata, createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';

/** Who sends a request, as the verified token says. */
export interface Caller {
  readonly userId: string;
  readonly role: Role;
}

/** Metadata keys that the guard reads. */
export const PUBLIC = 'ballast:public';
export const ROLES_ALLOWED = 'ballast:roles';

/** The request needs no token. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(PUBLIC, true);

/** Only callers of these roles; a role contains no other. Without this every role may. */
export const Roles = (...roles: Role[]): MethodDecorator & ClassDecorator => SetMetadata(ROLES_ALLOWED, roles);

/** The `Caller` of this request; throws in a public handler, which has none. */
export const CurrentCaller = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<{ caller?: Caller }>();
  if (caller === undefined) throw new Error('a public handler has no caller');
  return caller;
});
