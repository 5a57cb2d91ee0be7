import { Body, Controller, Get, Put, Res } from '@nestjs/common';
import { ChangeControlsRequest, SCOPED_CONTROLS_MAX } from '@ballast/contracts/orders';
import type { ControlsView } from '@ballast/contracts/orders';
import {
  AnsweredWrites,
  CurrentCaller,
  IfMatch,
  ProblemException,
  Repeatable,
  RequireFreshSecondFactor,
  Roles,
  Scopes,
  versionTag,
} from '@ballast/service-host';
import type { Caller, Precondition, RepeatableWrite } from '@ballast/service-host';
import type { FastifyReply } from 'fastify';
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
    private readonly answered: AnsweredWrites,
  ) {}

  @Get()
  @Scopes('admin:read')
  async read(@Res({ passthrough: true }) reply: FastifyReply): Promise<ControlsView> {
    return shown(viewOf(await this.switches.read()), reply);
  }

  /**
   * The answer shows what is stored; `enforced` follows once it holds at every replica. To stop trading nobody has to have
   * looked first; whoever allows more again says what they saw.
   */
  @Put()
  @RequireFreshSecondFactor()
  @Scopes('admin:write')
  async change(
    @Body() request: ChangeControlsRequest,
    @IfMatch({}) precondition: Precondition,
    @Repeatable() write: RepeatableWrite,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ControlsView> {
    if (request.mode === 'active' && request.cancelOpenOrders === true)
      throw new ProblemException('invalid-request', {
        errors: [
          { pointer: '/cancelOpenOrders', detail: 'is not allowed with the mode active, which forbids no order' },
        ],
      });
    if (request.mode !== 'halted') precondition.require();
    const answer = await this.answered.once(write, async () => {
      const outcome = await this.changeControls.execute(request, caller.userId, ({ epoch }) =>
        precondition.check(versionTag(epoch)),
      );
      if (outcome === 'too-many-scopes')
        throw new ProblemException('conflict', { detail: `${SCOPED_CONTROLS_MAX} scopes are restricted already` });
      return viewOf(await this.switches.read());
    });
    return shown(answer, reply);
  }
}

/** The switch, with the `ETag` of its last change in the answer: that it is enforced meanwhile is no other version. */
function shown(view: ControlsView, reply: FastifyReply): ControlsView {
  void reply.header('etag', versionTag(view.epoch));
  return view;
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
