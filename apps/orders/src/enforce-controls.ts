import { Inject, Injectable } from '@nestjs/common';
import { Failure } from '@ballast/contracts';
import type { ControlsChangedV1 } from '@ballast/contracts/orders';
import { Clock } from '@ballast/service-host';
import type { Venue } from '@ballast/venue';
import type { LiveOrder } from './adapters/live-order-list.js';
import { ControlSwitch } from './adapters/control-switch.js';
import { TradingPermit } from './adapters/trading-permit.js';
import { VENUE } from './adapters/venue-calls.js';
import { CancelOpenOrders } from './cancel-open-orders.js';
import { GLOBAL_SCOPE, isInScope } from './domain/controls.js';
import { enforcedInMs } from './domain/permit.js';

/** Milliseconds after which the permits are looked at again while some are older than the change. */
const LOOK_AGAIN_MS = 200;

/**
 * Sees a change of the kill switch through: cancels what it no longer allows, where that was asked for, and reports it
 * complete once no replica can call the broker under what held before.
 */
@Injectable()
export class EnforceControls {
  constructor(
    private readonly switches: ControlSwitch,
    private readonly permit: TradingPermit,
    private readonly cancelOpenOrders: CancelOpenOrders,
    private readonly clock: Clock,
    @Inject(VENUE) private readonly venue: Venue,
  ) {}

  /** Throws `Failure` until the change holds everywhere: to be tried again. `changedAt` is ISO 8601. */
  async execute(change: ControlsChangedV1, changedAt: string): Promise<void> {
    await this.permit.renew();
    await this.cancel(change);
    const { permits } = await this.switches.read();
    const { callDeadlineMs } = this.venue.capabilities;
    const waitMs = enforcedInMs(change.epoch, permits, { nowMs: this.clock.now(), callDeadlineMs });
    if (waitMs > 0)
      throw new Failure('permits-outstanding', 'a replica may still call the broker under an older switch', {
        retryAfterMs: Math.min(waitMs, LOOK_AGAIN_MS),
      });
    // What was sent between the first look and the end of the last older permit.
    await this.cancel(change);
    const { scope = GLOBAL_SCOPE, mode, epoch } = change;
    const tookMs = Math.max(0, this.clock.now() - Date.parse(changedAt));
    await this.switches.enforce({ scope, mode, epoch, tookMs });
  }

  /** Of what was placed before the change: its event may come late, and again, when the switch has long been moved on. */
  private async cancel({
    scope = GLOBAL_SCOPE,
    mode,
    cancelOpenOrders,
    actor,
    epoch,
  }: ControlsChangedV1): Promise<void> {
    if (cancelOpenOrders !== true || mode === 'active') return;
    const isForbidden = (order: LiveOrder): boolean => mode === 'halted' || order.intent === 'entry';
    await this.cancelOpenOrders.execute(
      (order) => order.placedEpoch < epoch && isInScope(scope, order) && isForbidden(order),
      actor,
    );
  }
}
