import { Body, Controller, Get, Put } from '@nestjs/common';
import { ChangeControlsRequest } from '@ballast/contracts/orders';
import type { ControlsView } from '@ballast/contracts/orders';
import { CurrentCaller, Roles } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { ChangeControls } from '../change-controls.js';
import type { Controls } from '../domain/controls.js';
import { ControlSwitch } from './control-switch.js';

/** The kill switch over private HTTP. */
@Controller('v1/admin/controls')
@Roles('operator', 'admin')
export class ControlsController {
  constructor(
    private readonly changeControls: ChangeControls,
    private readonly controls: ControlSwitch,
  ) {}

  @Get()
  async read(): Promise<ControlsView> {
    return viewOf(await this.controls.current());
  }

  @Put()
  async change(@Body() request: ChangeControlsRequest, @CurrentCaller() caller: Caller): Promise<ControlsView> {
    return viewOf(await this.changeControls.execute(request, caller.userId));
  }
}

function viewOf({ mode, reason, actor, epoch, changedAt }: Controls): ControlsView {
  return { mode, reason, actor, epoch, ...(changedAt === undefined ? {} : { changedAt }) };
}
