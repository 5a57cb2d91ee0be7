import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Failure } from '@ballast/contracts';
import { Clock } from '@ballast/service-host';
import { refusalOfControls } from '../domain/controls.js';
import type { Controlled, Controls } from '../domain/controls.js';
import { CALL_START_AGE_MS_MAX } from '../domain/permit.js';
import { ControlSwitch } from './control-switch.js';

/** The controls that a permit was written under, and when that write began, by both clocks. */
interface Held {
  readonly controls: Controls;
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/**
 * This replica's permit to call the broker. It is renewed while it is asked for, by a write that only succeeds while the
 * switch stands where this replica believes it to stand; a replica that is cut off from the store, or was asleep, finds
 * its permit too old and calls nobody.
 */
@Injectable()
export class TradingPermit {
  private readonly holder = randomUUID();
  /** Calls that are under way, by the epoch under which they began. */
  private readonly calls = new Map<number, number>();
  private held: Held | undefined;
  private renewal: Promise<Held> | undefined;

  constructor(
    private readonly switches: ControlSwitch,
    private readonly clock: Clock,
  ) {}

  /** What is allowed; at most a second old. Throws `Failure` while the store cannot be reached. */
  async current(): Promise<Controls> {
    return (await this.fresh()).controls;
  }

  /**
   * Makes a call that puts an order before the broker, under a permit that allows it. Throws `Failure`, and does not
   * call, where the switch forbids the order or the permit cannot be renewed in time; otherwise whatever the call does.
   */
  async during<T>(order: Controlled, call: () => Promise<T>): Promise<T> {
    return this.under((controls) => refusalOfControls(controls, order) === undefined, call);
  }

  /** Makes a call that takes an order from the broker: any permit will do. Throws `Failure` where there is none in time. */
  async duringCancel<T>(call: () => Promise<T>): Promise<T> {
    return this.under(() => true, call);
  }

  /** Works under the switch as it is stored now; what began under an older one goes on and is counted. */
  async renew(): Promise<void> {
    this.held = undefined;
    await this.fresh();
  }

  private async under<T>(isAllowed: (controls: Controls) => boolean, call: () => Promise<T>): Promise<T> {
    const held = await this.fresh();
    // A renewal that began meanwhile counts the calls that are under way, and this one is not among them yet.
    if (held !== this.held) return this.under(isAllowed, call);
    if (this.ageMs(held) > CALL_START_AGE_MS_MAX)
      throw new Failure('permit-lapsed', 'the permit to call the broker could not be renewed in time');
    if (!isAllowed(held.controls)) throw new Failure('permit-refused', 'the kill switch was moved before the call');
    const { epoch } = held.controls;
    this.calls.set(epoch, (this.calls.get(epoch) ?? 0) + 1);
    try {
      return await call();
    } finally {
      this.ended(epoch);
    }
  }

  private ended(epoch: number): void {
    const left = (this.calls.get(epoch) ?? 1) - 1;
    if (left > 0) this.calls.set(epoch, left);
    else this.calls.delete(epoch);
    // Whoever waits for the older calls to be over hears of the last one now; where that fails, the permit lapses.
    if (left === 0 && this.held !== undefined && epoch < this.held.controls.epoch) this.renew().catch(() => undefined);
  }

  private async fresh(): Promise<Held> {
    if (this.held !== undefined && this.ageMs(this.held) <= CALL_START_AGE_MS_MAX) return this.held;
    this.renewal ??= this.write().finally(() => {
      this.renewal = undefined;
    });
    return this.renewal;
  }

  private async write(): Promise<Held> {
    const [wallMs, monotonicMs] = [this.clock.now(), performance.now()];
    const renewedAt = new Date(wallMs).toISOString();
    const controls = await this.switches.renew(this.holder, ({ epoch }) => ({
      epoch,
      oldestCallEpoch: Math.min(epoch, ...this.calls.keys()),
      renewedAt,
    }));
    this.held = { controls, wallMs, monotonicMs };
    return this.held;
  }

  /** By whichever clock has gone further: one stops while the machine sleeps, the other can be set back. */
  private ageMs({ wallMs, monotonicMs }: Held): number {
    return Math.max(this.clock.now() - wallMs, performance.now() - monotonicMs);
  }
}
