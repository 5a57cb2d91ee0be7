import type { Faults } from '../faults/faults.js';
import { BUS_FAULT, refuseIfOrdered } from './bus-faults.js';
import type { CopyMoves, PropertyChanges } from './copy-moves.js';
import { deadLetterProperties, type DeadLetterReason } from './dead-letter-reason.js';
import type { DeliveryQueue } from './delivery-queue.js';
import type { Copy } from './ready-queue.js';
import { lockLost, ServiceBusError } from './service-bus-error.js';

/** What receivers say of the messages they hold; each is on disk before its promise resolves. */
export class Settlement {
  constructor(
    private readonly moves: CopyMoves,
    private readonly faults: Faults,
  ) {}

  /** Removes a locked message. Throws lock-lost when the lock is gone. */
  async complete(queue: DeliveryQueue, token: Uint8Array): Promise<void> {
    const held = this.befall(queue);
    if (held !== undefined) await held;
    const copy = release(queue, token);
    if (this.faults.take(BUS_FAULT.duplicate, queue.name) === undefined) await this.moves.remove(queue, copy);
    else await this.moves.giveBack(queue, copy, {});
  }

  /** Gives a locked message back, counted as a failed delivery. Throws lock-lost when the lock is gone. */
  async abandon(queue: DeliveryQueue, token: Uint8Array, changes: PropertyChanges = {}): Promise<void> {
    const held = this.befall(queue);
    if (held !== undefined) await held;
    await this.moves.giveBack(queue, release(queue, token), changes);
  }

  /** Sets a locked message aside, counted as a failed delivery, for who asks for its number. Throws lock-lost. */
  async defer(queue: DeliveryQueue, token: Uint8Array, changes: PropertyChanges): Promise<void> {
    const held = this.befall(queue);
    if (held !== undefined) await held;
    await this.moves.defer(queue, release(queue, token), changes);
  }

  /** Moves a locked message to the dead-letter queue. Throws lock-lost, or not-allowed when it is there already. */
  async deadLetter(queue: DeliveryQueue, token: Uint8Array, why: DeadLetterReason): Promise<void> {
    if (queue.deadLetters === undefined) {
      throw new ServiceBusError('amqp:not-allowed', 'A message of a dead-letter queue cannot be dead-lettered again.');
    }
    const held = this.befall(queue);
    if (held !== undefined) await held;
    await this.moves.bury(queue, release(queue, token), deadLetterProperties(why));
  }

  /** Makes a lock last its full duration from now and gives its end in Unix milliseconds. Throws lock-lost. */
  renew(queue: DeliveryQueue, token: Uint8Array): number {
    const lockedUntilMs = queue.locks.renew(token, Date.now());
    if (lockedUntilMs === undefined) throw lockLost();
    return lockedUntilMs;
  }

  /** Carries out what was ordered to befall settlements; undefined where the settlement can begin at once. */
  private befall({ name }: DeliveryQueue): Promise<void> | undefined {
    refuseIfOrdered(this.faults, name);
    const slow = this.faults.take(BUS_FAULT.slow, name);
    return slow && new Promise((resolve) => setTimeout(resolve, slow.delayMs));
  }
}

function release(queue: DeliveryQueue, token: Uint8Array): Copy {
  const copy = queue.locks.release(token, Date.now());
  if (copy === undefined) throw lockLost();
  return copy;
}
