import type { ServiceBusMessage, ServiceBusReceivedMessage } from '@azure/service-bus';
import { LOCK_DURATION_SECONDS } from '@ballast/contracts';
import type { Appointment } from './timeline.js';
import type { Surroundings, Wire } from './wire.js';

const LOCK_MS = LOCK_DURATION_SECONDS * 1_000;
/** Messages that are delivered again although somebody has them. */
const LAPSE_RATE = 0.01;
/** Messages that others overtake, and milliseconds for which they wait then, at most. */
const OVERTAKEN_RATE = 0.05;
const OVERTAKEN_MS_MAX = 1_500;

/** A message in a subscription. */
interface Kept {
  readonly message: ServiceBusMessage;
  /** Who has it locked, and until when. */
  lock?: { readonly token: string; readonly expiry: Appointment };
  deliveries: number;
}

/** One process that receives. */
export interface Receiver {
  readonly wire: Wire;
  credits: number;
  take(message: ServiceBusReceivedMessage): void;
}

/** Whether a subscription is to have a message. */
export type Matches = (message: ServiceBusMessage) => boolean;

/** What the SDK throws, with the code by which it is told apart. */
export class BusAnswer extends Error {
  override readonly name = 'BusAnswer';

  constructor(readonly code: string) {
    super(`answered ${code}`);
  }
}

/** One subscription: its messages until they are settled, in no order, each to one receiver at a time. */
export class Subscription {
  readonly kept = new Map<string, Kept>();
  readonly deadLetters: ServiceBusMessage[] = [];
  private receivers: Receiver[] = [];
  private count = 0;

  constructor(
    readonly name: string,
    private readonly matches: Matches,
    private readonly world: Surroundings,
  ) {}

  offer(message: ServiceBusMessage): void {
    if (!this.matches(message)) return;
    this.count += 1;
    const key = String(this.count);
    this.kept.set(key, { message, deliveries: 0 });
    const { chance } = this.world;
    this.deliverLater(key, chance.happens(OVERTAKEN_RATE) ? chance.between(0, OVERTAKEN_MS_MAX) : 0);
  }

  join(receiver: Receiver): void {
    this.receivers.push(receiver);
    for (const [key, { lock }] of this.kept) if (lock === undefined) this.deliverLater(key, 0);
  }

  leave(wire: Wire): void {
    this.receivers = this.receivers.filter((receiver) => receiver.wire !== wire);
  }

  /** Ends the lock that the token stands for. Throws where it has lapsed. */
  unlock(token: string, end: 'completed' | 'abandoned' | 'dead-lettered'): void {
    const [key, kept] = this.locked(token);
    if (kept.lock !== undefined) kept.lock.expiry.isOff = true;
    delete kept.lock;
    if (end === 'abandoned') return this.deliverLater(key, 0);
    this.kept.delete(key);
    if (end === 'dead-lettered') this.deadLetters.push(kept.message);
  }

  /** Locks it for as long again. Throws where it has lapsed. */
  renew(token: string): void {
    const [key, kept] = this.locked(token);
    if (kept.lock !== undefined) kept.lock.expiry.isOff = true;
    kept.lock = { token, expiry: this.expiryOf(key, LOCK_MS) };
  }

  /** A receiver has room for another message. */
  wake(): void {
    for (const [key, { lock }] of this.kept) if (lock === undefined) return this.deliverLater(key, 0);
  }

  private locked(token: string): [string, Kept] {
    const [key = ''] = token.split('/');
    const kept = this.kept.get(key);
    if (kept?.lock?.token !== token) throw new BusAnswer('MessageLockLost');
    return [key, kept];
  }

  private deliverLater(key: string, afterMs: number): void {
    this.world.timeline.after(afterMs, () => this.deliver(key));
  }

  private deliver(key: string): void {
    const kept = this.kept.get(key);
    this.receivers = this.receivers.filter(({ wire }) => wire.process.isAlive);
    const ready = this.receivers.filter(({ credits }) => credits > 0);
    if (kept === undefined || kept.lock !== undefined || ready.length === 0) return;
    const receiver = this.world.chance.oneOf(ready);
    kept.deliveries += 1;
    const token = `${key}/${kept.deliveries}`;
    const isShort = receiver.wire.isUnlucky(LAPSE_RATE);
    kept.lock = { token, expiry: this.expiryOf(key, isShort ? this.world.chance.between(0, 20) : LOCK_MS) };
    receiver.credits -= 1;
    this.world.timeline.after(receiver.wire.wayMs(), () => {
      if (!receiver.wire.process.isAlive) return;
      const { process } = receiver.wire;
      this.world.story.tell(process.name, () => `hears ${String(kept.message.messageId)}`);
      process.run(() => receiver.take({ ...kept.message, lockToken: token } as ServiceBusReceivedMessage));
    });
  }

  private expiryOf(key: string, ms: number): Appointment {
    return this.world.timeline.after(ms, () => {
      const kept = this.kept.get(key);
      if (kept === undefined) return;
      delete kept.lock;
      this.deliver(key);
    });
  }
}
