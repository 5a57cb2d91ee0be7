import type { GroupCommit } from '../storage/group-commit.js';
import type { BrokerStore } from './broker-store.js';
import { deadLetterProperties, tooManyDeliveries } from './dead-letter-reason.js';
import type { DeliveryQueue } from './delivery-queue.js';
import { EXPIRED } from './expiry.js';
import { changedSections } from './changed-sections.js';
import type { Copy } from './ready-queue.js';
import type { ServiceBusError } from './service-bus-error.js';
import { WriteRetries } from './write-retries.js';

/** Copies whose time is over that are written in one transaction at most. */
const EXPIRED_AT_A_TIME_MAX = 500;

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
    const gone = (): void => queue.forget(copy);
    await this.written(queue, copy, () => this.store.deleteCopy(queue.subscriptionId, copy), gone);
  }

  /** Puts a copy back as one more failed delivery, or dead-letters it when it failed as often as its queue permits. */
  async giveBack(queue: DeliveryQueue, copy: Copy, changes: PropertyChanges): Promise<void> {
    const deliveryCount = countFailure(queue, copy);
    if (!queue.isDeadLetter && deliveryCount >= queue.policy.maxDeliveryCount) {
      const why = deadLetterProperties({ ...tooManyDeliveries(deliveryCount), properties: changes });
      await this.rewrite(queue, copy, queue.deadLetters!, { deliveryCount, changes: why, deferred: false });
      return;
    }
    await this.rewrite(queue, copy, queue, { deliveryCount, changes, deferred: copy.deferred });
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

  /**
   * Drops or dead-letters the ready copies whose time is over and that are on disk only, and tells when the next copy ends;
   * undefined when none does.
   */
  async expireStored(queue: DeliveryQueue, nowMs: number): Promise<number | undefined> {
    const { buried, found } = await this.commits.submit(
      () => this.writeExpired(queue, nowMs),
      'undo',
      (written) => {
        for (const copy of written.buried) queue.deadLetters!.put(copy);
      },
    );
    if (buried.length > 0) this.arrived(queue.deadLetters!);
    return found === EXPIRED_AT_A_TIME_MAX ? nowMs : this.store.copies.nextExpiryMs(queue.subscriptionId, nowMs);
  }

  /** Those that are in memory, or that somebody has, are passed over. */
  private writeExpired(queue: DeliveryQueue, nowMs: number): { buried: Copy[]; found: number } {
    const buried: Copy[] = [];
    let found = 0;
    let skip = 0;
    for (let isLast = false; !isLast && found < EXPIRED_AT_A_TIME_MAX;) {
      const range = { countMax: EXPIRED_AT_A_TIME_MAX - found, skip };
      const page = this.store.copies.expired(queue.subscriptionId, nowMs, range);
      isLast = page.length < range.countMax;
      const stored = page.filter((copy) => !queue.hasRead(copy));
      skip += page.length - stored.length;
      found += stored.length;
      for (const copy of stored) this.writeEnd(queue, copy, buried);
    }
    return { buried, found };
  }

  private writeEnd(queue: DeliveryQueue, copy: Copy, buried: Copy[]): void {
    if (!queue.policy.deadLettersExpired) {
      this.store.deleteCopy(queue.subscriptionId, copy);
      return;
    }
    const { deliveryCount } = copy;
    const what = { deliveryCount, changes: EXPIRED, deferred: false };
    buried.push(this.writeChanged(queue, copy, queue.deadLetters!, what));
  }

  /** Puts a copy that could not be forwarded into the transfer dead-letter queue, with the reason. */
  async failTransfer(queue: DeliveryQueue, copy: Copy, { condition, description }: ServiceBusError): Promise<void> {
    const changes = deadLetterProperties({ reason: condition, description });
    const { deliveryCount } = copy;
    await this.rewrite(queue, copy, queue.transferDeadLetters!, { deliveryCount, changes, deferred: false });
  }

  private async rewrite(from: DeliveryQueue, copy: Copy, to: DeliveryQueue, what: Rewrite): Promise<void> {
    const write = (): Copy => this.writeChanged(from, copy, to, what);
    await this.written(from, copy, write, (rewritten) => {
      from.forget(copy);
      to.put(rewritten);
    });
    this.arrived(to);
  }

  private writeChanged(from: DeliveryQueue, copy: Copy, to: DeliveryQueue, what: Rewrite): Copy {
    const { deliveryCount, deferred, changes } = what;
    const rewritten = {
      ...copy,
      deliveryCount,
      deferred,
      applicationProperties: this.changedProperties(copy, changes),
    };
    this.store.copies.update(from.subscriptionId, rewritten, to.part);
    return rewritten;
  }

  private async written<T>(queue: DeliveryQueue, copy: Copy, write: () => T, done: (value: T) => void): Promise<void> {
    try {
      await this.commits.submit(write, 'nothing was written', done);
    } catch (error) {
      queue.put(copy);
      this.retries.later(queue);
      throw error;
    }
  }

  private changedProperties(copy: Copy, changes: PropertyChanges): Uint8Array | null {
    if (Object.keys(changes).length === 0) return copy.applicationProperties;
    const current = copy.applicationProperties ?? this.store.message(copy.message).bare;
    return changedSections(Buffer.from(current), { application: changes });
  }
}

/** In a dead-letter queue failures do not count. */
function countFailure(queue: DeliveryQueue, { deliveryCount }: Copy): number {
  return deliveryCount + (queue.isDeadLetter ? 0 : 1);
}
