import { Body, Controller, Get, Put } from '@nestjs/common';
import { ChangeControlsRequest, SCOPED_CONTROLS_MAX } from '@ballast/contracts/orders';
import type { ControlsView } from '@ballast/contracts/orders';
import { CurrentCaller, ProblemException, RequireFreshSecondFactor, Roles, Scopes } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { ChangeControls } from '../change-controls.js';
import { ControlSwitch } from './control-switch.js';
import type { StoredControls } from './control-switch.js';

/** The kill switch over private HTTP. */
@Controller('v1/admin/controls')
@Roles('operator', 'admin')
export class ControlsController {
  constructor(
    private readonly changeControls: ChangeControls,
    private readonly switches: ControlSwitch,
  ) {}

  @Get()
  @Scopes('admin:read')
  async read(): Promise<ControlsView> {
    return viewOf(await this.switches.read());
  }

  /** The answer shows what is stored; `enforced` follows once it holds at every replica. */
  @Put()
  @RequireFreshSecondFactor()
  @Scopes('admin:write')
  async change(@Body() request: ChangeControlsRequest, @CurrentCaller() caller: Caller): Promise<ControlsView> {
    if (request.mode === 'active' && request.cancelOpenOrders === true)
      throw new ProblemException('invalid-request', {
        errors: [
          { pointer: '/cancelOpenOrders', detail: 'is not allowed with the mode active, which forbids no order' },
        ],
      });
    const outcome = await this.changeControls.execute(request, caller.userId);
    if (outcome === 'too-many-scopes')
      throw new ProblemException('conflict', { detail: `${SCOPED_CONTROLS_MAX} scopes are restricted already` });
    return viewOf(await this.switches.read());
  }
}

function viewOf({ controls, enforced }: StoredControls): ControlsView {
  const { mode, reason, actor, epoch, changedAt, scoped } = controls;
  return {
    mode,
    reason,
    actor,
    epoch,
    ...(changedAt === undefined ? {} : { changedAt }),
    scopes: [...scoped],
    ...(enforced === undefined ? {} : { enforced }),
  };
}
