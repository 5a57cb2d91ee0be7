import type { GroupCommit } from '../storage/group-commit.js';
import type { BrokerStore } from './broker-store.js';
import { deadLetterProperties, tooManyDeliveries } from './dead-letter-reason.js';
import type { DeliveryQueue } from './delivery-queue.js';
import { EXPIRED } from './expiry.js';
import { mergeApplicationProperties } from './message-sections.js';
import type { Copy } from './ready-queue.js';
import type { ServiceBusError } from './service-bus-error.js';
import { WriteRetries } from './write-retries.js';

/** Application properties that a settlement sets on a message. */
export type PropertyChanges = Readonly<Record<string, unknown>>;

interface Rewrite {
  readonly deliveryCount: number;
  readonly changes: PropertyChanges;
  readonly deferred: boolean;
}

/**
 * Writes what becomes of copies that nobody holds: removed, given back, deferred, dead-lettered. Each is on disk before its
 * promise resolves; a copy whose end could not be written is where it was, and handed out again a moment later.
 */
export class CopyMoves {
  private readonly retries: WriteRetries;

  constructor(
    private readonly store: BrokerStore,
    private readonly commits: GroupCommit,
    private readonly arrived: (queue: DeliveryQueue) => void,
  ) {
    this.retries = new WriteRetries(arrived);
  }

  close(): void {
    this.retries.close();
  }

  async remove(queue: DeliveryQueue, copy: Copy): Promise<void> {
    let removed = false;
    try {
      await this.written(queue, copy, () => {
        this.store.deleteCopy(queue.subscriptionId, copy);
        removed = true;
      });
    } catch (error) {
      if (removed) this.store.undoDelete(copy);
      throw error;
    }
  }

  /** Puts a copy back as one more failed delivery, or dead-letters it when it failed as often as its queue permits. */
  async giveBack(queue: DeliveryQueue, copy: Copy, changes: PropertyChanges): Promise<void> {
    const deliveryCount = countFailure(queue, copy);
    if (!queue.isDeadLetter && deliveryCount >= queue.policy.maxDeliveryCount) {
      const why = deadLetterProperties({ ...tooManyDeliveries(deliveryCount), properties: changes });
      await this.rewrite(queue, copy, queue.deadLetters!, { deliveryCount, changes: why, deferred: false });
      return;
    }
    await this.rewrite(queue, copy, queue, { deliveryCount, changes, deferred: copy.deferred === true });
  }

  /** Sets a copy aside, as one more failed delivery. */
  async defer(queue: DeliveryQueue, copy: Copy, changes: PropertyChanges): Promise<void> {
    await this.rewrite(queue, copy, queue, { deliveryCount: countFailure(queue, copy), changes, deferred: true });
  }

  /** Dead-letters a copy. */
  async bury(queue: DeliveryQueue, copy: Copy, changes: PropertyChanges): Promise<void> {
    const { deliveryCount } = copy;
    await this.rewrite(queue, copy, queue.deadLetters!, { deliveryCount, changes, deferred: false });
  }

  /** Drops or dead-letters a copy whose time is over, as its queue says. */
  async expire(queue: DeliveryQueue, copy: Copy): Promise<void> {
    await (queue.policy.deadLettersExpired ? this.bury(queue, copy, EXPIRED) : this.remove(queue, copy));
  }

  /** Puts a copy that could not be forwarded into the transfer dead-letter queue, with the reason. */
  async failTransfer(queue: DeliveryQueue, copy: Copy, { condition, description }: ServiceBusError): Promise<void> {
    const changes = deadLetterProperties({ reason: condition, description });
    const { deliveryCount } = copy;
    await this.rewrite(queue, copy, queue.transferDeadLetters!, { deliveryCount, changes, deferred: false });
  }

  private async rewrite(from: DeliveryQueue, copy: Copy, to: DeliveryQueue, what: Rewrite): Promise<void> {
    let rewritten = copy;
    await this.written(from, copy, () => {
      const applicationProperties = this.changedProperties(copy, what.changes);
      const { deliveryCount, deferred } = what;
      rewritten = { ...copy, deliveryCount, deferred, applicationProperties };
      this.store.updateCopy(from.subscriptionId, rewritten, to.part);
    });
    to.place(rewritten);
    this.arrived(to);
  }

  private async written(queue: DeliveryQueue, copy: Copy, write: () => void): Promise<void> {
    try {
      await this.commits.submit(write);
    } catch (error) {
      queue.place(copy);
      this.retries.later(queue);
      throw error;
    }
  }

  private changedProperties(copy: Copy, changes: PropertyChanges): Uint8Array | null {
    if (Object.keys(changes).length === 0) return copy.applicationProperties;
    const current = copy.applicationProperties ?? this.store.message(copy.message).bare;
    return mergeApplicationProperties(Buffer.from(current), changes);
  }
}

/** In a dead-letter queue failures do not count. */
function countFailure(queue: DeliveryQueue, { deliveryCount }: Copy): number {
  return deliveryCount + (queue.isDeadLetter ? 0 : 1);
}
