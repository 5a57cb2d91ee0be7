import { AsyncLocalStorage } from 'node:async_hooks';
import { BaseRpcExceptionFilter } from '@nestjs/microservices';
import { throwError } from 'rxjs';

const keeping = new AsyncLocalStorage<true>();
let isInstalled = false;

/**
 * Runs a Nest event handler so that what it throws comes out as it was thrown. Nest's own exception filter replaces
 * every error by `{ status, message: 'Internal server error' }`, meant for the caller of a request; an event has no
 * caller, and whether it was a `Failure` or a bug decides what becomes of its message. Handlers that are not run by this
 * function keep Nest's behaviour.
 */
export function keepHandlerErrors<T>(work: () => T): T {
  install();
  return keeping.run(true, work);
}

function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  const replaceError = BaseRpcExceptionFilter.prototype.handleUnknownError;
  BaseRpcExceptionFilter.prototype.handleUnknownError = function (exception: unknown, status: string) {
    return keeping.getStore() ? throwError(() => exception) : replaceError.call(this, exception, status);
  };
}
