import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import { ROLES } from '@ballast/contracts/accounts';
import { MONITOR_ID_PATTERN, MonitorList, MonitorView, SetMonitorRequest } from '@ballast/contracts/ledger';
import { Roles, Scopes, idParam } from '@ballast/service-host';
import { Controller, Delete, Get, Put, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiBodyProblems, ApiIdempotencyKey, ApiIfMatch, ApiProblems, ETAG } from './api-decorators.js';
import { Owners } from './owners.js';

const ApiMonitorId = (): MethodDecorator =>
  ApiParam({
    name: 'monitorId',
    description: 'Your name for the monitor.',
    schema: { type: 'string', pattern: MONITOR_ID_PATTERN.source },
  });

@ApiTags('Capital')
@ApiBearerAuth()
@Roles(...ROLES)
@ApiParam({ name: 'id', description: 'The profile.', schema: { type: 'string', pattern: PROFILE_ID_PATTERN.source } })
@Controller('v1/profiles/:id/capital/monitors')
export class CapitalMonitorsController {
  constructor(private readonly owners: Owners) {}

  @Get()
  @Scopes('capital:read')
  @ApiOperation({
    operationId: 'listCapitalMonitors',
    summary: 'The thresholds that a profile watches, and on which side of them it is.',
  })
  @ApiOkResponse({ type: MonitorList })
  @ApiProblems('not-found')
  list(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }

  @Get(':monitorId')
  @Scopes('capital:read')
  @ApiOperation({ operationId: 'getCapitalMonitor', summary: 'One threshold that a profile watches.' })
  @ApiMonitorId()
  @ApiOkResponse({ type: MonitorView, headers: ETAG })
  @ApiProblems('not-found')
  one(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @idParam('monitorId', MONITOR_ID_PATTERN) _monitorId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }

  @Put(':monitorId')
  @Scopes('capital:write')
  @Roles('trader', 'operator', 'admin')
  @ApiOperation({
    operationId: 'setCapitalMonitor',
    summary: 'Watch a threshold: one event each time it is crossed, either way.',
  })
  @ApiMonitorId()
  @ApiIdempotencyKey()
  @ApiIfMatch()
  @ApiBody({ type: SetMonitorRequest })
  @ApiOkResponse({ type: MonitorView, headers: ETAG })
  @ApiBodyProblems('idempotency-key-missing', 'idempotency-key-reused', 'capital-refused', 'forbidden', 'not-found')
  set(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @idParam('monitorId', MONITOR_ID_PATTERN) _monitorId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }

  @Delete(':monitorId')
  @Scopes('capital:write')
  @Roles('trader', 'operator', 'admin')
  @ApiOperation({ operationId: 'removeCapitalMonitor', summary: 'Watch a threshold no longer.' })
  @ApiMonitorId()
  @ApiIdempotencyKey()
  @ApiOkResponse({ type: MonitorList, description: 'Those that are left.' })
  @ApiProblems('idempotency-key-missing', 'idempotency-key-reused', 'forbidden', 'not-found')
  remove(
    @idParam('id', PROFILE_ID_PATTERN) _id: string,
    @idParam('monitorId', MONITOR_ID_PATTERN) _monitorId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.owners.forward('ledger', request, reply);
  }
}
