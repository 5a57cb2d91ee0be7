import type { CopyMoves, PropertyChanges } from './copy-moves.js';
import { deadLetterProperties, type DeadLetterReason } from './dead-letter-reason.js';
import type { DeliveryQueue } from './delivery-queue.js';
import type { Copy } from './ready-queue.js';
import { lockLost, notSupported, ServiceBusError } from './service-bus-error.js';
import { SessionQueue } from './session-entity.js';

/** What receivers say of the messages they hold; each is on disk before its promise resolves. */
export class Settlement {
  constructor(private readonly moves: CopyMoves) {}

  /** Removes a locked message. Throws lock-lost when the lock is gone. */
  async complete(queue: DeliveryQueue, token: Uint8Array): Promise<void> {
    await this.moves.remove(queue, release(queue, token));
  }

  /** Gives a locked message back, counted as a failed delivery. Throws lock-lost when the lock is gone. */
  async abandon(queue: DeliveryQueue, token: Uint8Array, changes: PropertyChanges = {}): Promise<void> {
    await this.moves.giveBack(queue, release(queue, token), changes);
  }

  /** Sets a locked message aside, counted as a failed delivery, for who asks for its number. Throws lock-lost. */
  async defer(queue: DeliveryQueue, token: Uint8Array, changes: PropertyChanges): Promise<void> {
    if (queue instanceof SessionQueue) throw notSupported('Deferring a message of a session is');
    await this.moves.defer(queue, release(queue, token), changes);
  }

  /** Moves a locked message to the dead-letter queue. Throws lock-lost, or not-allowed when it is there already. */
  async deadLetter(queue: DeliveryQueue, token: Uint8Array, why: DeadLetterReason): Promise<void> {
    if (queue.deadLetters === undefined) {
      throw new ServiceBusError('amqp:not-allowed', 'A message of a dead-letter queue cannot be dead-lettered again.');
    }
    await this.moves.bury(queue, release(queue, token), deadLetterProperties(why));
  }

  /** Makes a lock last its full duration from now and gives its end in Unix milliseconds. Throws lock-lost. */
  renew(queue: DeliveryQueue, token: Uint8Array): number {
    const lockedUntilMs = queue.locks.renew(token, Date.now());
    if (lockedUntilMs === undefined) throw lockLost();
    return lockedUntilMs;
  }
}

function release(queue: DeliveryQueue, token: Uint8Array): Copy {
  const copy = queue.locks.release(token, Date.now());
  if (copy === undefined) throw lockLost();
  return copy;
}
