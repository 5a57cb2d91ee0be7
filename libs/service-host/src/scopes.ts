import type { Scope } from '@ballast/contracts/accounts';
import { SetMetadata, applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';

/** Metadata key that the guard reads. */
export const SCOPES_ALLOWED = 'ballast:scopes';

/**
 * A token that is limited to scopes needs one of these; anybody else's is not asked. A handler without this is closed to
 * such tokens. Documented as `x-scopes`.
 */
export const Scopes = (...scopes: [Scope, ...Scope[]]): MethodDecorator =>
  applyDecorators(SetMetadata(SCOPES_ALLOWED, scopes), ApiExtension('x-scopes', scopes));
