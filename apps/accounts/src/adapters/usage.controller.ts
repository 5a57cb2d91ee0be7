import {
  AssignUsagePlanRequest,
  LeaseUsageRequest,
  PLAN_NAME_PATTERN,
  SCOPES,
  SetUsagePlanRequest,
  USAGE_SUBJECT_PATTERN,
} from '@ballast/contracts/accounts';
import type { UsageLeaseView, UsagePlanList, UsagePlanView, UsageView } from '@ballast/contracts/accounts';
import { CurrentCaller, Roles, Scopes, idParam } from '@ballast/service-host';
import type { Caller } from '@ballast/service-host';
import { Body, Controller, Get, HttpCode, Post, Put } from '@nestjs/common';
import { LeaseUsage } from '../lease-usage.js';
import { SetUsagePlans } from '../set-usage-plans.js';

/** Usage plans and what is used of them. */
@Controller('v1')
export class UsageController {
  constructor(
    private readonly leaseUsage: LeaseUsage,
    private readonly setUsagePlans: SetUsagePlans,
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

  @Put('admin/usage-plans/:name')
  @Scopes('admin:write')
  @Roles('admin')
  set(
    @CurrentCaller() { userId }: Caller,
    @idParam('name', PLAN_NAME_PATTERN) name: string,
    @Body() request: SetUsagePlanRequest,
  ): Promise<UsagePlanView> {
    return this.setUsagePlans.set(name, request, userId);
  }

  @Get('admin/usage/:subject')
  @Scopes('admin:read')
  @Roles('operator', 'admin')
  show(@idParam('subject', USAGE_SUBJECT_PATTERN) subject: string): Promise<UsageView> {
    return this.leaseUsage.show(subject);
  }

  @Put('admin/usage/:subject')
  @Scopes('admin:write')
  @Roles('admin')
  async assign(
    @CurrentCaller() { userId }: Caller,
    @idParam('subject', USAGE_SUBJECT_PATTERN) subject: string,
    @Body() { plan }: AssignUsagePlanRequest,
  ): Promise<UsageView> {
    await this.setUsagePlans.assign(subject, plan, userId);
    return this.leaseUsage.show(subject);
  }
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
