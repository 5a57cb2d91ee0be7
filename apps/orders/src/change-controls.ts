import { Injectable } from '@nestjs/common';
import type { ChangeControlsRequest } from '@ballast/contracts/orders';
import { ControlSwitch } from './adapters/control-switch.js';
import type { Controls } from './domain/controls.js';

/** Moves the global kill switch. */
@Injectable()
export class ChangeControls {
  constructor(private readonly controls: ControlSwitch) {}

  /** Setting what is set already, for the same reason, changes nothing. Throws `Failure` while the store is away. */
  execute(request: ChangeControlsRequest, actor: string): Promise<Controls> {
    return this.controls.change((current, at) =>
      current.mode === request.mode && current.reason === request.reason
        ? undefined
        : { mode: request.mode, reason: request.reason, actor, epoch: current.epoch + 1, changedAt: at },
    );
  }
}
