import {
  AssignUsagePlanRequest,
  LeaseUsageRequest,
  PLAN_NAME_PATTERN,
  SCOPES,
  SetUsagePlanRequest,
  USAGE_SUBJECT_PATTERN,
} from '@ballast/contracts/accounts';
import type { UsageLeaseView, UsagePlanList, UsagePlanView, UsageView } from '@ballast/contracts/accounts';
import {
  AnsweredWrites,
  CurrentCaller,
  IfMatch,
  Repeatable,
  Roles,
  Scopes,
  contentTag,
  idParam,
} from '@ballast/service-host';
import type { Caller, Precondition, RepeatableWrite } from '@ballast/service-host';
import { Body, Controller, Get, HttpCode, Post, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { LeaseUsage } from '../lease-usage.js';
import { SetUsagePlans } from '../set-usage-plans.js';

/** Usage plans and what is used of them. */
@Controller('v1')
export class UsageController {
  constructor(
    private readonly leaseUsage: LeaseUsage,
    private readonly setUsagePlans: SetUsagePlans,
    private readonly answered: AnsweredWrites,
  ) {}

  /** The caller's own: of an API key with a plan of its own, the key's. */
  @Get('usage')
  @Scopes(...SCOPES)
  own(@CurrentCaller() caller: Caller): Promise<UsageView> {
    return this.leaseUsage.showOwn(caller);
  }

  @Get('admin/usage-plans')
  @Scopes('admin:read')
  @Roles('operator', 'admin')
  list(): Promise<UsagePlanList> {
    return this.setUsagePlans.list();
  }

  @Get('admin/usage-plans/:name')
  @Scopes('admin:read')
  @Roles('operator', 'admin')
  async plan(
    @idParam('name', PLAN_NAME_PATTERN) name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UsagePlanView> {
    return tagged(await this.setUsagePlans.one(name), reply);
  }

  @Put('admin/usage-plans/:name')
  @Scopes('admin:write')
  @Roles('admin')
  async set(
    @Repeatable() write: RepeatableWrite,
    @idParam('name', PLAN_NAME_PATTERN) name: string,
    @Body() request: SetUsagePlanRequest,
    @IfMatch({}) precondition: Precondition,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UsagePlanView> {
    const set = (): Promise<UsagePlanView> =>
      this.setUsagePlans.set(name, request, write.callerId, (before) => precondition.check(contentTag(before)));
    return tagged(await this.answered.once(write, set), reply);
  }

  @Get('admin/usage/:subject')
  @Scopes('admin:read')
  @Roles('operator', 'admin')
  async show(
    @idParam('subject', USAGE_SUBJECT_PATTERN) subject: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UsageView> {
    return assigned(await this.leaseUsage.show(subject), reply);
  }

  @Put('admin/usage/:subject')
  @Scopes('admin:write')
  @Roles('admin')
  async assign(
    @Repeatable() write: RepeatableWrite,
    @idParam('subject', USAGE_SUBJECT_PATTERN) subject: string,
    @Body() { plan }: AssignUsagePlanRequest,
    @IfMatch({}) precondition: Precondition,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UsageView> {
    const assign = async (): Promise<UsageView> => {
      await this.setUsagePlans.assign(subject, plan, write.callerId, (before) =>
        precondition.check(contentTag(before)),
      );
      return this.leaseUsage.show(subject);
    };
    return assigned(await this.answered.once(write, assign), reply);
  }
}

/** The plan, with its `ETag` in the answer. */
function tagged(plan: UsagePlanView, reply: FastifyReply): UsagePlanView {
  void reply.header('etag', contentTag(plan));
  return plan;
}

/** The usage, with the `ETag` of what can be changed of it: the name of its plan. */
function assigned(usage: UsageView, reply: FastifyReply): UsageView {
  void reply.header('etag', contentTag(usage.plan.name));
  return usage;
}

/** What gateways ask in the name of a caller; no route of the gateway leads here. */
@Controller('internal/usage')
export class UsageLeaseController {
  constructor(private readonly leaseUsage: LeaseUsage) {}

  @Post('leases')
  @HttpCode(200)
  @Scopes(...SCOPES)
  lease(@CurrentCaller() caller: Caller, @Body() request: LeaseUsageRequest): Promise<UsageLeaseView> {
    return this.leaseUsage.execute(caller, request);
  }
}
