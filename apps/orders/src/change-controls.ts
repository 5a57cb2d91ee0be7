import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Failure } from '@ballast/contracts';
import { SCOPED_CONTROLS_MAX } from '@ballast/contracts/orders';
import type { ChangeControlsRequest, ControlsChangedV1 } from '@ballast/contracts/orders';
import { ServiceLog } from '@ballast/service-host';
import { ControlSwitch } from './adapters/control-switch.js';
import { TradingPermit } from './adapters/trading-permit.js';
import { GLOBAL_SCOPE, decideControls } from './domain/controls.js';
import type { Controls } from './domain/controls.js';
import { EnforceControls } from './enforce-controls.js';

/** Milliseconds for which the replica that made a change sees it through by itself; then the change's event does. */
const SEEN_THROUGH_MS_MAX = 15_000;
/** Milliseconds between two tries where a failure names no time. */
const TRY_PAUSE_MS = 200;

type Made =
  | { readonly outcome: 'changed'; readonly data: ControlsChangedV1; readonly at: string }
  | { readonly outcome: 'unchanged' | 'too-many-scopes' };

/**
 * Moves the kill switch of one scope. The replica that did it sees it through at once: its event does so too, after a
 * crash, but it may be in the hands of the very replica that cannot reach the store.
 */
@Injectable()
export class ChangeControls implements OnApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    private readonly switches: ControlSwitch,
    private readonly permit: TradingPermit,
    private readonly enforce: EnforceControls,
    private readonly log: ServiceLog,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.underWay);
  }

  /**
   * Setting what is set already, for the same reason, changes nothing. `check` may throw by what the switch was. Throws
   * `Failure` while the store is away.
   */
  async execute(
    { scope = GLOBAL_SCOPE, mode, reason, cancelOpenOrders = false }: ChangeControlsRequest,
    actor: string,
    check: (current: Controls) => void = () => undefined,
  ): Promise<'changed' | 'unchanged' | 'too-many-scopes'> {
    const made = await this.switches.change<Made>((current, at) => {
      check(current);
      const change = { scope, mode, reason, actor, cancelOpenOrders };
      const decision = decideControls(current, change, { at, scopesMax: SCOPED_CONTROLS_MAX });
      if (decision.outcome !== 'changed') return { result: decision };
      const { controls } = decision;
      const data: ControlsChangedV1 = { scope, mode, reason, actor, epoch: controls.epoch, cancelOpenOrders };
      return { result: { outcome: decision.outcome, data, at }, changed: { controls, data } };
    });
    if (made.outcome !== 'changed') return made.outcome;
    await this.permit.renew();
    const seen = this.seeThrough(made.data, made.at).finally(() => this.underWay.delete(seen));
    this.underWay.add(seen);
    return made.outcome;
  }

  private async seeThrough(change: ControlsChangedV1, at: string): Promise<void> {
    const giveUpAtMs = performance.now() + SEEN_THROUGH_MS_MAX;
    while (!this.stopping.signal.aborted && performance.now() < giveUpAtMs) {
      try {
        return await this.enforce.execute(change, at);
      } catch (error) {
        if (!(error instanceof Failure))
          return this.log.error({ err: error }, 'a change of the kill switch is left to its event');
        await delay(error.retryAfterMs ?? TRY_PAUSE_MS, undefined, { signal: this.stopping.signal }).catch(
          () => undefined,
        );
      }
    }
  }
}
