import { isStorageFull } from '../storage/sqlite.js';

/** A refusal that goes to the client as an AMQP error: `condition` decides how its SDK names and retries it. */
export class ServiceBusError extends Error {
  override readonly name = 'ServiceBusError';

  constructor(
    readonly condition: string,
    readonly description: string,
  ) {
    super(`${condition}: ${description}`);
  }
}

/** The refusal that an unexpected failure turns into; its own text stays inside, and the client may retry. */
export function asServiceBusError(error: unknown): ServiceBusError {
  if (error instanceof ServiceBusError) return error;
  if (isStorageFull(error))
    return new ServiceBusError('com.microsoft:server-busy', 'The storage of this server is full.');
  return new ServiceBusError('amqp:internal-error', 'The service was unable to process the request; please retry.');
}

/** What a settlement or a renewal answers when its lock has expired or never was. */
export function lockLost(): ServiceBusError {
  return new ServiceBusError(
    'com.microsoft:message-lock-lost',
    'The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.',
  );
}

/** What a request about a session answers when the lock of the session has expired or never was. */
export function sessionLockLost(): ServiceBusError {
  return new ServiceBusError(
    'com.microsoft:session-lock-lost',
    'The session lock was lost. Accept the session again to go on with its messages.',
  );
}

/** What a token that is not good, or one that does not permit what is asked, answers. */
export function unauthorized(description: string): ServiceBusError {
  return new ServiceBusError('amqp:unauthorized-access', `Unauthorized access. ${description}`);
}

/** What anything that this server does not do answers. */
export function notSupported(what: string): ServiceBusError {
  return new ServiceBusError('amqp:not-implemented', `${what} not supported by this server.`);
}

/** What sending to or receiving from an entity answers that is switched off for it. */
export function entityDisabled(entity: string): ServiceBusError {
  return new ServiceBusError(
    'com.microsoft:entity-disabled',
    `The messaging entity '${entity}' is currently disabled.`,
  );
}

/** What receiving or peeking answers where messages are forwarded. */
export function forwardsOnly(what: 'receiver' | 'browser'): ServiceBusError {
  return new ServiceBusError(
    'amqp:not-allowed',
    `Cannot create a message ${what} on an entity with auto-forwarding enabled.`,
  );
}
