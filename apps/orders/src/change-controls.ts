import { Injectable } from '@nestjs/common';
import { SCOPED_CONTROLS_MAX } from '@ballast/contracts/orders';
import type { ChangeControlsRequest, ControlsChangedV1 } from '@ballast/contracts/orders';
import { ControlSwitch } from './adapters/control-switch.js';
import { TradingPermit } from './adapters/trading-permit.js';
import { GLOBAL_SCOPE, decideControls } from './domain/controls.js';

/** Moves the kill switch of one scope. */
@Injectable()
export class ChangeControls {
  constructor(
    private readonly switches: ControlSwitch,
    private readonly permit: TradingPermit,
  ) {}

  /** Setting what is set already, for the same reason, changes nothing. Throws `Failure` while the store is away. */
  async execute(
    { scope = GLOBAL_SCOPE, mode, reason, cancelOpenOrders = false }: ChangeControlsRequest,
    actor: string,
  ): Promise<'changed' | 'unchanged' | 'too-many-scopes'> {
    const outcome = await this.switches.change((current, at) => {
      const change = { scope, mode, reason, actor, cancelOpenOrders };
      const decision = decideControls(current, change, { at, scopesMax: SCOPED_CONTROLS_MAX });
      if (decision.outcome !== 'changed') return { result: decision.outcome };
      const { controls } = decision;
      const data: ControlsChangedV1 = { scope, mode, reason, actor, epoch: controls.epoch, cancelOpenOrders };
      return { result: decision.outcome, changed: { controls, data } };
    });
    if (outcome === 'changed') await this.permit.renew();
    return outcome;
  }
}
