import {
  AssignUsagePlanRequest,
  PLAN_NAME_PATTERN,
  ROLES,
  SCOPES,
  SetUsagePlanRequest,
  USAGE_SUBJECT_PATTERN,
  UsagePlanList,
  UsagePlanView,
  UsageView,
} from '@ballast/contracts/accounts';
import { Roles, Scopes, idParam } from '@ballast/service-host';
import { Controller, Get, Put, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiBodyProblems, ApiIfMatch, ApiProblems, ApiRepeatable, ETAG } from './api-decorators.js';
import { Owners } from './owners.js';

const ApiSubject = (): MethodDecorator =>
  ApiParam({
    name: 'subject',
    description: 'A user, or an API key with a plan of its own.',
    schema: { type: 'string', pattern: USAGE_SUBJECT_PATTERN.source },
  });

const ApiPlanName = (): MethodDecorator =>
  ApiParam({ name: 'name', description: 'Its name.', schema: { type: 'string', pattern: PLAN_NAME_PATTERN.source } });

@ApiTags('Usage')
@ApiBearerAuth()
@Controller('v1')
export class UsageController {
  constructor(private readonly owners: Owners) {}

  @Get('usage')
  @Scopes(...SCOPES)
  @Roles(...ROLES)
  @ApiOperation({
    operationId: 'getUsage',
    summary: 'Your usage plan, and what you have used of it this month.',
    description: 'With requests that gateways have reserved for you and may give back within ten seconds.',
  })
  @ApiOkResponse({ type: UsageView })
  @ApiProblems('forbidden')
  own(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Get('admin/usage-plans')
  @Scopes('admin:read')
  @Roles('operator', 'admin')
  @ApiOperation({ operationId: 'listUsagePlans', summary: 'Every usage plan.' })
  @ApiOkResponse({ type: UsagePlanList })
  @ApiProblems('forbidden')
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Get('admin/usage-plans/:name')
  @Scopes('admin:read')
  @Roles('operator', 'admin')
  @ApiOperation({ operationId: 'getUsagePlan', summary: 'One usage plan.' })
  @ApiPlanName()
  @ApiOkResponse({ type: UsagePlanView, headers: ETAG })
  @ApiProblems('forbidden', 'not-found')
  plan(
    @idParam('name', PLAN_NAME_PATTERN) _name: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Put('admin/usage-plans/:name')
  @Scopes('admin:write')
  @Roles('admin')
  @ApiOperation({ operationId: 'setUsagePlan', summary: 'Make a usage plan, or change what it allows.' })
  @ApiPlanName()
  @ApiRepeatable()
  @ApiIfMatch()
  @ApiBody({ type: SetUsagePlanRequest })
  @ApiOkResponse({ type: UsagePlanView, headers: ETAG })
  @ApiBodyProblems('forbidden', 'not-found', 'conflict')
  set(
    @idParam('name', PLAN_NAME_PATTERN) _name: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Get('admin/usage/:subject')
  @Scopes('admin:read')
  @Roles('operator', 'admin')
  @ApiOperation({ operationId: 'getUsageOf', summary: 'What a user or an API key has used of its plan this month.' })
  @ApiSubject()
  @ApiOkResponse({ type: UsageView, headers: ETAG })
  @ApiProblems('forbidden', 'not-found')
  show(
    @idParam('subject', USAGE_SUBJECT_PATTERN) _subject: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }

  @Put('admin/usage/:subject')
  @Scopes('admin:write')
  @Roles('admin')
  @ApiOperation({ operationId: 'assignUsagePlan', summary: 'Give a usage plan to a user or an API key.' })
  @ApiSubject()
  @ApiRepeatable()
  @ApiIfMatch()
  @ApiBody({ type: AssignUsagePlanRequest })
  @ApiOkResponse({ type: UsageView, headers: ETAG })
  @ApiBodyProblems('forbidden', 'not-found')
  assign(
    @idParam('subject', USAGE_SUBJECT_PATTERN) _subject: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('accounts', request, reply);
  }
}
